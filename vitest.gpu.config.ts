import { defineConfig } from 'vitest/config';
import { nodeTests } from './scripts/testing/node-tests.ts';
import { SameShadersLast } from './scripts/testing/same-shaders-last.ts';

/**
 * GPU tests, in Node.js on Dawn. A process that ends one of its threads with work on the GPU aborts, so they run in
 * child processes; each file has a device of its own.
 */
const { plugins, resolve, test } = nodeTests('gpu');
export default defineConfig({
  plugins,
  resolve,
  test: {
    ...test,
    include: ['src/**/*.{gpu,twin}.test.ts'],
    globalSetup: [...test.globalSetup, './scripts/testing/gpu-adapter.ts'],
    setupFiles: ['./scripts/testing/ort-with-gpu.ts'],
    pool: 'forks',
    sequence: { sequencer: SameShadersLast },
    maxWorkers: '100%',
    // A driver without its cache compiles hundreds of shaders, and for minutes where others use the cores too.
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
