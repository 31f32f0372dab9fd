import type { Page } from '@playwright/test';
import { axeFindings } from './axe.ts';
import { expect, loadMs, runToEnd, startButton, story, test } from './story-page.ts';

/** By how much the page is wider than its window. */
const stickingOut = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('the first paint waits for neither WebAssembly nor a model, and axe finds nothing in it', async ({
  page,
}) => {
  // Never answered: a page that waited for one of these would stay blank.
  await page.route(/\.(wasm|onnx)$|ort-wasm|engine\.worker/, () => {});
  await page.goto('work.html');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Loading …' })).toBeVisible();
  const paints = await page.evaluate(() => performance.getEntriesByType('paint').map(({ name }) => name));
  expect(paints).toContain('first-contentful-paint');
  expect(await axeFindings(page)).toEqual([]);
});

/** Controls less than 24 pixels wide or high; the tokens of a text stand in its lines. */
const smallTargets = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const inAll = (root: ParentNode): Element[] =>
      [...root.querySelectorAll('*')].flatMap((one) => [
        one,
        ...(one.shadowRoot ? inAll(one.shadowRoot) : []),
      ]);
    const controls = inAll(document).filter((one) =>
      one.matches('a, button, input, select, summary, textarea'),
    );
    return controls
      .filter((one) => one.checkVisibility() && !one.closest('.visually-hidden, .segment'))
      .map((one) => (one.matches('label input') ? one.closest('label')! : one))
      .filter((one) => one.getBoundingClientRect().height < 23.5 || one.getBoundingClientRect().width < 23.5)
      .map((one) => `${one.tagName} ${one.id} ${one.textContent?.trim()}`);
  });

/** How far the first line of the story's text, and Start, reach below the window. */
const belowFold = async (page: Page): Promise<readonly number[]> => {
  const boxes = await Promise.all([startButton(page), story(page)].map((one) => one.boundingBox()));
  const [start, text] = boxes;
  const { height } = page.viewportSize()!;
  return [start!.y + start!.height - height, text!.y + 24 - height];
};

test('on a phone in dark colours axe finds nothing, the story and Start are in the first view, a run ends on two screens', async ({
  page,
}) => {
  await page.setViewportSize({ width: 360, height: 640 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('work.html#seed=7');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  for (const pixels of await belowFold(page)) expect(pixels).toBeLessThanOrEqual(0);
  expect(await axeFindings(page)).toEqual([]);
  await runToEnd(page);
  expect(await axeFindings(page)).toEqual([]);
  expect(await stickingOut(page)).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 390, height: 844 });
  const heights = () => page.evaluate(() => document.documentElement.scrollHeight / innerHeight);
  await expect.poll(heights).toBeLessThanOrEqual(2);
  await page
    .locator('summary')
    .filter({ hasText: /^\s*Settings/ })
    .click();
  for (const title of [
    'More settings',
    'Turns and acceptance',
    'Numbers',
    'Rhythm',
    'Models on this device',
  ]) {
    await page.locator('summary').filter({ hasText: title }).first().click();
  }
  await expect(page.locator('antiphon-rhythm')).toBeVisible();
  await page.locator('summary').filter({ hasText: 'Times of the forwards' }).click();
  await page.setViewportSize({ width: 360, height: 640 });
  expect(await smallTargets(page)).toEqual([]);
  const tables = page.locator('antiphon-live-numbers table');
  const widths = await tables.evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right));
  expect(widths).toHaveLength(3);
  for (const right of widths) expect(right).toBeLessThanOrEqual(360 - 16);
});

test('a prompt that is too long is not echoed above the reason', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  const prompt = 'A fox and a bear went on. '.repeat(200);
  await page.goto(`work.html#prompt=${encodeURIComponent(prompt)}`);
  await startButton(page).click({ timeout: loadMs });
  const reason = page.getByRole('alert').filter({ hasText: 'shorten the prompt' });
  await expect(reason).toBeInViewport();
  await expect(story(page)).toHaveCount(0);
});

test('at 200 % nothing sticks out sideways: a window of 1280 pixels zoomed, and text alone', async ({
  page,
}) => {
  // A zoomed page has half the CSS pixels, each of them twice as large.
  const zoomed = { width: 640, height: 400, deviceScaleFactor: 2, mobile: false };
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setDeviceMetricsOverride', zoomed);
  await page.goto('work.html#seed=7&max=24');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  expect(await page.evaluate(() => [innerWidth, devicePixelRatio])).toEqual([640, 2]);
  const [text, start] = await Promise.all([story(page).boundingBox(), startButton(page).boundingBox()]);
  expect(start!.y + start!.height).toBeLessThanOrEqual(400);
  expect(text!.y + 24).toBeLessThanOrEqual(400);
  expect(await stickingOut(page)).toBeLessThanOrEqual(0);
  await runToEnd(page);
  expect(await stickingOut(page)).toBeLessThanOrEqual(0);
  await session.detach();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.addStyleTag({ content: 'html { font-size: 200%; }' });
  expect(await stickingOut(page)).toBeLessThanOrEqual(0);
});
