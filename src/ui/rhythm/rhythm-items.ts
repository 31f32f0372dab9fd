import type { ForwardKind } from '../../round/round.ts';
import type { Fate } from '../../verify/acceptance.ts';

/*
 * What the rhythm shows, with times and lanes but without pixels. Times are milliseconds since the request started to
 * run; a lane is a place in the cast: members in their order, then a look-up.
 */

/** A forward as a bar in its member's lane. */
export interface ForwardItem {
  /** Index of the round whose verdict ends it. */
  readonly round: number;
  readonly member: number;
  readonly kind: ForwardKind;
  /** Tokens fed. */
  readonly tokens: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly estimated: boolean;
}

/** A proposal that hangs below the forward that drew it. */
export interface HangingItem {
  /** The lane of its proposer. */
  readonly member: number;
  /** null for a look-up. */
  readonly drawnBy: ForwardItem | null;
  /** End of the forward that drew it. */
  readonly drawnMs: number;
  /** How far below the bars; 0 is next to them. */
  readonly slot: number;
}

export type JudgedFate = Extract<Fate, 'accepted' | 'rejected' | 'discarded'>;

/** A proposal whose fate is known: it rises or falls at the verdict of `round`. */
export interface ProposalItem extends HangingItem {
  readonly round: number;
  readonly verdictMs: number;
  readonly fate: JudgedFate;
  readonly text: string;
  readonly q: number | null;
  readonly r: number | null;
  readonly u: number | null;
}

/** A token that joins the text at its round's verdict. */
export interface CommittedItem {
  readonly text: string;
  readonly fate: Extract<Fate, 'accepted' | 'recovered' | 'drawn'>;
  /** The lane of its proposer; null for a token that nobody proposed. */
  readonly member: number | null;
}

/** Everything that one round adds to the picture. */
export interface RoundItems {
  readonly index: number;
  /** The verdict before; 0 for the first round. */
  readonly fromMs: number;
  /** Time of the verdict. */
  readonly atMs: number;
  /** Where the first of its items begins: a proposal may have been drawn rounds before. */
  readonly earliestMs: number;
  readonly forwards: readonly ForwardItem[];
  /** The GPU device was lost before this round. */
  readonly isResumed: boolean;
  /** In text order. */
  readonly proposals: readonly ProposalItem[];
  /** In text order. */
  readonly committed: readonly CommittedItem[];
}

/** One member's part of the picture. */
export interface Lane {
  /** Most proposals that ever hung at once. */
  readonly depth: number;
  /** Prefill left out. */
  readonly forwards: number;
  readonly proposals: number;
}
