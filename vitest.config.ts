import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

/** Not the user's own: what the tests keep there is gone with the next run. */
const cache = fileURLToPath(new URL('test-results/unit-cache', import.meta.url));
rmSync(cache, { recursive: true, force: true });

/** Unit tests, in Node. What needs a browser is named *.browser.test.ts or *.gpu.test.ts and runs there. */
export default defineConfig({
  test: {
    include: ['{src,workers,scripts,bench}/**/*.test.ts'],
    // Enumerations and thousands of draws take a second or two, and many times that on a busy machine.
    testTimeout: 60_000,
    globalSetup: 'scripts/testing/build-library.ts',
    // Threads of engines side by side wait for each other.
    env: { ANTIPHON_CACHE: cache, ANTIPHON_THREADS: '1' },
    // By default one core stays idle, which is half of a machine with two.
    maxWorkers: '100%',
    exclude: [...configDefaults.exclude, '**/*.browser.test.ts', '**/*.gpu.test.ts'],
  },
});
