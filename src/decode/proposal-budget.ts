import type { ForwardCosts } from '../models/forward-costs.ts';
import { costAt } from '../models/forward-costs.ts';
import type { Round } from '../round/round.ts';

/** A method without proposals, and what a round with some costs where none of them is accepted. */
export interface Fallback {
  /** What a token costs, in milliseconds. */
  readonly tokenMs: (costs: readonly ForwardCosts[]) => number;
  /** Tokens that are written before any of them is looked at; 1 where each is. Proposals need them looked at. */
  readonly tokensAtOnce: number;
  /** @param missed tokens of the text that the drafter has not been fed */
  readonly roundMs: (draftLength: number, missed: number, costs: readonly ForwardCosts[]) => number;
}

/** Tokens put aside for probes, of each token written. */
const sharePerToken = 0.015;
const atFirst = 1.5;
const atMost = 6;

/**
 * What may be lost with proposals, in tokens that could have been written without any meanwhile. Rounds that gain fill it
 * up to a limit, rounds that lose empty it, and a small share of the time is put aside; a probe must be affordable even
 * if it comes to nothing. So on a text that never is guessed right the loss stays near that share.
 */
export class ProposalBudget {
  readonly #fallback: Fallback;
  #tokens = atFirst;

  constructor(fallback: Fallback) {
    this.#fallback = fallback;
  }

  /** Such a round costs what its tokens cost without proposals. */
  passWithoutProposals({ committed }: Round): void {
    this.#add(sharePerToken * committed.length);
  }

  /** Counts with the forwards' usual costs: a hiccup of the machine is nobody's fault. */
  observe({ forwards, committed }: Round, costs: readonly ForwardCosts[]): void {
    const ms = forwards.reduce((sum, { member, tokens }) => sum + costAt(costs[member], tokens), 0);
    const gained = committed.length - ms / this.#fallback.tokenMs(costs);
    this.#add(gained + sharePerToken * committed.length);
  }

  /** True where a round with proposals may come to nothing. */
  affords(draftLength: number, missed: number, costs: readonly ForwardCosts[]): boolean {
    // Such a round costs a token's time at least: where less than nothing is left, costs need not be asked for.
    if (this.#tokens < 0) return false;
    const { roundMs, tokenMs } = this.#fallback;
    return this.#tokens >= roundMs(draftLength, missed, costs) / tokenMs(costs) - 1;
  }

  #add(tokens: number): void {
    this.#tokens = Math.min(atMost, this.#tokens + tokens);
  }
}
