import { configDefaults, defineConfig } from 'vitest/config';

/** Unit tests, in Node. What needs a browser is named *.browser.test.ts or *.gpu.test.ts and runs there. */
export default defineConfig({
  test: {
    include: ['{src,workers,scripts,bench}/**/*.test.ts'],
    // Enumerations and thousands of draws take a second or two, and many times that on a busy machine.
    testTimeout: 60_000,
    // By default one core stays idle, which is half of a machine with two.
    maxWorkers: '100%',
    exclude: [...configDefaults.exclude, '**/*.browser.test.ts', '**/*.gpu.test.ts'],
  },
});
