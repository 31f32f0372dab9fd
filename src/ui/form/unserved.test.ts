import { expect, test } from 'vitest';
import { initialForm, type RequestForm } from './request-form.ts';
import { unservedCharacters } from './unserved.ts';

test.each<readonly [prompt: string, change: Partial<RequestForm>, unserved: string]>([
  ['Once upon a time, "why?" she said.\n', {}, ''],
  ['Es war einmal ein Fuchs, der hieß Jörg', {}, 'ßö'],
  ['A robot 🤖🤖 und 猫', {}, '🤖猫'],
  ['Es war schön', { method: 'plain', target: 'HuggingFaceTB/SmolLM2-135M-Instruct' }, ''],
  ['Es war schön', { method: 'plain' }, 'ö'],
])('of %j the story models cannot read (with %j): %j', (prompt, change, unserved) => {
  expect(unservedCharacters({ ...initialForm(1), prompt, ...change }).join('')).toBe(unserved);
});
