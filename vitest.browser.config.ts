import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { launchOptions } from './scripts/find-browser.ts';
import { isolationHeaders } from './scripts/isolation-headers.ts';
import { engineConfig } from './vite.config.ts';

/**
 * Browser tests: what needs ONNX Runtime, WebGPU or the browser's storage, in headless Chromium. Software
 * WebGPU (SwiftShader) is slow, so files run one after the other, and tests on it are few.
 */
export default defineConfig({
  ...engineConfig,
  server: { headers: isolationHeaders },
  optimizeDeps: {
    ...engineConfig.optimizeDeps,
    include: ['@bufbuild/protobuf/wire', '@huggingface/hub', 'openai'],
  },
  test: {
    include: ['{src,workers}/**/*.browser.test.ts', '{src,workers}/**/*.gpu.test.ts'],
    fileParallelism: false,
    // The first pass on a software device compiles its shaders: seconds for each pass width.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: launchOptions(),
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
