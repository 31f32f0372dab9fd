import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tokenId } from '../tokens/token-id.ts';
import { rankOf, topTokens } from './top-tokens.ts';

test.each([
  { name: 'the most likely first', distribution: [0.1, 0.5, 0.4], count: 2, expected: [1, 2] },
  {
    name: 'the lower id first among equals',
    distribution: [0.25, 0.25, 0.25, 0.25],
    count: 3,
    expected: [0, 1, 2],
  },
  { name: 'none that cannot be drawn', distribution: [0, 1, 0], count: 3, expected: [1] },
  { name: 'none where none is asked for', distribution: [0.5, 0.5], count: 0, expected: [] },
])('lists $name', ({ distribution, count, expected }) => {
  expect(topTokens(Float64Array.from(distribution), count)).toEqual(expected);
});

test('lists and ranks as a full sort does', () => {
  const rows = fc.array(fc.constantFrom(0, 0.1, 0.2, 0.3, 0.7), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 45 }), (row, count) => {
      const distribution = Float64Array.from(row);
      const sorted = [...row.keys()].sort((a, b) => row[b] - row[a] || a - b);
      expect(topTokens(distribution, count)).toEqual(
        sorted.filter((token) => row[token] > 0).slice(0, count),
      );
      expect(sorted.map((token) => rankOf(distribution, tokenId(token)))).toEqual(
        sorted.map((_, at) => at + 1),
      );
    }),
  );
});
