import { expect, test } from 'vitest';
import { measuredSpeedUp, type SpeedPair } from './speed-up.ts';

const pairs = (...ratios: readonly number[]): SpeedPair[] =>
  ratios.map((ratio) => ({ methodMs: 10, referenceMs: 10 * ratio }));

test.each([
  ['five pairs above 1', [1.4, 1.6, 1.5, 1.3, 1.7], 'faster', 1.5],
  ['five pairs below 1', [0.9, 0.8, 0.7, 0.9, 0.8], 'slower', 0.8],
  ['one bad pair among six', [1.4, 0.2, 1.5, 1.3, 1.7, 1.6], 'faster', 1.45],
  ['pairs on both sides of 1', [0.8, 0.9, 1.1, 1.3, 1.2], 'open', 1.1],
  ['four pairs, however clear', [2, 2, 2, 2], 'open', 2],
] as const)('%s', (_, ratios, outcome, median) => {
  const speedUp = measuredSpeedUp(pairs(...ratios));
  expect(speedUp?.outcome).toBe(outcome);
  expect(speedUp?.median).toBeCloseTo(median, 12);
  expect(speedUp).toMatchObject({ pairs: ratios.length, min: Math.min(...ratios), max: Math.max(...ratios) });
});

test('the outcome is that of the middle half', () => {
  expect(measuredSpeedUp(pairs(1, 2, 3, 4, 5))).toMatchObject({ lower: 2, median: 3, upper: 4 });
});

test('there is no speed-up without a pair', () => {
  expect(measuredSpeedUp([])).toBeNull();
});

test('a time of 0 is an error', () => {
  expect(() => measuredSpeedUp([{ methodMs: 0, referenceMs: 3 }])).toThrow('above 0; got 0 and 3 ms');
});
