import type { Page } from '@playwright/test';
import { axeFindings } from './axe.ts';
import { expect, loadMs, runToEnd, startButton, test } from './story-page.ts';

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

test('axe finds nothing before and after a run on a phone in dark colours', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('work.html#seed=7&max=24');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  expect(await axeFindings(page)).toEqual([]);
  await runToEnd(page);
  expect(await axeFindings(page)).toEqual([]);
  expect(await stickingOut(page)).toBeLessThanOrEqual(0);
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
  expect(await stickingOut(page)).toBeLessThanOrEqual(0);
  await runToEnd(page);
  expect(await stickingOut(page)).toBeLessThanOrEqual(0);
  await session.detach();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.addStyleTag({ content: 'html { font-size: 200%; }' });
  expect(await stickingOut(page)).toBeLessThanOrEqual(0);
});
