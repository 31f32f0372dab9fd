import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { testLaunchOptions } from '../scripts/find-browser.ts';
import { test as siteTest } from './site.ts';
import { expect, runToEnd, story } from './story-page.ts';

/** The setting "block all cookies", as Chromium keeps it in a profile: https://chromeenterprise.google/policies/#DefaultCookiesSetting */
const blockSiteData = { profile: { default_content_setting_values: { cookies: 2 } } };

const test = siteTest.extend<{ readonly blockedPage: Page }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
  blockedPage: async ({}, use) => {
    const profile = mkdtempSync(join(tmpdir(), 'antiphon-profile-'));
    mkdirSync(join(profile, 'Default'));
    writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(blockSiteData));
    const context = await chromium.launchPersistentContext(profile, testLaunchOptions());
    await use(await context.newPage());
    await context.close();
    rmSync(profile, { recursive: true });
  },
});

/** What the browser answers where a page asks for its storage. */
const refusals = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const nameOf = (reason: unknown): string => (reason as Error).name;
    return Promise.all([
      new Promise((resolve) => resolve(localStorage)).then(() => 'localStorage is open', nameOf),
      navigator.storage.getDirectory().then(() => 'OPFS is open', nameOf),
      caches.open('any').then(() => 'the Cache API is open', nameOf),
      navigator.locks.request('any', () => 'Web Locks are open').catch(nameOf),
    ]);
  });

test('a browser that blocks all site data tells a story, and keeps no model', async ({
  blockedPage: page,
  siteUrl,
}) => {
  await page.goto(`${siteUrl}work.html#method=plain&target=story-draft&seed=3&max=24`);
  expect(await refusals(page)).toEqual(Array(4).fill('SecurityError'));
  await runToEnd(page);
  await expect(story(page)).toContainText(/\w+ \w+/);
  await page.getByText('Models on this device').click();
  await expect(page.locator('antiphon-stored-models')).toContainText('Nothing is stored');
});
