import { expect, test } from 'vitest';
import { withoutEmptyLines } from './story-lines.ts';
import { storyToken } from './testing/story-token.ts';

test.each<readonly [shown: readonly string[], tokens: readonly string[], startsLine: boolean]>([
  [['end.', '\n', ''], ['end.', '\n', '\n'], false],
  [['end.\n', ''], ['end.\n\n', '\n'], false],
  [['', 'Then'], ['\n', 'Then'], true],
  [['', ' Then\nnext'], ['  \n', ' Then\n \nnext'], true],
])('a line shows %j for the tokens %j', (texts, tokens, startsLine) => {
  const given = tokens.map((text, proposal) => storyToken({ text, proposal }));
  expect(withoutEmptyLines(given, startsLine).map(({ text }) => text)).toEqual(texts);
});
