import type { Locator, Page } from '@playwright/test';
import { openReturning, test as siteTest } from './site.ts';
import { expect, loadMs, runToEnd, startButton, story } from './story-page.ts';

/** One visit for all journeys: loading takes longer than most of them. Each begins with the default team. */
let visit: Page;
const test = siteTest.extend({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  page: async ({}, use) => {
    await visit.getByRole('button', { name: 'Fairy × Space' }).click();
    await expect(startButton(visit)).toBeEnabled({ timeout: loadMs });
    await visit.getByLabel('Seed').fill('7');
    await use(visit);
  },
});

test.beforeAll(async ({ visited }) => {
  visit = await openReturning(visited);
  await visit.goto('work.html#max=120');
});

test.afterAll(() => visit.close());

const acceptedOf = (page: Page, member: number): Locator => story(page).locator(`.accepted.by-${member}`);
const option = (page: Page, name: string): Locator => page.getByRole('option', { name, exact: true });
/** Cells of a member's row: proposed, accepted, forwards a token. */
const numbersOf = (page: Page, member: string): Locator =>
  page.getByRole('table').getByRole('row').filter({ hasText: member }).getByRole('cell');

async function openTurns(page: Page): Promise<void> {
  if (!(await page.getByLabel('Schedule').isVisible())) await page.getByText('Turns and acceptance').click();
}

test('two models write one story, and each token shows who proposed it', async ({ page }) => {
  await expect(page.getByRole('button', { name: 'Fairy × Space' })).toHaveAttribute('aria-pressed', 'true');
  await runToEnd(page);
  const looks = await Promise.all(
    [0, 1].map((member) =>
      acceptedOf(page, member)
        .filter({ hasText: /\w/ })
        .first()
        .evaluate((token) => {
          const { textDecorationStyle, textDecorationColor } = getComputedStyle(token);
          return [textDecorationStyle, getComputedStyle(token, '::after').content, textDecorationColor];
        }),
    ),
  );
  expect(looks[0][0]).toBe('solid');
  expect(looks[1][0]).toBe('dashed');
  expect(looks[0][1]).toContain('A');
  expect(looks[1][1]).toContain('B');
  expect(looks[0][2]).not.toBe(looks[1][2]);
  // What was dropped says so too, in the story's patterns and letters.
  await page.getByRole('slider', { name: 'Temperature' }).fill('2');
  await runToEnd(page);
  for (const [member, letter, pattern] of [
    [0, 'A', 'solid'],
    [1, 'B', 'dashed'],
  ] as const) {
    const dropped = story(page)
      .locator(`:not(del) + del.by-${member} s.lettered, del:first-child.by-${member} s.lettered`)
      .first();
    await expect(dropped).toHaveCSS('text-decoration-style', pattern);
    expect(await dropped.evaluate((word) => getComputedStyle(word, '::after').content)).toContain(letter);
  }
  await page.getByRole('slider', { name: 'Temperature' }).fill('1');
  const legend = page.getByRole('list', { name: 'Who proposed' });
  await expect(legend.getByRole('listitem')).toHaveText([/A\s*Fairy-tale teller/, /B\s*Space-story teller/]);
  // Asking both for every token takes one forward of each.
  for (const member of ['Fairy-tale teller', 'Space-story teller']) {
    const [proposed, accepted, forwards] = await numbersOf(page, member).allTextContents();
    expect(Number(proposed)).toBeGreaterThan(0);
    expect(accepted).toMatch(/^\d+ %$/);
    expect(Number(forwards)).toBeLessThan(1);
  }
  const times = page.getByText('Times of the forwards');
  await times.click();
  const byTokens = page.getByRole('table', { name: /^Median milliseconds and count of forward passes/ });
  await expect(byTokens.getByRole('row', { name: /^2 \d+\.\d ×\d+ \d+\.\d ×\d+$/ })).toBeVisible();
  const pairs = page.getByRole('table', { name: /^Proposer → verifier/ });
  const pair = /^A Fairy-tale teller → B Space-story teller \d+ \d+ % \d+ 2: \d+\.\d$/;
  await expect(pairs.getByRole('row', { name: pair })).toBeVisible();
  await times.click();
  // Calls are counted at once; the speed is told when method and reference have run again in turns.
  const speed = page.locator('antiphon-speed-up');
  await expect(speed).toContainText(/\d+ model calls instead of \d+: \d+ % saved/);
  await expect(speed).toContainText('asking both');
  await expect(speed).toContainText(
    /Median of [5-7] pairs, .*predicted \d\.\d\d ×|Only \d pairs were compared/,
    { timeout: 30_000 },
  );
});

