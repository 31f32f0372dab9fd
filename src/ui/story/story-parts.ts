import { isInText, type StoryToken } from './story.ts';

/** What stands at one place of the line, and what was struck out there. */
export interface StoryPart {
  /** Null where nothing took the place of the dropped ones, or nothing that can be seen. */
  readonly token: StoryToken | null;
  /** Rejected at this place, and discarded behind it; shown above the token. */
  readonly above: readonly StoryToken[];
}

/** One round's tokens as the line shows them: what was dropped stands above the token that took its place. */
export function partsOf(tokens: readonly StoryToken[]): readonly StoryPart[] {
  const parts: { token: StoryToken | null; readonly above: StoryToken[] }[] = [];
  for (const token of tokens) {
    const last = parts.at(-1);
    if (isInText(token)) {
      if (last?.token === null && token.fate === 'recovered') last.token = token;
      else parts.push({ token, above: [] });
    } else if (last && (last.token === null || last.token.fate === 'recovered')) {
      last.above.push(token);
    } else {
      parts.push({ token: null, above: [token] });
    }
  }
  return parts;
}

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
