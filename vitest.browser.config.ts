import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { testLaunchOptions } from './scripts/find-browser.ts';
import { isolationHeaders } from './scripts/isolation-headers.ts';
import { engineConfig } from './vite.config.ts';

/**
 * Browser tests, in headless Chromium: what needs a page, its workers or its storage, and the kernels (*.twin.test.ts, in
 * Node.js as well). WebGPU on SwiftShader is slow, so other tests of it run in Node.js alone.
 */
export default defineConfig({
  ...engineConfig,
  server: { headers: isolationHeaders },
  optimizeDeps: {
    ...engineConfig.optimizeDeps,
    include: [...engineConfig.optimizeDeps.include, '@bufbuild/protobuf/wire', '@huggingface/hub', 'openai'],
  },
  test: {
    include: ['{src,workers}/**/*.{browser,twin}.test.ts'],
    maxWorkers: 2,
    isolate: false,
    // The first pass on a software device compiles its shaders: seconds for each pass width.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: testLaunchOptions(),
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
