import { expect, test } from 'vitest';
import { float16BitsToNumber, float16ToFloat32 } from './float16.ts';

test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x03ff, 1023 * 2 ** -24],
  [0x0400, 2 ** -14],
  [0x3c00, 1],
  [0xc100, -2.5],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0x7e00, Number.NaN],
])('bits %i stand for %d', (bits, value) => {
  expect(float16BitsToNumber(bits)).toBe(value);
});

test('an array of bits becomes numbers and numbers stay as they are', () => {
  expect([...float16ToFloat32(Uint16Array.of(0x3c00, 0xc000))]).toEqual([1, -2]);
  expect([...float16ToFloat32([1, -2])]).toEqual([1, -2]);
});
