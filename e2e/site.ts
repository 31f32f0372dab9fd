import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, test as base, chromium, type Page } from '@playwright/test';
import { siteFolder } from '../scripts/build.ts';
import { testLaunchOptions } from '../scripts/find-browser.ts';
import { serveFolder } from '../scripts/static-server.ts';

export interface Sites {
  /** Address of the built site. Its server sends no special headers: engines have one thread, the tests' workers a core each. */
  readonly siteUrl: string;
  /** The same files, cross-origin isolated: engines have a thread per core. For tests with the tag `allCores`. */
  readonly isolatedSiteUrl: string;
  /**
   * Keeps what visits leave in a browser: models, what was measured of them, compiled WebAssembly. A profile on disk,
   * because Chromium keeps no compiled code for contexts in memory: there each visit compiles ONNX Runtime anew (2 s).
   */
  readonly visited: BrowserContext;
}

interface Visits {
  /** Nothing is stored of an earlier visit. */
  readonly firstVisit: Page;
}

/** `npm run test:long`: larger matrices than `npm test` has the time for. */
export const isLong = process.env.ANTIPHON_LONG_TESTS === '1';

/** Tests with this tag take all cores: threads, or WebGPU in software. One of them runs at a time. */
export const allCores = { tag: '@all-cores' };

/** Tests on the built site; `page` is a returning visitor's. */
export const test = base.extend<Visits, Sites>({
  siteUrl: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures it needs from here
    async ({}, use) => {
      const server = await serveFolder({ folder: siteFolder, isolated: false });
      await use(server.url);
      await server.close();
    },
    { scope: 'worker' },
  ],
  isolatedSiteUrl: [
    // biome-ignore lint/correctness/noEmptyPattern: as above
    async ({}, use) => {
      const server = await serveFolder({ folder: siteFolder });
      await use(server.url);
      await server.close();
    },
    { scope: 'worker' },
  ],
  visited: [
    async ({ siteUrl }, use) => {
      const profile = mkdtempSync(join(tmpdir(), 'antiphon-visited-'));
      const context = await chromium.launchPersistentContext(profile, {
        ...testLaunchOptions(),
        baseURL: siteUrl,
      });
      await use(context);
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],
  baseURL: ({ siteUrl }, use) => use(siteUrl),
  page: async ({ visited }, use) => {
    const page = await openReturning(visited);
    await use(page);
    await page.close();
  },
  firstVisit: async ({ context }, use) => use(await context.newPage()),
});

/**
 * A page for somebody who was here before and begins anew: models are stored, settings forgotten. Loading anew for each
 * test would take longer than most of them. To be closed by the caller.
 */
export async function openReturning(visited: BrowserContext): Promise<Page> {
  const page = await visited.newPage();
  await page.goto('favicon.svg');
  await page.evaluate(() => localStorage.clear());
  return page;
}
