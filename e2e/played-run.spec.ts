import { expect } from '@playwright/test';
import { evenRounds, playRounds } from '../bench/page/played-run.ts';
import { expectSmooth } from './smooth.ts';
import { startButton, story, test } from './story-page.ts';

test('the page shows a played run to its end, as the bench has it do', async ({ page }) => {
  await page.goto('work.html');
  await playRounds(page, await evenRounds(24));
  await startButton(page).click();
  await expect(page.getByRole('status')).toHaveText(/^The token limit ended the story after \d+ tokens\.$/);
  await expect(story(page)).toContainText('fox');
  await expect(page.getByRole('button', { name: 'Copy link' })).toBeVisible();
});

test('a run of 200 rounds a second is shown without a dropped frame', async ({ page }) => {
  const rounds = await evenRounds(3000);
  await expectSmooth(page, async () => {
    await page.goto('work.html');
    await playRounds(page, rounds);
    await startButton(page).click();
    await expect(story(page)).toContainText('fox');
  });
  await expect(page.getByRole('status')).toHaveText('Writing.');
});
