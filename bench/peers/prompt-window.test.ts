import { expect, test } from 'vitest';
import { bundledTokenizer } from '../../src/tokens/testing/bundled-tokenizer.ts';
import { tokenId } from '../../src/tokens/token-id.ts';
import { promptWindow } from './prompt-window.ts';

/** A token for every two letters of a word. */
const pairs = { encode: (text: string) => (text.match(/\w\w?/g) ?? []).map((pair) => tokenId(pair.length)) };

test('a window is the end of the text from a word on, with the tokens asked for', () => {
  expect(promptWindow(pairs, 'a bc de fg', 3)).toEqual({ text: 'bc de fg', tokenIds: [2, 2, 2] });
  expect(promptWindow(pairs, 'a bc de fg', 4).text).toBe('a bc de fg');
});

test('words at the end are left out where that makes the number exact', () => {
  expect(promptWindow(pairs, 'a bc defghi jk', 2)).toEqual({ text: 'a bc', tokenIds: [1, 2] });
});

test('where no window has exactly that many tokens it is the longest with fewer', () => {
  expect(promptWindow(pairs, 'abcdef gh ijklmn', 2).text).toBe('gh');
});

test('a text that is too short is refused', () => {
  expect(() => promptWindow(pairs, 'a bc de fg', 5)).toThrow(/no window of 5 tokens/);
});

test('the ids of a window are those of its text as a prompt', () => {
  const tokenizer = bundledTokenizer();
  const story = 'Once upon a time, a shy robot lived in a small base on the moon. It was lonely.';
  const { text, tokenIds } = promptWindow(tokenizer, story, 12);
  expect(tokenIds).toEqual(tokenizer.encode(text));
});
