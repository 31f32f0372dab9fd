import { describe, expect, test } from 'vitest';
import { costAt, type ForwardCosts } from './forward-costs.ts';

const measured: ForwardCosts = [
  { tokens: 1, ms: 10 },
  { tokens: 2, ms: 14 },
  { tokens: 4, ms: 16 },
  { tokens: 8, ms: 32 },
];

describe('the cost of a forward', () => {
  test.each([
    [1, 10],
    [2, 14],
    [3, 15],
    [4, 16],
    [7, 28],
    [8, 32],
  ])('over %i tokens it is measured or lies between its neighbours: %i ms', (tokens, ms) => {
    expect(costAt(measured, tokens)).toBeCloseTo(ms, 12);
  });

  test('beyond the largest size it grows as between the last two', () => {
    expect(costAt(measured, 10)).toBeCloseTo(40, 12);
  });

  test('a dip between the last two sizes is not extrapolated, and one between others is kept', () => {
    const dipping = [
      { tokens: 1, ms: 10 },
      { tokens: 5, ms: 6 },
    ];
    expect(costAt(dipping, 3)).toBeCloseTo(8, 12);
    expect(costAt(dipping, 9)).toBe(6);
  });

  test('it is constant below the smallest size and where one size is all that is known', () => {
    expect(costAt(measured.slice(1), 1)).toBe(14);
    expect(costAt(measured.slice(0, 1), 6)).toBe(10);
  });

  test('without a measurement it throws', () => {
    expect(() => costAt([], 2)).toThrow('cost of a forward over 2 tokens: no size was measured');
  });
});
