import { expect, test } from 'vitest';
import { wholeSentencesLength } from './whole-sentences.ts';

test.each([
  ['no end yet', ''],
  // A full stop may yet become a number or a dot of three.
  ['It was late.', ''],
  ['It was late. She', 'It was late.'],
  ['“Go!” he said. “Why?” She', '“Go!” he said. “Why?”'],
  ['A title\nand', 'A title\n'],
  ['It cost 3.50 and', ''],
])('of %j, %j is whole', (text, whole) => {
  expect(text.slice(0, wholeSentencesLength(text, 0))).toBe(whole);
});

test('what was taken before is not taken again', () => {
  const text = 'One. Two. Thr';
  expect(wholeSentencesLength(text, 4)).toBe(9);
  expect(wholeSentencesLength(text, 9)).toBe(9);
});
