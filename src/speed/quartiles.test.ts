import { expect, test } from 'vitest';
import { quartilesOf } from './quartiles.ts';

test.each([
  { values: [5], quartiles: { lower: 5, median: 5, upper: 5, count: 1 } },
  { values: [3, 1, 2], quartiles: { lower: 1.5, median: 2, upper: 2.5, count: 3 } },
  { values: [4, 1, 3, 2], quartiles: { lower: 1.75, median: 2.5, upper: 3.25, count: 4 } },
  { values: [10, 9, 1, 100, 2], quartiles: { lower: 2, median: 9, upper: 10, count: 5 } },
])('quartiles of $values', ({ values, quartiles }) => {
  expect(quartilesOf(values)).toEqual(quartiles);
});

test('no values have no quartiles', () => {
  expect(() => quartilesOf([])).toThrow(RangeError);
});
