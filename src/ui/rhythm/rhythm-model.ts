import { type Proposer, proposerIndex } from '../../round/proposer.ts';
import type { Proposal, Round } from '../../round/round.ts';
import { placeOf } from '../story/cast.ts';
import { ProposalOrigins } from './proposal-origins.ts';
import type {
  CommittedItem,
  ForwardItem,
  HangingItem,
  JudgedFate,
  Lane,
  ProposalItem,
  RoundItems,
} from './rhythm-items.ts';

type JudgedProposal = Proposal & { readonly proposer: Proposer; readonly fate: JudgedFate };
type CommittedProposal = Proposal & Pick<CommittedItem, 'fate'>;

/**
 * The rhythm of a decode: its rounds turned into items with a time and a lane. Appending a round costs what the round
 * contains and what is pending, however many came before.
 */
export class RhythmModel {
  readonly #rounds: RoundItems[] = [];
  readonly #lanes: { depth: number; forwards: number; proposals: number }[] = [];
  readonly #origins = new ProposalOrigins();
  #hasDropped = false;
  #first: Round | null = null;
  #last: Round | null = null;

  get rounds(): readonly RoundItems[] {
    return this.#rounds;
  }

  /** One for each that forwarded or proposed, by number. */
  get lanes(): readonly Lane[] {
    return this.#lanes;
  }

  /** Whether a proposal was rejected or discarded. */
  get hasDropped(): boolean {
    return this.#hasDropped;
  }

  /** Proposals without a fate yet. */
  get hanging(): readonly HangingItem[] {
    const { hanging } = this.#origins;
    return hanging.map((forward) => {
      const own = hanging.filter(({ member }) => member === forward.member);
      return hangingItem(forward, own.indexOf(forward), own.length);
    });
  }

  /** Time of the last verdict. */
  get endMs(): number {
    return this.#last?.atMs ?? 0;
  }

  /** True where `rounds` begins with what was appended here. */
  isContinuedBy(rounds: readonly Round[]): boolean {
    const count = this.#rounds.length;
    return count === 0 || (rounds[0] === this.#first && rounds[count - 1] === this.#last);
  }

  append(round: Round): void {
    const fromMs = this.endMs;
    // What was pending went with the device.
    if (round.resumed) this.#origins.clear();
    const forwards = round.forwards.map((forward) => forwardItem(forward, round.index));
    for (const forward of forwards) {
      this.#origins.add(forward);
      if (forward.kind !== 'prefill') this.#lane(forward.member).forwards++;
    }
    const proposals = this.#judge(round, forwards, fromMs);
    for (const { member, slot } of [...proposals, ...this.hanging]) {
      const lane = this.#lane(member);
      lane.depth = Math.max(lane.depth, slot + 1);
    }
    const starts = [...forwards.map(({ startMs }) => startMs), ...proposals.map(({ drawnMs }) => drawnMs)];
    this.#rounds.push({
      index: round.index,
      fromMs,
      atMs: round.atMs,
      earliestMs: Math.min(fromMs, ...starts),
      forwards,
      isResumed: round.resumed === true,
      proposals,
      committed: committedItems(round),
    });
    this.#hasDropped ||= proposals.some(({ fate }) => fate !== 'accepted');
    this.#first ??= round;
    this.#last = round;
  }

  /** The round with this number, null where there is none. */
  roundAt(index: number): RoundItems | null {
    const [first] = this.#rounds;
    return (first && this.#rounds[index - first.index]) ?? null;
  }

  /** How long the last `count` rounds took, prefill left out; 0 before there is one. */
  lastRoundsMs(count: number): number {
    const first = this.#rounds[Math.max(1, this.#rounds.length - count)];
    return first ? this.endMs - first.fromMs : 0;
  }

  #judge(round: Round, forwards: readonly ForwardItem[], fromMs: number): ProposalItem[] {
    const judged = round.proposals.filter(isJudged).map((proposal) => ({
      ...proposal,
      member: proposerIndex(proposal.proposer, round.draftLengths),
    }));
    const counts = new Map<number, number>();
    for (const { member } of judged) counts.set(member, (counts.get(member) ?? 0) + 1);
    for (const [member, count] of counts) this.#lane(member).proposals += count;
    const draws = this.#origins.settle(counts);
    // What is looked up in the text needs no forward; it is there when the scoring begins.
    const lookedUpMs = forwards.find(({ kind }) => kind === 'score')?.startMs ?? fromMs;
    const ranks = new Map<number, number>();
    const items = judged.map(({ member, fate, text, q, r, u }): ProposalItem => {
      const rank = ranks.get(member) ?? 0;
      ranks.set(member, rank + 1);
      const drawnBy = draws.get(member)?.[rank];
      const hanging = drawnBy
        ? hangingItem(drawnBy, rank, counts.get(member) ?? 1)
        : { member, drawnBy: null, drawnMs: lookedUpMs, slot: rank };
      return { ...hanging, round: round.index, verdictMs: round.atMs, fate, text, q, r, u };
    });
    // A rejection throws away what is pending, and a token is drawn from r only where nothing is.
    if (round.proposals.some(({ fate }) => fate === 'rejected' || fate === 'drawn')) this.#origins.clear();
    return items;
  }

  #lane(member: number): { depth: number; forwards: number; proposals: number } {
    while (this.#lanes.length <= member) this.#lanes.push({ depth: 0, forwards: 0, proposals: 0 });
    return this.#lanes[member];
  }
}

/**
 * The rounds with an item in the window, as a half-open range of indices into `rounds`; found in logarithmic time.
 */
export function roundsWithin(
  rounds: readonly RoundItems[],
  fromMs: number,
  toMs: number,
): readonly [first: number, end: number] {
  const first = firstRoundAt(rounds, fromMs);
  let end = firstRoundAt(rounds, toMs);
  // Proposals drawn inside the window may be judged behind it.
  while (end < rounds.length && rounds[end].earliestMs <= toMs) end++;
  return [first, end];
}

/** Index of the first round whose verdict is at `ms` or later; the number of rounds where there is none. */
export function firstRoundAt(rounds: readonly RoundItems[], ms: number): number {
  let low = 0;
  let high = rounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rounds[middle].atMs < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

function forwardItem(forward: Round['forwards'][number], round: number): ForwardItem {
  const { member, kind, tokens, startMs, ms, estimated } = forward;
  return { round, member, kind, tokens, startMs, endMs: startMs + ms, estimated };
}

/** Of a member's proposals the last hangs next to the bars, those before it deeper: no stem crosses another's word. */
function hangingItem(drawnBy: ForwardItem, rank: number, count: number): HangingItem {
  return { member: drawnBy.member, drawnBy, drawnMs: drawnBy.endMs, slot: count - 1 - rank };
}

/** What was accepted behind the last committed token (the end token, say) is no part of the text. */
function committedItems(round: Round): CommittedItem[] {
  return round.proposals
    .filter(isInText)
    .slice(0, round.committed.length)
    .map(({ text, fate, proposer }) => ({ text, fate, member: placeOf(proposer, round) }));
}

function isJudged(proposal: Proposal): proposal is JudgedProposal {
  const { fate, proposer } = proposal;
  return proposer !== null && (fate === 'accepted' || fate === 'rejected' || fate === 'discarded');
}

function isInText(proposal: Proposal): proposal is CommittedProposal {
  return proposal.fate === 'accepted' || proposal.fate === 'recovered' || proposal.fate === 'drawn';
}
