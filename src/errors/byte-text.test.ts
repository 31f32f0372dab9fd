import { expect, test } from 'vitest';
import { sizeText } from './byte-text.ts';

test.each([
  [0, '0.0 MB'],
  [5_412_345, '5.4 MB'],
  [200_000_000, '200 MB'],
  [999_600_000, '1.00 GB'],
  [2 ** 31, '2.15 GB'],
  [10_754_900_000, '10.8 GB'],
])('%d bytes read %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text);
});
