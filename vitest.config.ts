import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defaultServerConditions } from 'vite';
import { configDefaults, defineConfig, type ViteUserConfig } from 'vitest/config';
import { engineConditions } from './vite.config.ts';

/** Settings of all tests in Node.js. `name` is that of the folder where they keep what users have in their own cache. */
export function nodeTests(name: string) {
  const cache = fileURLToPath(new URL(`test-results/${name}-cache`, import.meta.url));
  rmSync(cache, { recursive: true, force: true });
  return {
    resolve: { conditions: [...engineConditions, ...defaultServerConditions] },
    test: {
      // Threads of engines side by side wait for each other.
      env: { ANTIPHON_CACHE: cache, ANTIPHON_THREADS: '1' },
      globalSetup: ['./scripts/test-site.ts'],
      // Tests run little of ONNX Runtime's WebAssembly often: to optimise it takes three times as long as to run it.
      execArgv: ['--liftoff-only'],
      server: { deps: { inline: ['onnxruntime-web'] } },
    },
  } satisfies ViteUserConfig;
}

/**
 * Unit tests, in Node.js; *.wasm.test.ts are those that run models on WASM. What needs a GPU is named *.gpu.test.ts or
 * *.twin.test.ts, what needs a browser *.browser.test.ts.
 */
const { resolve, test } = nodeTests('unit');
export default defineConfig({
  resolve,
  test: {
    ...test,
    include: ['{src,workers,scripts,bench}/**/*.test.ts'],
    // Files of one process share its modules: to load them anew for each takes a third of the time.
    isolate: false,
    // Enumerations and thousands of draws take a second or two, and many times that on a busy machine.
    testTimeout: 60_000,
    globalSetup: [...test.globalSetup, './scripts/testing/build-library.ts'],
    hookTimeout: 60_000,
    // By default one core stays idle, which is half of a machine with two.
    maxWorkers: '100%',
    exclude: [...configDefaults.exclude, '**/*.{browser,gpu,twin}.test.ts'],
  },
});
