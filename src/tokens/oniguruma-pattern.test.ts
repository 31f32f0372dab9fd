import { expect, test } from 'vitest';
import { exactPattern } from './oniguruma-pattern.ts';

// What they match is compared with Python in conformance/tokenizers.
test.each([
  ['common forms stay', String.raw`(?i:'t|'re)|[^\r\n\p{L}]?\p{L}+|\s+(?!\S)`, null],
  ['a possessive repetition', 'a++b', String.raw`(?:(?=(?<_1>a+))\k<_1>)b`],
  ['an atomic group', '(?>a|ab)c', String.raw`(?:(?=(?<_1>(?:a|ab)))\k<_1>)c`],
  ['one in the other', '(?>a?+b)', String.raw`(?:(?=(?<_2>(?:(?:(?=(?<_1>a?))\k<_1>)b)))\k<_2>)`],
  ['a plus behind a class, a bracket or a backslash', String.raw`[+*]+\++\\+`, null],
  ['letters that fold to others than ASCII', "(?i:'s)k", "(?i:'[sSſ])k"],
  ['… in a class', '(?i:[m-s])[s]', '(?i:[m-sſ])[s]'],
  ['a property that is negated in Oniguruma’s way', String.raw`\p{^L}[\P{^N}]`, String.raw`\P{L}[\p{N}]`],
])('%s', (_, source, expected) => {
  expect(exactPattern(source)).toBe(expected ?? source);
});

test.each([
  ['(?i:é)', 'é inside (?i:'],
  ['(?i:mass)', 'ss inside (?i:'],
  [String.raw`(?i:\p{Lu})`, String.raw`\p{Lu} inside (?i:`],
  [String.raw`\Ga`, String.raw`\G`],
  ['a{2}?', '{2}?'],
])('refuses %s by name', (source, form) => {
  expect(() => exactPattern(source)).toThrow(
    expect.objectContaining({ code: 'model-unsupported', message: expect.stringContaining(`with ${form}`) }),
  );
});
