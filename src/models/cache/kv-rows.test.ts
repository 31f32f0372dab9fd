import { expect, test } from 'vitest';
import { headCopies, withRows } from './kv-rows.ts';

test('rows of every head move to where the head begins at the new number of rows', () => {
  expect(headCopies(2, 10, 4, 8, 3)).toEqual([
    { fromByte: 0, toByte: 0, byteCount: 30 },
    { fromByte: 40, toByte: 80, byteCount: 30 },
  ]);
});

// Two heads of two-byte rows; row r of head h is [10 h + r, 10 h + r].
const rows = (...values: number[]) => Uint8Array.from(values.flatMap((value) => [value, value]));

test.each([
  ['grows and fills with zeros', rows(0, 1, 10, 11), 2, 3, 2, rows(0, 1, 0, 10, 11, 0)],
  ['shrinks to the kept rows', rows(0, 1, 2, 10, 11, 12), 3, 1, 1, rows(0, 10)],
  [
    'keeps fewer rows than it has room for',
    rows(0, 1, 2, 10, 11, 12),
    3,
    4,
    1,
    rows(0, 0, 0, 0, 10, 0, 0, 0),
  ],
  ['starts from nothing', rows(), 0, 2, 0, rows(0, 0, 0, 0)],
  ['becomes nothing', rows(0, 1, 10, 11), 2, 0, 0, rows()],
])('%s', (_, source, fromRows, toRows, keptRows, copy) => {
  expect(withRows(source, 2, 2, fromRows, toRows, keptRows)).toEqual(copy);
});

test('rows that are not there cannot be kept', () => {
  expect(() => headCopies(1, 4, 2, 8, 3)).toThrow(RangeError);
  expect(() => headCopies(1, 4, 8, 2, 3)).toThrow(RangeError);
});
