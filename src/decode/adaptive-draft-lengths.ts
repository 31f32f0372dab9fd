import type { ForwardCosts } from '../models/forward-costs.ts';
import type { Round } from '../round/round.ts';
import type { DraftLengthController } from './draft-length-controller.ts';
import { MovingAcceptance, MovingCosts } from './moving-measurements.ts';

/** What the controller needs to know of a method. */
export interface DraftLengthSearch {
  /** γ_i of each proposer; `adaptive` ones are searched for. */
  readonly draftLengths: readonly (number | 'adaptive')[];
  /** Draft lengths worth trying, ascending; 0 among them where a method can do without proposals. */
  readonly candidates: readonly number[];
  /** t_i(k) measured at load [members]. */
  readonly costs: readonly ForwardCosts[];
  /** Predicted speed-up over the reference; larger is better. */
  readonly speedUp: (
    draftLengths: readonly number[],
    acceptanceRates: readonly number[],
    costs: readonly ForwardCosts[],
  ) => number;
}

/** Rounds between searches: α and t(k) move slowly. */
const searchEvery = 4;
/** A change must promise this much, or γ would flutter with the noise of the clock. */
const leastGain = 1.02;
/** Tokens written without proposals before proposing is tried again; doubled after each vain trial. */
const firstCoolDownTokens = 32;
const longestCoolDownTokens = 512;
const probeLength = 2;
const probeRounds = 3;

/** Where proposing has stopped: what is left of the cool-down, then of the probe. */
type Pause = { kind: 'cool-down'; tokensLeft: number } | { kind: 'probe'; roundsLeft: number };

/**
 * Picks, from moving measurements of α and t(k), the draft lengths with the most expected tokens per millisecond.
 * Where proposing loses and the method can do without, it stops, and probes again after a cool-down: the text may have
 * become easier to guess. The choice looks at the past alone, so the output still follows r; but it follows the clock
 * too, so under `exact` the same seed may write another text.
 */
export class AdaptiveDraftLengths implements DraftLengthController {
  readonly #search: DraftLengthSearch;
  readonly #acceptance: MovingAcceptance;
  readonly #costs: MovingCosts;
  #lengths: number[];
  #roundsUntilSearch = searchEvery;
  #coolDownTokens = firstCoolDownTokens;
  #pause: Pause | null = null;

  constructor(search: DraftLengthSearch) {
    this.#search = search;
    this.#acceptance = new MovingAcceptance(search.draftLengths.length);
    this.#costs = new MovingCosts(search.costs);
    const smallest = Math.max(1, search.candidates[0]);
    this.#lengths = search.draftLengths.map((length) => (length === 'adaptive' ? smallest : length));
    this.#choose(0);
  }

  get draftLengths(): readonly number[] {
    return this.#lengths;
  }

  observe(round: Round): void {
    this.#acceptance.observe(round);
    this.#costs.observe(round);
    if (this.#pause) {
      this.#passTime(this.#pause, round);
    } else if (--this.#roundsUntilSearch <= 0) {
      this.#roundsUntilSearch = searchEvery;
      this.#choose(leastGain);
      if (this.#isOff()) this.#coolDown();
    }
  }

  #passTime(pause: Pause, round: Round): void {
    if (pause.kind === 'cool-down') {
      pause.tokensLeft -= round.committed.length;
      if (pause.tokensLeft > 0) return;
      this.#pause = { kind: 'probe', roundsLeft: probeRounds };
      this.#lengths = this.#search.draftLengths.map((length) =>
        length === 'adaptive' ? probeLength : length,
      );
      return;
    }
    // A look-up that finds nothing costs nothing: only rounds with verdicts use the probe up.
    if (round.proposals.some(({ proposer }) => proposer !== null)) pause.roundsLeft--;
    if (pause.roundsLeft > 0) return;
    this.#pause = null;
    this.#choose(0);
    if (this.#isOff()) {
      this.#coolDownTokens = Math.min(2 * this.#coolDownTokens, longestCoolDownTokens);
      this.#coolDown();
    } else this.#coolDownTokens = firstCoolDownTokens;
  }

  #coolDown(): void {
    this.#pause = { kind: 'cool-down', tokensLeft: this.#coolDownTokens };
  }

  #isOff(): boolean {
    return this.#search.draftLengths.some(
      (length, proposer) => length === 'adaptive' && this.#lengths[proposer] === 0,
    );
  }

  /**
   * Improves one proposer's γ after the other, twice round: the optimum of one hardly moves with the others'.
   * @param needed the factor a new choice must promise over the present one
   */
  #choose(needed: number): void {
    const rates = this.#acceptance.rates;
    const costs = this.#costs.costs;
    const promise = (lengths: readonly number[]) => this.#search.speedUp(lengths, rates, costs);
    const present = promise(this.#lengths);
    let best = [...this.#lengths];
    let bestPromise = present;
    for (let turn = 0; turn < 2; turn++) {
      for (const [proposer, length] of this.#search.draftLengths.entries()) {
        if (length !== 'adaptive') continue;
        for (const candidate of this.#search.candidates) {
          const lengths = best.with(proposer, candidate);
          const candidatePromise = promise(lengths);
          if (candidatePromise > bestPromise) {
            best = lengths;
            bestPromise = candidatePromise;
          }
        }
      }
    }
    if (bestPromise > needed * present) this.#lengths = best;
  }
}
