import { type BrowserContext, test as base, type Page } from '@playwright/test';
import { siteFolder } from '../scripts/build.ts';
import { serveFolder } from '../scripts/static-server.ts';

export interface Sites {
  /** Address of the built site, cross-origin isolated: the engine has threads. */
  readonly siteUrl: string;
  /** The same files from a server without special headers: one thread. */
  readonly plainSiteUrl: string;
  /** Keeps what a visit of the site leaves in a browser: models, what was measured of them, compiled code. */
  readonly visited: BrowserContext;
}

/** Playwright's test with the built site served, for all journeys. */
export const test = base.extend<object, Sites>({
  siteUrl: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
    async ({}, use) => {
      const server = await serveFolder({ folder: siteFolder });
      await use(server.url);
      await server.close();
    },
    { scope: 'worker' },
  ],
  plainSiteUrl: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      const server = await serveFolder({ folder: siteFolder, isolated: false });
      await use(server.url);
      await server.close();
    },
    { scope: 'worker' },
  ],
  visited: [
    async ({ browser, siteUrl }, use) => {
      const context = await browser.newContext({ baseURL: siteUrl });
      await use(context);
      await context.close();
    },
    { scope: 'worker' },
  ],
});

/**
 * A page for somebody who was here before and begins anew: models are stored, settings forgotten. Loading anew for each
 * journey would take longer than most of them. To be closed by the caller.
 */
export async function openReturning(visited: BrowserContext): Promise<Page> {
  const page = await visited.newPage();
  await page.goto('favicon.svg');
  await page.evaluate(() => localStorage.clear());
  return page;
}
