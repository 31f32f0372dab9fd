import { type Locator, type Page, expect as playwrightExpect } from '@playwright/test';
import { openReturning, test as siteTest } from './site.ts';

interface Visits {
  /** Nothing is stored of an earlier visit. */
  readonly firstVisit: Page;
}

/** Journeys on the page; `page` is a returning visitor's. */
export const test = siteTest.extend<Visits>({
  baseURL: ({ siteUrl }, use) => use(siteUrl),
  page: async ({ visited }, use) => {
    const page = await openReturning(visited);
    await use(page);
    await page.close();
  },
  firstVisit: async ({ context }, use) => use(await context.newPage()),
});

/** The first token of a run may take seconds on a busy machine. */
export const expect = playwrightExpect.configure({ timeout: 30_000 });

/** Loading fetches, verifies, starts the runtime and measures: seconds on a slow machine. */
export const loadMs = 90_000;

export const startButton = (page: Page): Locator => page.getByRole('button', { name: 'Start', exact: true });
export const stopButton = (page: Page): Locator => page.getByRole('button', { name: 'Stop', exact: true });
export const status = (page: Page): Locator => page.getByRole('status');
export const story = (page: Page): Locator => page.locator('antiphon-story .story');

/** Starts a run and waits for the sentence that ends it. */
export async function runToEnd(page: Page): Promise<void> {
  await expect(startButton(page)).toBeEnabled({ timeout: loadMs });
  // The sentence of an earlier run may still stand there.
  const writes = page.waitForFunction(
    () =>
      document.querySelector('antiphon-app')?.shadowRoot?.querySelector('[role=status]')?.textContent ===
      'Writing.',
  );
  await startButton(page).click();
  await writes;
  await expect(page.getByRole('status')).toHaveText(/after \d+ tokens?\.$/, { timeout: 60_000 });
}
