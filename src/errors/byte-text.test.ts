import { expect, test } from 'vitest';
import { megabytesText } from './byte-text.ts';

test.each([
  [0, '0.0 MB'],
  [5_412_345, '5.4 MB'],
  [2 ** 31, '2147.5 MB'],
])('%d bytes read %s', (bytes, text) => {
  expect(megabytesText(bytes)).toBe(text);
});
