import { expect, test } from 'vitest';
import { decimalText, durationText, percentText, smallNumberText, tinyShareText } from './number-text.ts';

test.each([
  [0, '0'],
  [0.25, '0.25'],
  [0.0012, '0.0012'],
  [0.000023, '2.3·10⁻⁵'],
  [4.1e-12, '4.1·10⁻¹²'],
])('%f reads %s', (value, text) => {
  expect(smallNumberText(value)).toBe(text);
});

test.each([
  [null, '–'],
  [12.4, '12 ms'],
  [999.4, '999 ms'],
  [1234, '1.2 s'],
])('%f ms read %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('unknown numbers read as a dash, known ones with the digits asked for', () => {
  expect([decimalText(null, 1), percentText(null)]).toEqual(['–', '–']);
  expect([decimalText(90.46, 1), percentText(0.984), percentText(0.0213, 1)]).toEqual([
    '90.5',
    '98 %',
    '2.1 %',
  ]);
});

test('a share that is next to nothing is more than nothing', () => {
  expect([0, 0.0004, 0.0005, 0.25].map(tinyShareText)).toEqual(['0.0 %', '< 0.1 %', '0.1 %', '25.0 %']);
});