test('the slider decides how much each member weighs', async ({ page }) => {
  const slider = page.getByRole('slider', { name: /^Weight λ/ });
  await expect(slider).toHaveAttribute('aria-valuetext', 'Fairy-tale teller 50 %, Space-story teller 50 %');
  await slider.press('End');
  await expect(slider).toHaveAttribute('aria-valuetext', 'Fairy-tale teller 0 %, Space-story teller 100 %');
  await expect(page.getByRole('button', { name: 'Fairy × Space' })).toHaveAttribute('aria-pressed', 'false');
  await runToEnd(page);
  // The text follows the space model alone now: nothing that it proposes can be rejected.
  await expect(numbersOf(page, 'Space-story teller').nth(1)).toHaveText('100 %');
});

test('a third member joins with a model that is loaded for it, and can leave again', async ({ page }) => {
  await page.getByRole('button', { name: 'Add a member' }).click();
  await expect(page.getByLabel('Model of member C')).toHaveValue('story-base');
  await runToEnd(page);
  for (const member of [0, 1, 2]) await expect(acceptedOf(page, member).first()).toBeVisible();
  await expect(acceptedOf(page, 2).first()).toHaveCSS('text-decoration-style', 'dotted');
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(4);
  await expect(page.getByText('asking all 3')).toBeVisible();
  await page.getByRole('button', { name: 'Remove member A' }).click();
  await expect(page.getByLabel('Model of member B')).toHaveValue('story-base');
  await expect(page.getByLabel('Model of member C')).toHaveCount(0);
});

test('what cannot run is not offered or says why, and the engine refuses it', async ({ page }) => {
  await openTurns(page);
  await page.getByLabel('Combination').selectOption('Geometric');
  await expect(option(page, 'Mixture')).toBeDisabled();
  await expect(page.getByText(/Not offered: mixture requires a weighted combination/)).toBeVisible();
  await page.getByLabel('Combination').selectOption('Contrastive');
  await page.getByRole('button', { name: 'Add a member' }).click();
  const refusal = 'contrastive needs exactly two members (expert and amateur), not 3';
  await expect(page.getByText(`Cannot run: ${refusal}`)).toBeVisible();
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  await startButton(page).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Code: invalid-request' })).toContainText(refusal);
  await page.getByRole('button', { name: 'Remove member C' }).click();
  await expect(page.getByText('Cannot run')).toHaveCount(0);
  await runToEnd(page);
});

test('a lossy criterion is marked as lossy, with how far the text is off', async ({ page }) => {
  await openTurns(page);
  const acceptance = page.locator('antiphon-acceptance');
  await expect(acceptance.getByText('exact', { exact: true })).toBeVisible();
  await page.getByLabel('Acceptance').selectOption('Lenient');
  await expect(acceptance.getByText('lossy', { exact: true })).toBeVisible();
  await runToEnd(page);
  await expect(page.locator('antiphon-live-numbers .lossiness')).toHaveText(
    /lossy\s*deviates from the exact distribution by \d+\.\d % on average,\s+\d+\.\d % at most/,
  );
});

test('a module of this site combines the members, one of another site is not loaded', async ({ page }) => {
  await page.route('**/even.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: 'export const probabilities = ([a, b]) => a.map((p, token) => (p + b[token]) / 2);',
    }),
  );
  await page.getByLabel('Combination').selectOption('Custom module');
  await page.getByLabel('Module').fill('https://another.example/even.js');
  await expect(page.getByText(/Cannot run: https:\/\/another\.example is another site/)).toBeVisible();
  await expect(startButton(page)).toBeDisabled();
  await page.getByLabel('Module').fill('even.js');
  await runToEnd(page);
  await expect(acceptedOf(page, 0).first()).toBeVisible();
  await expect(acceptedOf(page, 1).first()).toBeVisible();
});

test('presets fill in the form', async ({ page }) => {
  const amateur = page.getByRole('button', { name: 'Contrast away the amateur' });
  await amateur.click();
  await expect(amateur).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByText('expert · 1 token a turn')).toBeVisible();
  await expect(page.getByText('amateur · 4 tokens a turn')).toBeVisible();
  await expect(page.getByRole('slider', { name: /Strength μ/ })).toHaveValue('0.3');
  await page.getByRole('button', { name: 'Draft speeds up Base' }).click();
  await expect(page.getByRole('slider', { name: /Draft length/ })).toHaveValue('6');
  await page.getByRole('button', { name: 'Quote the prompt' }).click();
  await runToEnd(page);
  await expect(page.getByRole('list', { name: 'Who proposed' })).toHaveText(/B\s*Look-up in the text/);
});
