import { html, type TemplateResult } from 'lit';
import type { ProposalPlace } from '../../engine/candidates-query.ts';
import { memberClass } from '../kit/member-style.ts';
import { isInText, type StoryToken } from './story.ts';
import { withoutEmptyLines } from './story-lines.ts';
import { tokenWord } from './token-words.ts';

/** Of a token's element, so that the token is found again from what was pointed at. */
export const placeAttribute = 'data-place';

/** Dropped tokens in a row that are shown; the rest is counted, and each shown when it is walked to. */
const maxDropped = 2;

export function placeText({ round, proposal }: ProposalPlace): string {
  return `${round}.${proposal}`;
}

/**
 * The tokens of one round, each an element that can have the focus.
 * @param startsLine nothing stands before them in their paragraph
 */
export function roundView(tokens: readonly StoryToken[], startsLine: boolean): readonly TemplateResult[] {
  let dropped = 0;
  return withoutEmptyLines(tokens, startsLine).map((token, at, all) => {
    if (isInText(token)) {
      dropped = 0;
      return tokenView(token);
    }
    dropped++;
    const isLast = at + 1 === all.length || isInText(all[at + 1]);
    const hidden = isLast ? dropped - maxDropped : 0;
    return html`${droppedView(token, dropped > maxDropped)}${
      hidden > 0 ? html`<span class="more" aria-hidden="true">+${hidden}</span>` : null
    }`;
  });
}

/** Keeps a crossed-out word apart from the full stop before it. */
const thinSpace = '\u2009';

function tokenView(token: StoryToken): TemplateResult {
  const [blank, word] = splitBlank(token.text);
  // Marks belong to the word, not to the blank before it.
  if (word !== '') return html`${blank}${wordView({ ...token, text: word })}`;
  return html`<span class=${token.fate} tabindex="-1" data-place=${placeText(token)}>${blank}</span>`;
}

function wordView(token: StoryToken): TemplateResult {
  const { text, fate, by } = token;
  const place = placeText(token);
  if (fate === 'recovered') {
    return html`<ins class="recovered" tabindex="-1" data-place=${place}>${text}</ins>`;
  }
  const look = by === null ? '' : memberClass(by);
  return html`<span class="${fate} ${look} ${letteredClass(token, text)}" tabindex="-1" data-place=${place}
    >${text}</span
  >`;
}

/** Who listens to the text hears nothing of what is no part of it. A line break that was dropped must not break the line. */
function droppedView(token: StoryToken, isExtra = false): TemplateResult {
  const { text, fate, by } = token;
  const [blank] = splitBlank(text);
  const look = by === null ? '' : memberClass(by);
  const word = tokenWord(text);
  return html`<del class="${fate} ${look} ${isExtra ? 'extra' : ''}" tabindex="-1" aria-hidden="true" data-place=${placeText(token)}
    >${blank.includes('\n') || blank === '' ? thinSpace : ' '}<s class="${look} ${hasLetters(word) ? letteredClass(token, word) : 'mark'}">${word}</s></del
  >`;
}

/** A mark of punctuation is too narrow for its proposer's letter; its line tells whose it is. */
function letteredClass({ by }: StoryToken, word: string): string {
  return by !== null && hasLetters(word) ? 'lettered' : '';
}

function hasLetters(word: string): boolean {
  return /[\p{L}\p{N}]/u.test(word);
}

function splitBlank(text: string): readonly [blank: string, word: string] {
  const word = text.trimStart();
  return [text.slice(0, text.length - word.length), word];
}
