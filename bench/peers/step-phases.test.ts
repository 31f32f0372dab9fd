import { expect, test } from 'vitest';
import { stepPhasesOf } from './step-phases.ts';

test('the parts of a step add up to what the page waits for a token', () => {
  const phases = { tokens: 2, forward: 20, readback: 4, sample: 6, text: 2, engine: 40 };
  const steps = stepPhasesOf({
    section: 'a model',
    backend: 'wasm',
    promptTokens: [32],
    contenders: [
      {
        name: 'Antiphon',
        sameFile: true,
        atLeast: null,
        opened: null,
        decodes: [{ promptTokens: 32, tokenIds: [1, 2, 3], tokenAtMs: [100, 120, 146], phases }, null],
        failure: null,
      },
    ],
  });
  expect(steps?.msPerToken).toEqual({ forward: 10, readback: 2, sample: 3, text: 1, loop: 4, page: 3 });
  expect(steps?.tokens).toBe(2);
});
