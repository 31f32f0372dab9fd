import { defineConfig } from '@playwright/test';
import { testLaunchOptions } from './scripts/find-browser.ts';

/** Journeys on the built site and the packed library (`npm run build`), in a browser that is on this machine. */
export default defineConfig({
  testDir: 'e2e',
  // Needs a model that is not in the repository.
  testIgnore: process.env.ANTIPHON_CHAT_MODELS === undefined ? 'chat-model.spec.ts' : [],
  outputDir: 'test-results',
  // A core each: most pages are served without the headers that give engines threads.
  workers: 2,
  projects: [
    // One of them at a time, beside the others: engines that compete for the same cores make each other slow. The
    // first, so that no core is idle at the end.
    { name: 'all cores', grep: /@all-cores/, workers: 1 },
    { name: 'one core', grepInvert: /@all-cores/ },
  ],
  forbidOnly: true,
  timeout: 120_000,
  reporter: 'list',
  use: { browserName: 'chromium', launchOptions: testLaunchOptions() },
});
