import { defineConfig } from '@playwright/test';
import { launchOptions } from './scripts/find-browser.ts';

/** Journeys on the built site and the packed library (`npm run build`), in a browser that is on this machine. */
export default defineConfig({
  testDir: 'e2e',
  // Needs a model that is not in the repository.
  testIgnore: process.env.ANTIPHON_CHAT_MODELS === undefined ? 'chat-model.spec.ts' : [],
  outputDir: 'test-results',
  // One browser at a time: engines that compete for two cores would make each other slow.
  workers: 1,
  forbidOnly: true,
  timeout: 120_000,
  reporter: 'list',
  use: { browserName: 'chromium', launchOptions: launchOptions() },
});
