import { expect, test } from 'vitest';
import { PrefillLine } from './prefill-line.ts';

const clear = '\r\u001b[K';

test('a long prompt is told as it is read, in one line that goes away', () => {
  const line = new PrefillLine(true);
  const told = [256, 512].map((tokensFed) => line.show({ tokensFed, tokensTotal: 600 }));
  expect(told).toEqual([
    `${clear}Reading the prompt: 256 of 600 tokens`,
    `${clear}Reading the prompt: 512 of 600 tokens`,
  ]);
  expect([line.clear(), line.clear()]).toEqual([clear, '']);
});

test.each([
  ['a short prompt', true, 200],
  ['what is no terminal', false, 600],
])('%s is told nothing', (_, isTerminal, tokensTotal) => {
  const line = new PrefillLine(isTerminal);
  expect([line.show({ tokensFed: 128, tokensTotal }), line.clear()]).toEqual(['', '']);
});
