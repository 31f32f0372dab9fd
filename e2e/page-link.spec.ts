import type { Page } from '@playwright/test';
import { axeFindings } from './axe.ts';
import { expect, loadMs, runToEnd, startButton, story, test } from './story-page.ts';

/** The text without what was dropped. */
const textOf = (page: Page): Promise<string> =>
  story(page).evaluate((element) => {
    const copy = element.cloneNode(true) as Element;
    for (const dropped of copy.querySelectorAll('del, .change')) dropped.remove();
    return copy.textContent ?? '';
  });

test('a link writes the same story on another page, and settings survive a reload', async ({ page }) => {
  const context = page.context();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(
    'work.html#prompt=Long+ago&seed=31&max=24&temperature=1.2&model1=story-space&model2=story-fairy',
  );
  await expect(page.getByLabel('Model of member A')).toHaveValue('story-space');
  await runToEnd(page);
  const first = await textOf(page);
  expect(first).toMatch(/^Long ago/);
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('The link is on the clipboard.')).toBeVisible();
  expect(await axeFindings(page)).toEqual([]);

  const other = await context.newPage();
  await other.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await runToEnd(other);
  expect(await textOf(other)).toBe(first);
  await other.close();

  await page.getByLabel('Seed').fill('77');
  await expect(page).toHaveURL(/seed=77/);
  await page.goto('about:blank');
  // Without a link: as the reader left it.
  await page.goto('work.html');
  await expect(page.getByLabel('Seed')).toHaveValue('77');
  await expect(page.getByLabel('Prompt', { exact: true })).toHaveValue('Long ago');
});

test('a bad link is told, and the rest of it is set', async ({ page }) => {
  await page.goto('work.html#seed=abc&temperature=0.5&method=magic&model1=nope&model2=story-space');
  const alert = page.getByRole('alert').filter({ hasText: 'The link' });
  await expect(alert).toContainText('Invalid seed “abc”: expected a number');
  await expect(alert).toContainText('Invalid method “magic”: expected one of collaborative');
  await expect(page.getByRole('slider', { name: 'Temperature' })).toHaveValue('0.5');
  const unknown = page.getByRole('alert').filter({ hasText: 'nope could not be loaded' });
  await expect(unknown).toContainText('There is no model with this name.');
  expect(await axeFindings(page)).toEqual([]);
  await alert.getByRole('button', { name: 'Close' }).click();
  await expect(alert).toHaveCount(0);
  await expect(unknown.getByRole('button', { name: 'Try again' })).toHaveCount(0);
  await unknown.getByRole('button', { name: 'Fairy-tale teller' }).click();
  await expect(unknown).toHaveCount(0);
  await expect(page.getByLabel('Model of member A')).toHaveValue('story-fairy');
});

test('what a link wants from elsewhere is not loaded before the reader agrees', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('evil') || request.url().includes('even.js')) asked.push(request.url());
  });
  await page.route('**/even.js', (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: 'export const probabilities = ([a, b]) => a.map((p, token) => (p + b[token]) / 2);',
    }),
  );
  await page.goto('work.html#combine=custom&module=even.js&max=12');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('even.js');
  await runToEnd(page);
  expect(asked).toEqual([]);
  await page.getByLabel('Seed').fill('77');
  await alert.getByRole('button', { name: 'Load it' }).click();
  await expect(page.getByLabel('Module')).toHaveValue('even.js');
  await expect(page.getByLabel('Seed')).toHaveValue('77');
  await runToEnd(page);
  expect(asked.length).toBeGreaterThan(0);

  asked.length = 0;
  await page.goto('about:blank');
  await page.goto('work.html#model1=https%3A%2F%2Fevil.example%2Fm%2F&model2=story-fairy');
  await expect(alert).toContainText('https://evil.example/m/');
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  expect(asked).toEqual([]);
});

test('a text that goes on is the text that was never interrupted', async ({ page }) => {
  await page.goto('work.html#seed=5&max=48&acceptance=coupled&prompt=One+day');
  await runToEnd(page);
  const whole = await textOf(page);
  await page.getByText('More settings').click();
  await page.getByLabel('Max tokens').fill('24');
  await runToEnd(page);
  const half = await textOf(page);
  expect(whole.startsWith(half)).toBe(true);
  const marks = await story(page).locator('.round').allTextContents();
  await runToEnd(page, page.getByRole('button', { name: 'Continue' }));
  expect(await textOf(page)).toBe(whole);
  // What was written before is as it was, its cards too.
  expect((await story(page).locator('.round').allTextContents()).slice(0, marks.length)).toEqual(marks);
  await expect(story(page).locator('.prompt')).toHaveText('One day');
  await expect(
    page.getByText('Rhythm and numbers cover only the text since you pressed Continue.'),
  ).toBeVisible();
  await story(page).locator('[data-place]').first().click();
  await expect(page.locator('antiphon-token-card .distribution')).toHaveCount(3);
});
