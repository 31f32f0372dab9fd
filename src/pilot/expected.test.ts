import { describe, expect, test } from 'vitest';
import { checkOf, type Expected, readExpected } from './expected.ts';

const isExpected = (expected: Expected, continuation: string): boolean => checkOf(expected)(continuation);

const yesNo = { choices: ['yes', 'no'], answer: 'yes' };

describe('a continuation is what was expected', () => {
  test.each<readonly [Expected, string, boolean]>([
    ['Paris', ' Paris\n', true],
    ['Paris', 'paris', false],
    ['Paris', 'Paris.', false],
    ['one\ntwo', 'one\r\ntwo', true],
    ['caf\u00e9', 'cafe\u0301', true],
    [['Paris', 'Paris.'], ' Paris.', true],
    [['Paris', 'Paris.'], 'Paris!', false],
    [{ pattern: '^\\d+$' }, ' 42 ', true],
    [{ pattern: '^\\d+$' }, '42 apples', false],
    [{ pattern: '\\bqueen\\b', flags: 'i' }, 'The Queen sang.', true],
    [{ pattern: '\\bqueen\\b' }, 'The Queen sang.', false],
    [{ pattern: 'a.b', flags: 's' }, 'a\nb', true],
    [{ pattern: '^b$', flags: 'm' }, 'a\nb', true],
    [{ pattern: '^.$' }, '😀', true],
    [yesNo, ' Yes, of course.', true],
    [yesNo, 'No. Well, yes.', false],
    [yesNo, 'Yesterday, no', false],
    [yesNo, 'I know: yes', true],
    [yesNo, 'maybe', false],
    [{ choices: ['New York', 'New York City'], answer: 'New York City' }, 'new york city', true],
    [{ choices: ['+1', '-1'], answer: '-1' }, 'x=-1', true],
    [{ choices: ['是', '否'], answer: '是' }, '是的', true],
    [{ choices: ['a', 'é'], answer: 'é' }, 'cafe\u0301 e\u0301', true],
  ])('%j and %j: %s', (expected, continuation, passes) => {
    expect(isExpected(expected, continuation)).toBe(passes);
  });

  test('by the two ends of a text that is long', () => {
    const text = `first${' filler'.repeat(10_000)} last`;
    for (const pattern of ['^first', 'last$', '^first[^]*last$'])
      expect(isExpected({ pattern }, text)).toBe(true);
    expect(isExpected({ pattern: 'filler last filler' }, text)).toBe(false);
    expect(isExpected({ choices: ['last', 'other'], answer: 'last' }, text)).toBe(true);
  });

  test.each<Expected>([{ pattern: '(?:a|a)(?:a|a)(?:a|a)a*b' }, { choices: ['a', 'aa', 'b'], answer: 'b' }])(
    '%j within a bounded time, however long the text',
    (expected) => {
      expect(readExpected(expected)).toEqual({ expected });
      const start = performance.now();
      expect(isExpected(expected, 'a'.repeat(1_000_000))).toBe(false);
      expect(performance.now() - start).toBeLessThan(5000);
    },
  );
});

test.each<readonly [unknown, RegExp]>([
  [42, /^give a text, a list of texts/],
  [{ regex: 'a' }, /^give a text, a list of texts/],
  ['  ', /^the text is empty/],
  [[], /^the list is empty/],
  [['a', 3], /^"1": a string is needed/],
  [{ pattern: 3 }, /^"pattern": a string is needed/],
  [{ pattern: '(' }, /^not a regular expression with the flag u \(Invalid regular expression/],
  [
    { pattern: '(a+)+$' },
    /^the pattern could take too long: it has a repetition inside a repetition; use one with/,
  ],
  [{ pattern: '.*a.*b' }, /^the pattern could take too long: it has repetitions that share/],
  [{ pattern: '(?:a|b|c).*(?:d|e|f)\\b' }, /it can match in too many ways; use one with fewer alternatives/],
  [{ pattern: '(a)\\1' }, /refers back to a group/],
  [{ pattern: 'a', flags: 'g' }, /^"flags": 'g' has a flag other than i, m and s/],
  [{ pattern: 'a', flag: 'i' }, /^"flag": an object with "pattern" and/],
  [{ choices: ['a'], answer: 'a' }, /^"choices": one choice is none/],
  [{ choices: ['a', 'A'], answer: 'a' }, /^"choices": two choices differ at most in case/],
  [{ choices: ['a', 'b'], answer: 'c' }, /^the answer 'c' is none of the choices/],
  [{ choices: ['a', 'b'] }, /^"answer": an object with "choices" and "answer" is needed/],
])('%j is refused', (value, message) => {
  expect(readExpected(value)).toEqual({ problem: expect.stringMatching(message) });
});
