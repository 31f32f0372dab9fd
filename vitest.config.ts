import { configDefaults, defineConfig } from 'vitest/config';
import { nodeTests } from './scripts/testing/node-tests.ts';

/**
 * Unit tests, in Node.js; *.wasm.test.ts are those that run models on WASM. What needs a GPU is named *.gpu.test.ts or
 * *.twin.test.ts, what needs a browser *.browser.test.ts.
 */
const { plugins, resolve, test } = nodeTests('unit');
export default defineConfig({
  plugins,
  resolve,
  test: {
    ...test,
    include: ['{src,workers,scripts,bench,conformance}/**/*.test.ts'],
    // Files of one process share its modules: to load them anew for each takes a third of the time.
    isolate: false,
    // Enumerations and thousands of draws take a second or two, and many times that on a busy machine.
    testTimeout: 60_000,
    globalSetup: [...test.globalSetup, './scripts/testing/build-library.ts'],
    hookTimeout: 60_000,
    // By default one core stays idle, which is half of a machine with two.
    maxWorkers: '100%',
    exclude: [...configDefaults.exclude, '**/*.{browser,gpu,prompts,twin}.test.ts'],
  },
});
