import { isInText, type StoryToken } from './story.ts';

/**
 * Tokens with the text that their line shows: of line breaks in a row one is left, and none where a line has just
 * begun. The space between paragraphs is the layout's, and smaller than an empty line.
 */
export function withoutEmptyLines(tokens: readonly StoryToken[], startsLine: boolean): readonly StoryToken[] {
  let isAtStart = startsLine;
  return tokens.map((token) => {
    if (!isInText(token)) return token;
    const single = withoutBlankLines(token.text);
    const text = isAtStart ? single.replace(/^\s*\n/, '') : single;
    isAtStart = text.endsWith('\n') || (isAtStart && text.trim() === '');
    return { ...token, text };
  });
}

export function withoutBlankLines(text: string): string {
  return text.replace(/\n\s*\n/g, '\n');
}
