import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kthLargest } from './kth-largest.ts';

const sortedKth = (values: readonly number[], k: number): number => [...values].sort((a, b) => b - a)[k - 1];

test('is what sorting finds, with ties and −∞ among the values', () => {
  const value = fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(Number.NEGATIVE_INFINITY),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), fc.nat(), (values, seed) => {
      const k = 1 + (seed % values.length);
      expect(kthLargest(Float64Array.from(values), k) + 0).toBe(sortedKth(values, k) + 0);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

const rows = {
  shuffled: Array.from({ length: 5000 }, (_, index) => (index * 2741) % 5003),
  ascending: Array.from({ length: 5000 }, (_, index) => index),
  descending: Array.from({ length: 5000 }, (_, index) => -index),
  'of few different': Array.from({ length: 5000 }, (_, index) => (index * 2741) % 7),
};

test.each(Object.entries(rows))('is what sorting finds in a long row, %s values', (_, values) => {
  for (const k of [1, 50, 600, 2500, 4999, 5000]) {
    expect(kthLargest(Float32Array.from(values), k)).toBe(sortedKth(values, k));
  }
});
