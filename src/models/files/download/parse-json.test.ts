import { expect, test } from 'vitest';
import { parseJson } from './parse-json.ts';

const parse = (text: string): unknown => parseJson(new TextEncoder().encode(text));

test.each<[string, string, unknown]>([
  ['ordinary JSON', '{"a": [1, "b", null]}', { a: [1, 'b', null] }],
  ['a byte order mark', '\uFEFF{"a": 1}', { a: 1 }],
  [
    'the numbers that Python writes bare',
    '{"a": NaN, "b": [Infinity, -Infinity,NaN], "c": -1}',
    { a: Number.NaN, b: [Infinity, -Infinity, Number.NaN], c: -1 },
  ],
  ['one such number alone', ' -Infinity\n', -Infinity],
  [
    'their names inside strings and keys',
    '{"NaN": "is NaN, -Infinity", "\\"NaN": "\\\\", "a": NaN}',
    { NaN: 'is NaN, -Infinity', '"NaN': '\\', a: Number.NaN },
  ],
  [
    'keys like the placeholder',
    '{"bare number": NaN, "bare number_": {"bare number": "x"}}',
    { 'bare number': Number.NaN, 'bare number_': { 'bare number': 'x' } },
  ],
])('%s is parsed', (_, text, expected) => expect(parse(text)).toEqual(expected));

test.each([
  '{"a": NaNs}',
  '{"a": 1Infinity}',
  '{"a": -NaN}',
  '{"a": +Infinity}',
  '{NaN: 1}',
  '{"a": NaN',
  '{"a": "NaN}',
  '{"a": nan}',
  '{"a": NaN "b": 1}',
  "{'a': NaN}",
  '',
])('%j is not JSON', (text) => expect(() => parse(text)).toThrow(SyntaxError));

test('a long text with such a number is parsed', () => {
  const long = `${'\\"x'.repeat(500_000)}NaN`;
  expect(parse(`{"long": "${long}", "a": NaN}`)).toEqual({ long: JSON.parse(`"${long}"`), a: Number.NaN });
});
