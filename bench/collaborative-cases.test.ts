import { expect, test } from 'vitest';
import { validateDecodeRequest } from '../src/engine/decode-request.ts';
import { models, sections } from './collaborative-cases.ts';

test.each([true, false])('every case is a request of the loaded models (quick: %s)', (quick) => {
  for (const { cases } of sections(quick)) {
    for (const { method, temperature } of cases) {
      validateDecodeRequest({ prompt: '', sampling: { temperature }, method });
      for (const { model } of method.members) expect(models).toContain(model);
    }
  }
});

test.each([true, false])('within a section every case has a name of its own (quick: %s)', (quick) => {
  for (const { cases } of sections(quick)) {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  }
});
