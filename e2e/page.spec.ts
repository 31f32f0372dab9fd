import type { Page } from '@playwright/test';
import { axeFindings } from './axe.ts';
import { expect, loadMs, runToEnd, startButton, status, stopButton, story, test } from './story-page.ts';

/** False where something sticks out and the page scrolls sideways. */
const fitsWidth = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

test('a recorded story is told before a model is there, and nothing of it needs WebAssembly', async ({
  page,
}) => {
  await page.route('**/*.wasm', (route) => route.abort());
  await page.goto('work.html');
  await expect(page.getByText('A recorded story; yours will appear here.')).toBeVisible();
  await expect(story(page)).toHaveText(/^A thousand light years away.{20}/s);
  const paints = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length);
  expect(paints).toBe(1);
  expect(await axeFindings(page)).toEqual([]);
});

/** Holds requests back until the function that it returns is called. */
async function holdBack(page: Page, files: string): Promise<() => void> {
  let letThrough = (): void => {};
  const released = new Promise<void>((resolve) => {
    letThrough = resolve;
  });
  await page.route(files, async (route) => {
    await released;
    await route.continue();
  });
  return letThrough;
}

test('opening the page loads the two models of the default method and shows how far it is; a method that needs another waits for that one', async ({
  firstVisit: page,
}) => {
  const letFairyThrough = await holdBack(page, '**/story-fairy/onnx/*.onnx');
  const letBaseThrough = await holdBack(page, '**/story-base/onnx/*.onnx');
  await page.goto('work.html');
  await expect(page.getByRole('progressbar', { name: 'Loading story-fairy' })).toBeVisible();
  await expect(page.getByText(/ of 5\.\d MB · \d of \d files/)).toBeVisible({ timeout: loadMs });
  await expect(status(page)).toHaveText('Loading the models.');
  await expect(page.getByRole('button', { name: 'Loading …' })).toBeDisabled();
  letFairyThrough();
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await expect(status(page)).toHaveText('Ready to write.');
  await expect(page.getByText(/^Runs on Web(GPU|Assembly)/)).toBeVisible();
  // The other models follow by themselves.
  await expect(page.getByText('Story teller is on its way')).toBeVisible({ timeout: loadMs });

  await page.getByRole('radio', { name: 'Plain' }).check();
  await expect(page.getByRole('progressbar', { name: 'Loading story-base' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Loading …' })).toBeDisabled();
  letBaseThrough();
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
});

test('the keyboard alone reaches every control and runs a story', async ({ page }) => {
  await page.goto('work.html#max=24');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  const reached: string[] = [];
  /** The name of what has the focus, and whether something lies over it. */
  const focused = () =>
    page.evaluate(() => {
      let element = document.activeElement;
      while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
      const { left, top, width, height } = element!.getBoundingClientRect();
      let hit = document.elementFromPoint(left + width / 2, top + height / 2);
      while (hit?.shadowRoot) {
        const inner = hit.shadowRoot.elementFromPoint(left + width / 2, top + height / 2);
        if (!inner || inner === hit) break;
        hit = inner;
      }
      const isInSight = hit !== null && (element!.contains(hit) || hit.contains(element));
      return { name: element?.id || element?.textContent?.trim() || '', isInSight };
    });
  const hidden: string[] = [];
  const step = async (key: string): Promise<string> => {
    await page.keyboard.press(key);
    const { name, isInSight } = await focused();
    if (!isInSight) hidden.push(name);
    return name;
  };
  while (reached.at(-1) !== 'More settings' && reached.length < 40) {
    reached.push(await step('Tab'));
    if (reached.at(-1) === 'prompt') {
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('In the year 3000');
    }
  }
  expect(reached.indexOf('Start')).toBe(reached.indexOf('prompt') + 1);
  for (const control of [
    'prompt',
    'Add a member',
    'combination',
    'temperature',
    'seed',
    'New seed',
    'More settings',
  ]) {
    expect(reached).toContain(control);
  }
  for (let name = ''; name !== 'Start'; ) name = await step('Shift+Tab');
  expect(hidden).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(stopButton(page)).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(status(page)).toHaveText(/after \d+ tokens?\.$/);
  await expect(story(page)).toHaveText(/^In the year 3000/);
});

test('nothing sticks out at 360 px and at 1440 px, unfolded, before and after a run', async ({ page }) => {
  const settings = page.locator('summary').filter({ hasText: /^\s*Settings/ });
  await page.setViewportSize({ width: 1440, height: 740 });
  await page.goto('work.html#max=40');
  expect(await fitsWidth(page)).toBe(true);
  await expect(settings).toBeHidden();
  // On a narrow screen the settings are folded away, so that the story is not far below.
  await page.setViewportSize({ width: 360, height: 740 });
  expect(await fitsWidth(page)).toBe(true);
  await settings.click();
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await page.getByText('More settings').click();
  await page.getByText('Turns and acceptance').click();
  await page.getByText('1 token a turn').first().click();
  await page.getByText(/^Runs on/).click();
  await runToEnd(page);
  expect(await fitsWidth(page)).toBe(true);
  await page.setViewportSize({ width: 1440, height: 740 });
  await expect(settings).toBeHidden();
  expect(await fitsWidth(page)).toBe(true);
});

test('a model file that is missing is told, the other methods work, and a retry loads it', async ({
  firstVisit: page,
}) => {
  const weights = '**/story-draft/onnx/*.onnx';
  await page.route(weights, (route) => route.fulfill({ status: 404, body: 'not here' }));
  await page.goto('work.html#max=24&method=draft-model');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('story-draft', { timeout: loadMs });
  await expect(alert).toContainText('Code: download');
  await expect(startButton(page)).toBeDisabled();
  await page.getByRole('radio', { name: 'Plain' }).check();
  await runToEnd(page);
  await page.unroute(weights);
  await page.getByRole('radio', { name: 'Draft model' }).check();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await expect(alert).toBeHidden();
  await runToEnd(page);
});

test('an engine whose code does not arrive is told, and can be restarted', async ({ page }) => {
  const worker = '**/*engine.worker*';
  await page.route(worker, (route) => route.abort());
  await page.goto('work.html#max=24');
  await expect(page.getByRole('alert')).toContainText('Code: worker-lost', { timeout: loadMs });
  await page.unroute(worker);
  await page.getByRole('button', { name: 'Restart the engine' }).click();
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await runToEnd(page);
});

test('a page whose own code does not arrive says so', async ({ page }) => {
  await page.route('**/*.js', (route) => route.abort());
  await page.goto('work.html');
  await expect(page.getByRole('heading', { name: 'Antiphon' })).toBeVisible();
  await expect(status(page)).toContainText('could not be loaded');
});

test('a browser without WebAssembly is told what it lacks', async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebAssembly'));
  await page.goto('work.html');
  await expect(page.getByRole('alert')).toContainText('It lacks WebAssembly.');
  await expect(startButton(page)).toBeDisabled();
});
