import type { ForwardKind } from '../../round/round.ts';
import { decimalText } from '../kit/number-text.ts';
import type { CastMember } from '../story/cast.ts';
import { tokenWord } from '../story/token-words.ts';
import type { CommittedItem, ForwardItem, JudgedFate, RoundItems } from './rhythm-items.ts';

/*
 * The rhythm in sentences: what the timeline shows, for those who do not see it, and the point of it for those who do.
 */

/** Letters of members: what sentences call them by. */
export type Letters = readonly Pick<CastMember, 'letter'>[];

/** @param differMs times so far apart differ as texts; closer than a tenth of a second takes more digits */
export const secondsText = (ms: number, differMs: number): string =>
  `${(ms / 1000).toFixed(differMs >= 100 ? 1 : differMs >= 10 ? 2 : 3)} s`;

/** A duration: tenths below ten milliseconds only. */
export const millisecondsText = (ms: number): string => `${decimalText(ms, ms < 9.95 ? 1 : 0)} ms`;

/** How far apart verdicts are, on average; of a single one, how late it is. */
export function roundMs(rounds: readonly Pick<RoundItems, 'atMs'>[]): number {
  const [first, last] = [rounds[0], rounds[rounds.length - 1]];
  if (!first || !last) return 0;
  return rounds.length === 1 ? last.atMs : (last.atMs - first.atMs) / (rounds.length - 1);
}

export function quotedToken(text: string): string {
  return `“${tokenWord(text)}”`;
}

export function letterOf(cast: Letters, member: number): string {
  return cast[member]?.letter ?? String(member + 1);
}

const doings: Readonly<Record<ForwardKind, (tokens: number) => string>> = {
  prefill: (tokens) => `reads ${counted(tokens, 'token')} of the prompt`,
  draft: (tokens) => `drafts ${counted(tokens, 'token')}`,
  score: (tokens) => `scores ${counted(tokens, 'token')}`,
  'catch-up': (tokens) => `catches up with ${counted(tokens, 'token')}`,
};

/** One round: who did what, what became of the proposals, and what it came to. */
export function roundWords(round: RoundItems, cast: Letters): string {
  const lost = round.isResumed ? ['The GPU device was lost: the models read prompt and text again.'] : [];
  const sentences = [
    ...lost,
    ...doneWords(round.forwards, cast),
    ...fateWords(round, cast),
    yieldWords(round),
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

/** Consecutive forwards of one kind by one member make one sentence. */
function doneWords(forwards: readonly ForwardItem[], cast: Letters): string[] {
  const sentences: string[] = [];
  for (let index = 0; index < forwards.length; ) {
    const { member, kind } = forwards[index];
    let ms = 0;
    let fed = 0;
    let count = 0;
    for (; forwards[index]?.member === member && forwards[index].kind === kind; index++) {
      const { startMs, endMs, tokens } = forwards[index];
      ms += endMs - startMs;
      fed += tokens;
      count++;
    }
    // A drafting forward draws one token, whatever it is fed.
    const doing = doings[kind](kind === 'draft' ? count : fed);
    sentences.push(`${letterOf(cast, member)} ${doing} (${millisecondsText(ms)}).`);
  }
  return sentences;
}

function fateWords({ proposals, committed }: RoundItems, cast: Letters): string[] {
  const sentences: string[] = [];
  const withFate = (fate: JudgedFate) => proposals.filter((proposal) => proposal.fate === fate);
  const named = (fate: JudgedFate) =>
    withFate(fate).map(({ member, text }) => `${quotedToken(text)} of ${letterOf(cast, member)}`);
  const plain = (fate: CommittedItem['fate']) =>
    committed.filter((item) => item.fate === fate).map(({ text }) => quotedToken(text));
  const accepted = named('accepted');
  if (accepted.length > 0) sentences.push(`Accepted: ${accepted.join(', ')}.`);
  const [rejected] = named('rejected');
  const [recovered] = plain('recovered');
  if (rejected) sentences.push(`Rejected: ${rejected}${recovered ? `; ${recovered} takes its place` : ''}.`);
  const discarded = withFate('discarded').length;
  if (discarded > 0) sentences.push(`Discarded unseen: ${counted(discarded, 'proposal')}.`);
  const drawn = plain('drawn');
  if (drawn.length > 0) sentences.push(`Drawn without a proposal: ${drawn.join(', ')}.`);
  return sentences;
}

function yieldWords({ forwards, committed }: RoundItems): string {
  const passes = forwards.filter(({ kind }) => kind !== 'prefill').length;
  return passes > 0 ? `${counted(passes, 'forward')}, ${counted(committed.length, 'token')}.` : '';
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
