import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import { readTrace } from '../src/trace/read-trace.ts';
import { axeFindings } from './axe.ts';
import { openingOf } from './opening.ts';
import { expect, runToEnd, story, test } from './story-page.ts';

async function saved(page: Page, button: string, as: string): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  await (await download).saveAs(as);
  return readFileSync(as, 'utf8');
}

const hostile = ' </script><img src=x onerror="window.broken=1"><!--<script>';

test('a run is saved, and told again by the page and by a page of its own, as data alone', async ({
  page,
}, testInfo) => {
  await page.goto('work.html#seed=7&max=40&temperature=1.6&prompt=Long+ago');
  await runToEnd(page);
  const told = await story(page).textContent();
  await story(page).locator('.accepted').first().click();
  await expect(page.locator('antiphon-token-card .distribution')).toHaveCount(3);
  await page.keyboard.press('Escape');

  const trace = await saved(page, 'Save recording', testInfo.outputPath('story.jsonl'));
  const recorded = readTrace(trace);
  expect(recorded.result?.tokenIds).toHaveLength(40);
  expect(recorded.candidates).toHaveLength(1);
  const text = await saved(page, 'Save text', testInfo.outputPath('story.txt'));
  expect(text).toBe(`Long ago${recorded.result?.text}\n`);
  const html = await saved(page, 'Save as page', testInfo.outputPath('story.html'));

  // The same view tells it: dropped ones, marks, candidates.
  await page
    .getByLabel('Recording', { exact: true })
    .and(page.locator('input'))
    .setInputFiles(testInfo.outputPath('story.jsonl'));
  const replay = page.getByRole('group', { name: 'Recording' });
  await replay.getByRole('button', { name: 'Pause' }).click();
  await replay.getByRole('slider', { name: 'Position' }).fill('0');
  await expect(story(page)).toHaveText('Long ago');
  await replay.getByRole('slider', { name: 'Position' }).press('End');
  await expect(story(page)).toHaveText(told ?? '');
  await expect(page.locator('antiphon-speed-up')).toContainText('model calls instead of');
  await story(page).locator('.accepted').first().click();
  await expect(page.locator('antiphon-token-card .distribution')).toHaveCount(3);
  await page.keyboard.press('Escape');
  await story(page).locator('.accepted').last().click();
  await expect(page.locator('antiphon-token-card')).toContainText(
    'The recording has no alternatives for this token',
  );
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Close the recording' }).click();
  await expect(replay).toHaveCount(0);

  // A page is opened like a trace.
  await page
    .getByLabel('Recording', { exact: true })
    .and(page.locator('input'))
    .setInputFiles(testInfo.outputPath('story.html'));
  await expect(replay).toBeVisible();

  // Alone, from the disk, without a server: nothing is fetched.
  const alone = await page.context().newPage();
  const asked: string[] = [];
  alone.on('request', (request) => asked.push(request.url()));
  const errors: string[] = [];
  alone.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await alone.goto(pathToFileURL(testInfo.outputPath('story.html')).href);
  await alone.getByRole('slider', { name: 'Position' }).press('End');
  await expect(story(alone)).toHaveText(told ?? '');
  await expect(alone.locator('footer')).toHaveText(`Written with Antiphon ${recorded.header.engineVersion}`);
  expect(asked).toEqual([pathToFileURL(testInfo.outputPath('story.html')).href]);
  expect(errors).toEqual([]);
  expect(await axeFindings(alone)).toEqual([]);

  // Texts that look like markup are texts.
  const evil = trace
    .split('\n')
    .map((line) =>
      line.replace(
        /"(text|prompt|label)":"(?:[^"\\]|\\.)*"/g,
        (_field, name) => `"${name}":${JSON.stringify(hostile)}`,
      ),
    )
    .join('\n');
  writeFileSync(
    testInfo.outputPath('evil.html'),
    html.replace(openingOf(html), () => openingOf(html, evil)),
  );
  await alone.goto(pathToFileURL(testInfo.outputPath('evil.html')).href);
  await alone.getByRole('slider', { name: 'Position' }).press('End');
  await expect(story(alone)).toContainText('<img src=x onerror=');
  expect(await alone.locator('img').count()).toBe(0);
  expect(await alone.evaluate(() => Reflect.get(window, 'broken'))).toBeUndefined();
  await alone.close();
});

test('a file that is no recording is told, and one that is dropped is opened', async ({ page }, testInfo) => {
  await page.goto('work.html');
  writeFileSync(testInfo.outputPath('list.txt'), 'milk\neggs\n');
  await page
    .getByLabel('Recording', { exact: true })
    .and(page.locator('input'))
    .setInputFiles(testInfo.outputPath('list.txt'));
  const alert = page.getByRole('alert').filter({ hasText: 'Not a recording' });
  await expect(alert).toContainText('line 1');
  await page.evaluate(() => {
    const files = new DataTransfer();
    files.items.add(new File(['<p>Hello</p>'], 'page.html'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: files, cancelable: true }));
  });
  await expect(alert).toContainText('does not contain an Antiphon recording');
  expect(await axeFindings(page)).toEqual([]);
});
