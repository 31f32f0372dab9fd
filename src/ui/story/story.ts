import { type DecodeStatistics, summarize } from '../../decode/statistics.ts';
import type { Round } from '../../round/round.ts';
import type { Fate } from '../../verify/acceptance.ts';
import { placeOf } from './cast.ts';

/** One token as the page shows it: in the text (accepted, recovered, drawn) or dropped (rejected, discarded). */
export interface StoryToken {
  readonly text: string;
  readonly fate: Fate;
  /** Place in the cast of whoever proposed it; null where nobody did. */
  readonly by: number | null;
  /** Index of its round. */
  readonly round: number;
  /** Its number among the round's proposals. */
  readonly proposal: number;
  readonly q: number | null;
  readonly r: number | null;
  readonly u: number | null;
}

/** What the page shows of a decode; a function of its rounds alone. */
export interface Story {
  readonly rounds: readonly Round[];
  /** Shown tokens of each round, in text order. A round that changes gets a new list, all others keep theirs. */
  readonly tokensByRound: readonly (readonly StoryToken[])[];
}

export type LiveNumbers = Pick<
  DecodeStatistics,
  'tokens' | 'tokensPerSecond' | 'acceptanceRate' | 'tokensPerRound'
>;

export const emptyStory: Story = { rounds: [], tokensByRound: [] };

const inText: Readonly<Record<Fate, boolean>> = {
  accepted: true,
  recovered: true,
  drawn: true,
  rejected: false,
  discarded: false,
};

export function isInText(token: StoryToken): boolean {
  return inText[token.fate];
}

/** How many tokens were written each time the GPU device was lost. */
export function interruptionsOf({ rounds }: Pick<Story, 'rounds'>): readonly number[] {
  const after: number[] = [];
  let tokens = 0;
  for (const { resumed, committed } of rounds) {
    if (resumed) after.push(tokens);
    tokens += committed.length;
  }
  return after;
}

/** The story with one round more. */
export function addRound(story: Story, round: Round): Story {
  return {
    rounds: [...story.rounds, round],
    tokensByRound: [...story.tokensByRound, tokensOf(round)],
  };
}

/**
 * Cuts the shown text down to the result's: a stop string and what follows it are no part of it. Left as it is
 * where the shown text does not start with `text`.
 */
export function endStory(story: Story, text: string): Story {
  const shown = shownText(story);
  if (shown.length <= text.length || !shown.startsWith(text)) return story;
  let charactersLeft = text.length;
  let isCut = false;
  const tokensByRound = story.tokensByRound.map((tokens) => {
    if (isCut) return [];
    const kept: StoryToken[] = [];
    for (const token of tokens) {
      if (!isInText(token)) {
        kept.push(token);
        continue;
      }
      isCut = token.text.length > charactersLeft;
      const keptText = token.text.slice(0, charactersLeft);
      if (keptText !== '') kept.push(isCut ? { ...token, text: keptText } : token);
      if (isCut) return kept;
      charactersLeft -= token.text.length;
    }
    return tokens;
  });
  return { rounds: story.rounds, tokensByRound };
}

/** Some rounds in a row whose text ends a line, or the last ones. */
export interface StoryParagraph {
  readonly firstRound: number;
  readonly tokensByRound: readonly (readonly StoryToken[])[];
}

/**
 * The story in paragraphs, at least one. Each ends with a round whose last token ends a line: it can be laid out on its
 * own, and looks as it would in one flow.
 */
export function paragraphsOf({ tokensByRound }: Story): readonly StoryParagraph[] {
  const paragraphs: StoryParagraph[] = [];
  let firstRound = 0;
  for (const [round, tokens] of tokensByRound.entries()) {
    const last = tokens[tokens.length - 1];
    if (!last || !isInText(last) || !last.text.endsWith('\n')) continue;
    paragraphs.push({ firstRound, tokensByRound: tokensByRound.slice(firstRound, round + 1) });
    firstRound = round + 1;
  }
  return [...paragraphs, { firstRound, tokensByRound: tokensByRound.slice(firstRound) }];
}

/** The text the shown tokens make, without the dropped ones. */
export function shownText(story: Story): string {
  return story.tokensByRound
    .flat()
    .filter(isInText)
    .map((token) => token.text)
    .join('');
}

/** The numbers shown while the story is written; each is defined beside its formula in decode/statistics. */
export function liveNumbers(story: Story): LiveNumbers {
  return summarize(story.rounds, [], 0);
}

/** Tokens behind the last committed one (the end token, a cut at the token limit) are no part of the story. */
function tokensOf(round: Round): StoryToken[] {
  let committedLeft = round.committed.length;
  const tokens: StoryToken[] = [];
  for (const [proposal, { text, fate, proposer, q, r, u }] of round.proposals.entries()) {
    if (inText[fate] && committedLeft-- <= 0) continue;
    // A piece of a character adds no text until its last byte is there.
    if (text !== '')
      tokens.push({ text, fate, by: placeOf(proposer, round), round: round.index, proposal, q, r, u });
  }
  return droppedFirst(tokens);
}

/** What was discarded behind a rejected token stands with it, before the token that took their place. */
function droppedFirst(tokens: StoryToken[]): StoryToken[] {
  const start = tokens.findIndex((token) => !isInText(token));
  if (start < 0) return tokens;
  const rest = tokens.slice(start);
  return [...tokens.slice(0, start), ...rest.filter((token) => !isInText(token)), ...rest.filter(isInText)];
}
