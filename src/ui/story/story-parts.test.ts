import { describe, expect, test } from 'vitest';
import type { Fate } from '../../verify/acceptance.ts';
import { partsOf, withoutEmptyLines } from './story-parts.ts';
import { storyToken } from './testing/story-token.ts';

/** Each part as "token/above above". */
function shown(...tokens: readonly (readonly [text: string, fate: Fate])[]): string[] {
  const parts = partsOf(tokens.map(([text, fate], proposal) => storyToken({ text, fate, proposal })));
  return parts.map(({ token, above }) =>
    [token?.text ?? '', above.map(({ text }) => text).join(' ')].join('/'),
  );
}

describe('the parts of a round', () => {
  test('put what was dropped above the token that took its place', () => {
    expect(shown(['was', 'accepted'], ['the', 'rejected'], ['a', 'recovered'], ['dog', 'discarded'])).toEqual(
      ['was/', 'a/the dog'],
    );
  });

  test('keep what was dropped in a place of its own where nothing took it', () => {
    expect(shown(['was', 'accepted'], ['the', 'rejected'], ['dog', 'discarded'])).toEqual([
      'was/',
      '/the dog',
    ]);
    expect(shown(['end', 'drawn'], ['more', 'discarded'])).toEqual(['end/', '/more']);
  });

  test('keep a drawn token apart from what was dropped before it', () => {
    expect(shown(['the', 'rejected'], ['a', 'recovered'], ['b', 'drawn'])).toEqual(['a/the', 'b/']);
  });
});

test.each<readonly [shown: readonly string[], tokens: readonly string[], startsLine: boolean]>([
  [['end.', '\n', ''], ['end.', '\n', '\n'], false],
  [['end.\n', ''], ['end.\n\n', '\n'], false],
  [['', 'Then'], ['\n', 'Then'], true],
  [['', ' Then\nnext'], ['  \n', ' Then\n \nnext'], true],
])('a line shows %j for the tokens %j', (texts, tokens, startsLine) => {
  const given = tokens.map((text, proposal) => storyToken({ text, proposal }));
  expect(withoutEmptyLines(given, startsLine).map(({ text }) => text)).toEqual(texts);
});
