import { expect, test } from 'vitest';
import { cheapestPadding, noPadding, paddedCosts } from './pass-padding.ts';
import { costsOf } from './pass-times.ts';

/** A number stands for samples that all took as long. */
const times = (msByTokens: Record<number, number | number[]>) =>
  Object.entries(msByTokens).map(([tokens, ms]) => ({
    tokens: Number(tokens),
    ms: typeof ms === 'number' ? [ms, ms, ms] : ms,
  }));

const widthsOf = (msByTokens: Record<number, number | number[]>, upTo = 10) => {
  const { paddedTokens } = cheapestPadding(times(msByTokens));
  return Array.from({ length: upTo }, (_, index) => paddedTokens(index + 1));
};

test('where time grows with the tokens, no pass is padded', () => {
  expect(widthsOf({ 1: 4, 2: 5, 4: 7, 8: 11 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(noPadding.paddedTokens(7)).toBe(7);
});

test('a pass is padded to the cheapest larger width', () => {
  expect(widthsOf({ 1: 4, 2: 9, 3: 8, 4: 10, 5: 7, 8: 7.5 }, 6)).toEqual([1, 5, 5, 5, 5, 6]);
});

test('a gain below 3 % does not count, nor one that only the usual or only the fastest sample has', () => {
  expect(widthsOf({ 2: 10, 4: 9.8 }, 4)).toEqual([1, 2, 3, 4]);
  expect(widthsOf({ 2: 10, 4: 9.7 }, 4)).toEqual([1, 4, 3, 4]);
  expect(widthsOf({ 2: [5, 10, 10, 10, 10, 10], 4: [5, 6, 6, 6, 6, 6] }, 4)).toEqual([1, 2, 3, 4]);
  expect(widthsOf({ 2: [5, 5, 5, 5, 5, 5], 4: [2, 6, 6, 6, 6, 6] }, 4)).toEqual([1, 2, 3, 4]);
});

test('too few samples decide nothing, unless the gain is large', () => {
  expect(widthsOf({ 2: [10, 10], 4: [5, 5, 5] }, 2)).toEqual([1, 2]);
  expect(widthsOf({ 2: [20, 20], 4: [5, 5, 5] }, 2)).toEqual([1, 4]);
  expect(widthsOf({ 2: [20, 20], 4: [5, 5] }, 2)).toEqual([1, 2]);
  expect(widthsOf({ 2: [10, 10, 10], 4: [5, 5] }, 2)).toEqual([1, 2]);
});

test('padded passes cost what the larger ones cost', () => {
  const measured = times({ 1: 4, 2: 9, 4: 6, 8: 7 });
  const costs = paddedCosts(costsOf(measured), cheapestPadding(measured));
  expect(costs).toEqual([
    { tokens: 1, ms: 4 },
    { tokens: 2, ms: 6 },
    { tokens: 4, ms: 6 },
    { tokens: 8, ms: 7 },
  ]);
});
