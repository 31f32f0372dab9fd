import { expect, test } from 'vitest';
import { type PackedWeights, unpackWeights } from './unpack-weights.ts';

const cases: readonly [string, PackedWeights, number[]][] = [
  [
    'the first of two 4-bit values has the low bits, and 8 stands for 0',
    {
      bits: 4,
      blockSize: 16,
      rows: 1,
      columns: 16,
      packed: Uint8Array.from([0x80, 0x9f, 0x88, 0x88, 0x88, 0x88, 0x88, 0x71]),
      scales: Float32Array.of(0.5),
      zeroPoints: null,
    },
    [-4, 0, 3.5, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -3.5, -0.5],
  ],
  [
    'an odd number of columns ends in the middle of a byte, and the rest of the block is passed over',
    {
      bits: 4,
      blockSize: 16,
      rows: 2,
      columns: 3,
      packed: Uint8Array.from([0x21, 0xf3, 9, 9, 9, 9, 9, 9, 0x54, 0xf6, 9, 9, 9, 9, 9, 9]),
      scales: Float32Array.of(1, 10),
      zeroPoints: null,
    },
    [-7, -6, -5, -40, -30, -20],
  ],
  [
    'two 4-bit zero points share a byte, and each row begins with a byte of its own',
    {
      bits: 4,
      blockSize: 16,
      rows: 2,
      columns: 33,
      packed: new Uint8Array(2 * 3 * 8).fill(0x55),
      scales: Float32Array.of(1, 1, 1, 1, 1, 1),
      zeroPoints: Uint8Array.from([0x41, 0x09, 0x32, 0x0f]),
    },
    [4, 1, -4, 3, 2, -10].flatMap((value, block) => new Array<number>(block % 3 === 2 ? 1 : 16).fill(value)),
  ],
  [
    '8-bit values have 128 for 0 or a zero point each block',
    {
      bits: 8,
      blockSize: 16,
      rows: 1,
      columns: 17,
      packed: Uint8Array.from([130, ...new Array<number>(15).fill(1), 7, ...new Array<number>(15).fill(99)]),
      scales: Float32Array.of(0.25, 2),
      zeroPoints: Uint8Array.from([128, 5]),
    },
    [0.5, ...new Array<number>(15).fill(-31.75), 4],
  ],
];

test.each(cases)('%s', (_, weights, expected) => {
  const unpacked = new Float32Array(weights.rows * weights.columns);
  unpackWeights(weights, unpacked);
  expect([...unpacked]).toEqual(expected);
});

test('a place of another size is refused', () => {
  expect(() => unpackWeights(cases[0]![1], new Float32Array(15))).toThrow('15 values for [1, 16]');
});
