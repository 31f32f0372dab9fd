import { existsSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { isolationHeaders } from './scripts/isolation-headers.ts';
import { engineConfig } from './vite.config.ts';

/**
 * Browser tests: what needs ONNX Runtime, WebGPU or the browser's storage, in headless Chromium. Software
 * WebGPU (SwiftShader) is slow, so files run one after the other, and tests on it are few.
 */
const executablePath = process.env.ANTIPHON_BROWSER ?? '/usr/bin/chromium';

export default defineConfig({
  ...engineConfig,
  server: { headers: isolationHeaders },
  optimizeDeps: { ...engineConfig.optimizeDeps, include: ['@bufbuild/protobuf/wire'] },
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
        launchOptions: {
          // Playwright's own download where neither is there.
          ...(existsSync(executablePath) ? { executablePath } : {}),
          args: [
            '--no-sandbox',
            '--enable-unsafe-webgpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
});
