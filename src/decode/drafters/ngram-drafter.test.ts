import { expect, test } from 'vitest';
import { tokenId } from '../../tokens/token-id.ts';
import { lookUp } from './ngram-drafter.ts';

const ids = (letters: string) => [...letters].map((letter) => tokenId(letter.charCodeAt(0) - 97));

test.each([
  { name: 'what followed the match', text: 'abcdeabc', longest: 4, shortest: 2, limit: 2, found: 'de' },
  { name: 'nothing where the end is new', text: 'abcdxy', longest: 4, shortest: 2, limit: 2, found: '' },
  {
    name: 'the longest match before a more recent shorter one',
    text: 'xabcyzbcqabc',
    longest: 3,
    shortest: 1,
    limit: 1,
    found: 'y',
  },
  {
    name: 'the most recent of equally long matches',
    text: 'abxabyab',
    longest: 2,
    shortest: 2,
    limit: 1,
    found: 'y',
  },
  {
    name: 'less than asked for where the text ends',
    text: 'abab',
    longest: 2,
    shortest: 2,
    limit: 9,
    found: 'ab',
  },
  {
    name: 'a repetition that overlaps its own match',
    text: 'aaaa',
    longest: 3,
    shortest: 1,
    limit: 2,
    found: 'a',
  },
  { name: 'nothing at limit 0', text: 'abab', longest: 2, shortest: 1, limit: 0, found: '' },
  { name: 'nothing in a text of one token', text: 'a', longest: 4, shortest: 1, limit: 4, found: '' },
])('looks up $name', ({ text, longest, shortest, limit, found }) => {
  expect(lookUp(ids(text), longest, shortest, limit)).toEqual(ids(found));
});
