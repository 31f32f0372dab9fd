import type { ScheduleKind } from './method-plan.ts';

/** Schedules that propose and verify, so that their forwards depend on verdicts. */
export type VerifyingScheduleKind = Extract<ScheduleKind, 'alternate' | 'naive' | 'black-box'>;

export interface ForwardsPlan {
  readonly schedule: VerifyingScheduleKind;
  /** γ_i [members], at least 1 for those that propose. */
  readonly draftLengths: readonly number[];
  readonly defaultProposer: number;
  /** α of the proposals of each member [members], 0..1. */
  readonly acceptanceRates: readonly number[];
}

/** How many forwards of which width a number of tokens takes. Both are means, so neither need be whole. */
export interface ForwardTally {
  readonly tokens: number;
  /** counts[member][k]: forwards of that member over k tokens. */
  readonly counts: readonly (readonly number[])[];
}

/** A cycle still going on after so many tokens, with every α near 1, is cut off there, which costs about 1e-4. */
const maxTokens = 10_000;

/**
 * What one cycle of a schedule takes, from a restart to the next rejection, if a proposal of member i is accepted
 * with probability α_i, whatever came before.
 *
 * A rejection leaves every schedule where the prefill left it: nothing pending, no row held, and every cache valid up
 * to the token before the last (a member that scored a head has been fed all before it). So decodes are made of
 * independent cycles, and within one all is accepted until the end: the state machine has but one path, and what
 * happens on it counts with the chance of getting there. No coin is flipped, so the means are exact.
 * @param negligible chance of a cycle's getting so far below which the rest of it does not count; about the relative
 *   error that this makes
 */
export function expectedForwards(plan: ForwardsPlan, negligible = 1e-12): ForwardTally {
  const gamma = plan.draftLengths[plan.defaultProposer];
  if (!(gamma >= 1)) {
    throw new RangeError(
      `forwards of ${plan.schedule}: draft length ${gamma} of the default proposer, not >= 1`,
    );
  }
  const path = new AcceptedPath(plan.acceptanceRates);
  const rounds = { alternate: alternateRounds, naive: naiveRounds, 'black-box': blackBoxRounds };
  const runRound = rounds[plan.schedule](path, plan);
  while (path.chance > negligible && path.committed < maxTokens) runRound();
  return path;
}

/** As alternateSchedule: from one verdict to the next. */
function alternateRounds(path: AcceptedPath, { draftLengths, defaultProposer }: ForwardsPlan): () => void {
  let owed: { readonly member: number; readonly count: number } | null = null;
  return () => {
    if (owed) path.draft(owed.member, owed.count);
    owed = null;
    for (;;) {
      if (path.pendingLength === 0) path.draft(defaultProposer, draftLengths[defaultProposer]);
      const scorer = path.minScored();
      path.score(scorer);
      path.propose(scorer);
      const further = draftLengths[scorer] - 1;
      const heads = path.scoredByAll();
      if (heads > 0) {
        path.verify(heads, 'leave');
        owed = { member: scorer, count: further };
        return;
      }
      path.draft(scorer, further);
    }
  };
}

/** As naiveSchedule. */
function naiveRounds(path: AcceptedPath, { draftLengths, defaultProposer }: ForwardsPlan): () => void {
  return () => {
    path.draft(defaultProposer, draftLengths[defaultProposer]);
    for (let member = 0; member < draftLengths.length; member++) {
      if (member !== defaultProposer) path.score(member);
    }
    path.verify(draftLengths[defaultProposer], 'leave');
  };
}

/** As blackBoxSchedule. */
function blackBoxRounds(path: AcceptedPath, { draftLengths, defaultProposer }: ForwardsPlan): () => void {
  return () => {
    path.draft(defaultProposer, draftLengths[defaultProposer]);
    path.forget(defaultProposer);
    for (let member = 0; member < draftLengths.length; member++) path.score(member);
    path.verify(draftLengths[defaultProposer], 'draw-from-target');
  };
}

/** What sampler, members and loop know of a decode, reduced to lengths, while every proposal is accepted. */
class AcceptedPath implements ForwardTally {
  readonly counts: number[][];
  tokens = 0;
  /** That no proposal so far was rejected. */
  chance = 1;
  /** Tokens of the text; the first is the prefill's, or the recovered one before. */
  committed = 1;
  readonly #acceptanceRates: readonly number[];
  /** Proposer of each pending token. */
  readonly #pending: number[] = [];
  /** Tokens of the text that each member's cache holds [members]. */
  readonly #textLengths: number[];
  /** |D_i| [members] */
  readonly #heldRows: number[];

  constructor(acceptanceRates: readonly number[]) {
    this.#acceptanceRates = acceptanceRates;
    this.counts = acceptanceRates.map(() => []);
    this.#textLengths = acceptanceRates.map(() => 0);
    this.#heldRows = acceptanceRates.map(() => 0);
  }

  get pendingLength(): number {
    return this.#pending.length;
  }

  /** As Member.score. */
  score(member: number): void {
    if (this.#heldRows[member] > this.#pending.length) return;
    const end = this.committed + this.#pending.length;
    const width = end - this.#textLengths[member];
    const counts = this.counts[member];
    while (counts.length <= width) counts.push(0);
    counts[width] += this.chance;
    this.#textLengths[member] = end;
    this.#heldRows[member] = this.#pending.length + 1;
  }

  propose(member: number): void {
    this.#pending.push(member);
  }

  /** As modelDrafter. */
  draft(member: number, count: number): void {
    for (let drafted = 0; drafted < count; drafted++) {
      this.score(member);
      this.propose(member);
    }
  }

  /** Drops what the member computed behind the committed text. */
  forget(member: number): void {
    this.#heldRows[member] = 0;
    this.#textLengths[member] = Math.min(this.#textLengths[member], this.committed - 1);
  }

  /** As RoundSampler.verify. A verdict that is reached commits one token, accepted or recovered. */
  verify(heads: number, extra: 'draw-from-target' | 'leave'): void {
    for (const proposer of this.#pending.splice(0, heads)) {
      this.tokens += this.chance;
      this.chance *= this.#acceptanceRates[proposer];
    }
    const settled = extra === 'leave' ? heads : heads + 1;
    if (settled > heads) this.tokens += this.chance;
    this.committed += settled;
    for (const [member, rows] of this.#heldRows.entries()) {
      this.#heldRows[member] = Math.max(0, rows - settled);
    }
  }

  /** The member with the fewest rows; lowest number on ties. */
  minScored(): number {
    return this.#heldRows.indexOf(Math.min(...this.#heldRows));
  }

  scoredByAll(): number {
    return Math.min(this.#pending.length, ...this.#heldRows);
  }
}
