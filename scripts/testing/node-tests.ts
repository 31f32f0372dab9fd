import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { defaultServerConditions } from 'vite';
import type { ViteUserConfig } from 'vitest/config';
import { engineConditions } from '../../vite.config.ts';
import { projectFolder } from '../build.ts';
import { transformersParts } from '../transformers-parts.ts';

/** Settings of all tests in Node.js. `name` is that of the folder where they keep what users have in their own cache. */
export function nodeTests(name: string) {
  const cache = join(projectFolder, 'test-results', `${name}-cache`);
  rmSync(cache, { recursive: true, force: true });
  return {
    plugins: [transformersParts()],
    resolve: { conditions: [...engineConditions, ...defaultServerConditions] },
    test: {
      // Threads of engines side by side wait for each other.
      env: { ANTIPHON_CACHE: cache, ANTIPHON_THREADS: '1' },
      globalSetup: ['./scripts/testing/serve-site.ts'],
      // Tests run little of ONNX Runtime's WebAssembly often: to optimise it takes three times as long as to run it.
      execArgv: ['--liftoff-only'],
      server: { deps: { inline: ['onnxruntime-web', /@huggingface\/transformers/] } },
    },
  } satisfies ViteUserConfig;
}
