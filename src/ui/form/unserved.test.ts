import { expect, test } from 'vitest';
import { initialForm, type RequestForm } from './request-form.ts';
import { unservedPrompt } from './unserved.ts';

test.each<readonly [prompt: string, change: Partial<RequestForm>, hint: string | null]>([
  ['Once upon a time', {}, null],
  ['Es war schön', {}, 'These small models know simple English only and cannot read ö.'],
  ['Es war schön', { method: 'plain' }, 'These small models know simple English only and cannot read ö.'],
  ['Es war einmal ein Fuchs', {}, 'These small models know simple English only.'],
  ['Es war einmal ein Fuchs', { method: 'plain', target: 'HuggingFaceTB/SmolLM2-135M-Instruct' }, null],
])('of %j the story models cannot serve (with %j): %j', (prompt, change, hint) => {
  expect(unservedPrompt({ ...initialForm(1), prompt, ...change })).toBe(hint);
});
