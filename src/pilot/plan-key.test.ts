import { expect, test } from 'vitest';
import type { PilotPrompt } from './pilot.ts';
import { planKey } from './plan-key.ts';
import { fakePlan } from './testing/fake-pilot.ts';

const environment = { engineVersion: '1', threads: 2, browser: 'Browser 1', models: [] };
const prompt: PilotPrompt = { text: 'user: Hello', id: null, line: 1 };

const keyOf = (change: Partial<PilotPrompt>, browser = environment.browser) =>
  planKey(fakePlan({ prompts: [{ ...prompt, ...change }] }), { ...environment, browser });

test.each<readonly [string, Partial<PilotPrompt>, string, boolean]>([
  ['another line', { line: 3 }, 'Browser 1', true],
  ['another expectation', { expected: 'Hi' }, 'Browser 1', true],
  ['another browser', {}, 'Browser 2', true],
  ['another text', { text: 'user: Hi' }, 'Browser 1', false],
  ['messages instead of their text', { messages: [{ role: 'user', content: 'Hello' }] }, 'Browser 1', false],
])('whether a plan with %s finds what was run before', async (_, change, browser, isSame) => {
  expect((await keyOf(change, browser)) === (await keyOf({}))).toBe(isSame);
});
