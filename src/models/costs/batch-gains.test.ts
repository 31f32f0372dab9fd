import { expect, test } from 'vitest';
import { batchGains } from './batch-gains.ts';

const times = (tokens: number, apart: number, together: number) => ({
  tokens,
  apartMs: Array(4).fill(apart),
  togetherMs: Array(4).fill(together),
});

test.each([
  { what: 'clearly faster', together: 6, share: 0.6 },
  { what: 'faster by less than the clock tells', together: 9.8, share: 1 },
  { what: 'slower', together: 12, share: 1 },
])('one pass over two texts that is $what has a share of $share', ({ together, share }) => {
  const gains = batchGains([times(1, 10, together)], 1000);
  expect(gains.shareOfOneToken).toBeCloseTo(share, 12);
  expect(gains.pays(1, 0)).toBe(share < 1);
});

test('one busy spell does not make a pass seem slow, nor the other one fast', () => {
  const busy = { tokens: 1, apartMs: [10, 10, 10, 10], togetherMs: [6, 6, 30, 30] };
  expect(batchGains([busy], 1000).pays(1, 0)).toBe(true);
  const lucky = { tokens: 1, apartMs: [10, 30, 30, 30], togetherMs: [11, 12, 11, 12] };
  expect(batchGains([lucky], 1000).pays(1, 0)).toBe(false);
});

test('a width between measured ones is judged by the wider, and beyond the widest nothing is batched', () => {
  const gains = batchGains([times(5, 10, 11), times(2, 10, 7), times(1, 10, 6)], 1000);
  expect([1, 2, 3, 5, 6].map((tokens) => gains.pays(tokens, 0))).toEqual([true, true, false, false, false]);
});

test('texts of very different lengths are fed apart: the rows that fill the shorter one up cost too much', () => {
  // 4 ms gained, half of them may be spent on 6e-7 ms a byte.
  const gains = batchGains([times(1, 10, 6)], 10_000);
  expect([0, 300, 400].map((rows) => gains.pays(1, rows))).toEqual([true, true, false]);
});
