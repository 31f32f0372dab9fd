import { expect } from '@playwright/test';
import { evenRounds, playRounds } from '../bench/page/played-run.ts';
import { test as siteTest } from './site.ts';
import { startButton, story } from './story-page.ts';

const test = siteTest.extend({ baseURL: ({ siteUrl }, use) => use(siteUrl) });

test('the page shows a played run to its end, as the bench has it do', async ({ page }) => {
  await page.goto('./');
  await playRounds(page, await evenRounds(24));
  await startButton(page).click();
  await expect(page.getByRole('status')).toHaveText(/^The token limit ended the story after \d+ tokens\.$/);
  await expect(story(page)).toContainText('fox');
  await expect(page.getByRole('button', { name: 'Copy link' })).toBeVisible();
});
