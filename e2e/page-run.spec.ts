import type { Locator, Page } from '@playwright/test';
import { poorContrasts } from './contrast.ts';
import { openReturning, test as siteTest } from './site.ts';
import { expect, loadMs, runToEnd, startButton, status, story } from './story-page.ts';

/** One visit for all journeys: loading takes longer than most of them. Each begins with settings nobody has changed. */
let visit: Page;
const test = siteTest.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  page: async ({}, use) => {
    await visit.goto('work.html#max=60');
    await expect(startButton(visit)).toBeEnabled({ timeout: loadMs });
    await use(visit);
  },
});

test.beforeAll(async ({ visited }) => {
  visit = await openReturning(visited);
});

test.afterAll(() => visit.close());

const numberOf = (page: Page, name: string): Locator =>
  page.locator('antiphon-live-numbers .number').filter({ hasText: name }).locator('dd');

/** Unfolds a part of the settings, unless an earlier journey has. */
async function unfold(page: Page, summary: string, inside: Locator): Promise<void> {
  if (!(await inside.isVisible())) await page.getByText(summary).click();
}

test('a story streams in with the fates of its tokens and live numbers', async ({ page }) => {
  await page.getByRole('button', { name: 'Long ago' }).click();
  await page.getByLabel('Seed').fill('7');
  await startButton(page).click();
  await expect(story(page).locator('.accepted').first()).toBeVisible();
  await expect(status(page)).toHaveText(/after \d+ tokens\.$/, { timeout: 60_000 });
  expect(await story(page).textContent()).toMatch(/^Long ago\S*\s.{40}/s);
  await expect(numberOf(page, 'tokens per second')).toHaveText(/^\d+\.\d$/);
  await expect(numberOf(page, 'acceptance rate')).toHaveText(/^\d+ %$/);
  await expect(numberOf(page, 'tokens per round')).toHaveText(/^[01]\.\d\d$/);
});

test('rejected tokens are struck through and can be hidden', async ({ page }) => {
  // Hot sampling makes the members disagree.
  await page.getByRole('slider', { name: 'Temperature' }).fill('2');
  await runToEnd(page);
  const rejected = story(page).locator('del.rejected').first();
  await expect(rejected).toBeVisible();
  await expect(rejected.locator('s')).toHaveCSS('text-decoration-line', 'line-through');
  const recovered = story(page).locator('ins.recovered').first();
  await expect(recovered).toHaveCSS('text-decoration-style', 'double');
  await page.getByRole('switch', { name: 'Hide rejected' }).check();
  await expect(rejected).toBeHidden();
  await expect(recovered).toBeVisible();
  await page.getByRole('switch', { name: 'Hide rejected' }).uncheck();
});

test('the methods without a draft model write stories too', async ({ page }) => {
  await page.getByRole('radio', { name: 'Plain' }).check();
  await runToEnd(page);
  await expect(story(page)).toHaveText(/^Once upon a time.{40}/s);
  await expect(numberOf(page, 'tokens per second')).toHaveText(/^\d+\.\d$/);
  await expect(numberOf(page, 'acceptance rate')).toHaveCount(0);
  await page.getByRole('radio', { name: 'N-gram' }).check();
  await page.getByRole('button', { name: 'One spring morning' }).click();
  await runToEnd(page);
  await expect(story(page)).toHaveText(/^One spring morning.{40}/s);
});

test('Stop ends the run and keeps what was written', async ({ page }) => {
  await page.getByRole('radio', { name: 'Plain' }).check();
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  // Pressed by the page itself, as soon as it is Stop: from outside it may be pressed after the run's end.
  await startButton(page).evaluate((button: HTMLButtonElement) => {
    new MutationObserver((_, observer) => {
      if (button.textContent?.trim() !== 'Stop') return;
      observer.disconnect();
      button.click();
    }).observe(button, { childList: true, characterData: true, subtree: true });
    button.click();
  });
  await expect(status(page)).toHaveText(/^Stopped after \d+ tokens?\.$/);
  await expect(startButton(page)).toBeEnabled();
  await runToEnd(page);
});

test('the live region tells states, never tokens', async ({ page }) => {
  await page.evaluate(() => {
    const region = document.querySelector('antiphon-app')?.shadowRoot?.querySelector('[role=status]');
    const heard: string[] = [];
    Object.assign(window, { heard });
    if (region) {
      new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    }
  });
  await runToEnd(page);
  const heard: unknown = await page.evaluate(() => Reflect.get(window, 'heard'));
  expect(heard).toEqual(['Writing.', expect.stringMatching(/after \d+ tokens\.$/)]);
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`all text has enough contrast in ${colorScheme} colours`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await unfold(page, 'More settings', page.getByLabel('Top-p'));
    await unfold(page, 'Turns and acceptance', page.getByLabel('Acceptance'));
    await page.getByLabel('Acceptance').selectOption('Lenient');
    await page.getByLabel('Top-p').fill('3');
    await startButton(page).click();
    await expect(page.getByRole('alert')).toBeVisible();
    expect(await page.evaluate(poorContrasts)).toEqual([]);
    await page.getByLabel('Top-p').fill('1');
    await page.getByRole('slider', { name: 'Temperature' }).fill('2');
    await runToEnd(page);
    expect(await page.evaluate(poorContrasts)).toEqual([]);
    await page.emulateMedia({ colorScheme: null });
  });
}

test('a setting out of range is named, and the next run works', async ({ page }) => {
  await unfold(page, 'More settings', page.getByLabel('Top-p'));
  await page.getByLabel('Top-p').fill('3');
  await startButton(page).click();
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('topP');
  await expect(alert).toContainText('Code: invalid-request');
  await page.getByLabel('Top-p').fill('0.9');
  await runToEnd(page);
  await expect(alert).toBeHidden();
});
