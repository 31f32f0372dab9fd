import type { ForwardCosts } from '../models/forward-costs.ts';
import type { Round } from '../round/round.ts';
import { costsInRun } from './speed-up.ts';

/** Weight of a verdict after n later ones: decay^n, a memory of about 30 verdicts. */
const verdictDecay = 0.97;
/** What is believed before the first verdict, as strong as `priorVerdicts` of them. */
const priorRate = 0.8;
const priorVerdicts = 4;

/** α of each proposer, recent verdicts counting most. */
export class MovingAcceptance {
  readonly #accepted: number[];
  readonly #verdicts: number[];

  constructor(proposers: number) {
    this.#accepted = Array.from({ length: proposers }, () => priorRate * priorVerdicts);
    this.#verdicts = Array.from({ length: proposers }, () => priorVerdicts);
  }

  observe(round: Round): void {
    for (const { proposer, fate } of round.proposals) {
      if (proposer === null || (fate !== 'accepted' && fate !== 'rejected')) continue;
      this.#accepted[proposer] = verdictDecay * this.#accepted[proposer] + (fate === 'accepted' ? 1 : 0);
      this.#verdicts[proposer] = verdictDecay * this.#verdicts[proposer] + 1;
    }
  }

  /** [proposers] */
  get rates(): readonly number[] {
    return this.#accepted.map((accepted, proposer) => accepted / this.#verdicts[proposer]);
  }
}

/** Forwards of one width that are remembered. */
const remembered = 9;

/** t_i(k) of each member: medians of its last forwards, and what was measured at load scaled by them. */
export class MovingCosts {
  readonly #atLoad: readonly ForwardCosts[];
  /** By member, by tokens: the last times in milliseconds. */
  readonly #recent: Map<number, number[]>[];

  /** @param atLoad [members] */
  constructor(atLoad: readonly ForwardCosts[]) {
    this.#atLoad = atLoad;
    this.#recent = atLoad.map(() => new Map());
  }

  observe(round: Round): void {
    for (const { member, kind, tokens, ms, estimated } of round.forwards) {
      if (kind === 'prefill' || estimated) continue;
      const times = this.#recent[member].get(tokens) ?? [];
      this.#recent[member].set(tokens, [...times, ms].slice(-remembered));
    }
  }

  /** [members] */
  get costs(): readonly ForwardCosts[] {
    return this.#atLoad.map((atLoad, member) =>
      costsInRun(
        atLoad,
        [...this.#recent[member]].map(([tokens, times]) => ({
          tokens,
          count: times.length,
          medianMs: [...times].sort((a, b) => a - b)[times.length >> 1],
        })),
      ),
    );
  }
}
