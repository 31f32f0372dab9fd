import { readFileSync } from 'node:fs';
import { collect } from '../bench/collect.ts';
import { axeFindings } from './axe.ts';
import { poorContrasts } from './contrast.ts';
import { expect, loadMs, test } from './story-page.ts';

test('this device is measured, explained in three sentences, and saved as a file that --collect reads', async ({
  page,
}) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await page.goto('./');
  await page.getByRole('link', { name: 'Measure' }).click();
  await expect(page).toHaveTitle('Measure this device – Antiphon');
  await page.getByLabel('Models').selectOption('Other models …');
  await page.getByLabel('Names, separated by spaces').fill('story-draft');
  await page.getByLabel('WebGPU').uncheck();
  const measure = page.getByRole('button', { name: 'Measure', exact: true });
  await measure.click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await measure.click();
  const sentences = page.locator('antiphon-measure .sentences li');
  await expect(sentences).toHaveCount(3, { timeout: loadMs });
  await expect(sentences.nth(0)).toContainText(
    /^On WebAssembly \(one thread\) .*9 tokens take [\d.]+ times as long as one/,
  );
  // What they find depends on the machine.
  for (const which of [1, 2]) await expect(sentences.nth(which)).toContainText('speculative decoding');
  await expect(page.getByRole('heading', { name: 'What this device is like' })).toBeFocused();
  await expect(page.getByRole('img', { name: /WebAssembly \(one thread\): Story sketcher/ })).toBeVisible();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the numbers (JSON)' }).click(),
  ]);
  const name = download.suggestedFilename();
  const { markdown, refused } = collect([{ name, text: readFileSync(await download.path(), 'utf8') }]);
  expect(refused).toEqual([]);
  expect(markdown).toMatch(/\| [^|]*Chromium \d+ [^|]*\| WebAssembly \(one thread\) \| Story sketcher \|/);

  expect(await axeFindings(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await page.evaluate(poorContrasts)).toEqual([]);
});
