import { expect, test } from 'vitest';
import { difference, disagreementLimits, isGross } from './verification-noise.ts';

test('equal rows differ by nothing', () => {
  const rows = Float32Array.of(1, 2, 3, 4);
  expect(difference(rows, rows, 2, 2)).toEqual({ maxLogitDifference: 0, meanTotalVariation: 0 });
});

test('the largest logit difference and the mean total variation over rows are told', () => {
  // First row: probabilities 1/2, 1/2 against 3/4, 1/4 (variation 1/4); second row equal.
  const one = Float32Array.of(0, 0, 5, 5);
  const other = Float32Array.of(Math.log(3), 0, 5, 5);
  const noise = difference(one, other, 2, 2);
  expect(noise.maxLogitDifference).toBeCloseTo(Math.log(3), 6);
  expect(noise.meanTotalVariation).toBeCloseTo(1 / 8, 6);
});

test('entries beyond the vocabulary do not count', () => {
  const noise = difference(Float32Array.of(1, 2, 99), Float32Array.of(1, 2, -99), 3, 2);
  expect(noise).toEqual({ maxLogitDifference: 0, meanTotalVariation: 0 });
});

test.each([
  ['float32', 0.001, 0.0001, false],
  ['float32', 0.2, 0.001, true],
  ['float32', 0.001, 0.03, true],
  ['float32', Number.NaN, 0, true],
  ['float32', 0, Number.NaN, true],
  ['float32', Infinity, 0, true],
  ['float16', 0.1, 0.01, false],
  ['int8', 4, 0.14, false],
  ['int8', 4, 0.6, true],
] as const)(
  'with %s activations a difference of %d and %d is gross: %s',
  (precision, logit, variation, gross) => {
    const noise = { maxLogitDifference: logit, meanTotalVariation: variation };
    expect(isGross(noise, disagreementLimits[precision])).toBe(gross);
  },
);

test('a value that is not a number is reported as such', () => {
  const noise = difference(Float32Array.of(1, Number.NaN), Float32Array.of(1, 2), 2, 2);
  expect(noise.maxLogitDifference).toBeNaN();
  expect(isGross(noise, disagreementLimits.int8)).toBe(true);
});
