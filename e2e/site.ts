import { test as base } from '@playwright/test';
import { siteFolder } from '../scripts/build.ts';
import { serveFolder } from '../scripts/static-server.ts';

interface Sites {
  /** Address of the built site, cross-origin isolated: the engine has threads. */
  readonly siteUrl: string;
  /** The same files from a server without special headers: one thread. */
  readonly plainSiteUrl: string;
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
});
