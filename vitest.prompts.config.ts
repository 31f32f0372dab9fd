import { defineConfig } from 'vitest/config';
import { nodeTests } from './scripts/testing/node-tests.ts';

/** What models read, compared with what Python makes of it: all expectations, and those of ANTIPHON_PROMPT_CASES. */
const { resolve, test } = nodeTests('prompts');
export default defineConfig({
  resolve,
  test: { ...test, include: ['conformance/**/*.prompts.test.ts'], globalSetup: [], testTimeout: 300_000 },
});
