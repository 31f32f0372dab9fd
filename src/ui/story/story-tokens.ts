import { html, type TemplateResult } from 'lit';
import type { ProposalPlace } from '../../engine/candidates-query.ts';
import { memberClass } from '../kit/member-style.ts';
import type { StoryToken } from './story.ts';
import { partsOf, type StoryPart, withoutEmptyLines } from './story-parts.ts';
import { tokenWord } from './token-words.ts';

/** Of a token's element, so that the token is found again from what was pointed at. */
export const placeAttribute = 'data-place';

/** Dropped tokens that stand above the one that took their place; the rest is counted, and shown when it is walked to. */
const maxAbove = 2;

export function placeText({ round, proposal }: ProposalPlace): string {
  return `${round}.${proposal}`;
}

/**
 * The tokens of one round, each an element that can have the focus.
 * @param startsLine nothing stands before them in their paragraph
 */
export function roundView(tokens: readonly StoryToken[], startsLine: boolean): readonly TemplateResult[] {
  return partsOf(withoutEmptyLines(tokens, startsLine)).map(partView);
}

function partView({ token, above }: StoryPart): TemplateResult {
  if (above.length === 0) return token ? tokenView(token) : html``;
  if (!token) return html`${above.map((dropped) => droppedView(dropped))}`;
  const hidden = above.length - maxAbove;
  const pair = (below: TemplateResult): TemplateResult =>
    html`<span class="redrawn"
      ><span class="above"
        >${above.map((dropped, place) => droppedView(dropped, place >= maxAbove))}${
          hidden > 0 ? html`<span class="more" aria-hidden="true">+${hidden}</span>` : null
        }</span
      >${below}</span
    >`;
  const [blank, word] = splitBlank(token.text);
  // The blank before the pair breaks the line; the recovered token's own would stand inside it.
  if (word !== '') return html`${blank}${pair(wordView({ ...token, text: word }))}`;
  return html`${pair(signView(token))}${blank}`;
}

/** In place of a recovered token that is all blank: nothing that could be seen would stand below what was dropped. */
function signView(token: StoryToken): TemplateResult {
  // Line breaks alone are left out of the text where a line has just begun.
  const sign = token.text === '' ? '↵' : tokenWord(token.text);
  return html`<ins class="recovered" tabindex="-1" data-place=${placeText(token)} data-sign=${sign}></ins>`;
}

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
    >${blank.includes('\n') || blank === '' ? '' : ' '}<s class="${look} ${letteredClass(token, word)}">${word}</s></del
  >`;
}

/** A mark of punctuation is too narrow for its proposer's letter; its line tells whose it is. */
function letteredClass({ by }: StoryToken, word: string): string {
  return by !== null && /[\p{L}\p{N}]/u.test(word) ? 'lettered' : '';
}

function splitBlank(text: string): readonly [blank: string, word: string] {
  const word = text.trimStart();
  return [text.slice(0, text.length - word.length), word];
}
