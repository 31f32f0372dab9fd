import type { ForwardCosts } from '../models/forward-costs.ts';
import type { Round } from '../round/round.ts';
import type { DraftLengthController } from './draft-length-controller.ts';
import { MovingAcceptance } from './moving-acceptance.ts';
import { MovingCosts } from './moving-costs.ts';
import { type Fallback, ProposalBudget } from './proposal-budget.ts';

/** What the controller needs to know of a method. */
export interface DraftLengthSearch {
  /** γ_i of each proposer; `adaptive` ones are searched for. */
  readonly draftLengths: readonly (number | 'adaptive')[];
  /** Draft lengths worth trying, ascending, from 1. */
  readonly candidates: readonly number[];
  /** t_i(k) measured at load [members]. */
  readonly costs: readonly ForwardCosts[];
  /** Predicted speed-up over doing without proposals; larger is better. */
  readonly speedUp: (
    draftLengths: readonly number[],
    acceptanceRates: readonly number[],
    costs: readonly ForwardCosts[],
  ) => number;
  /** How the method does without proposals; null where it cannot. */
  readonly fallback: Fallback | null;
  /** Rounds with verdicts from one search to the next; more where a prediction takes long. */
  readonly searchEvery: number;
}

/** A change must promise this much, or γ would flutter with the noise of the clock. */
const minGain = 1.05;
/** Longest draft before the first verdict. */
const longestFirstDraft = 4;
/** Longest probe: what is not promising behind so many accepted rounds will not become it. */
const probeRounds = 6;
/**
 * Rounds without anything found before looking up rests, and for how many batches of tokens, where that writes them in
 * batches; elsewhere a look-up that finds nothing costs nothing.
 */
const idleRounds = 4;
const idleBatches = 6;

type Phase =
  | { readonly kind: 'proposing'; roundsUntilSearch: number }
  /** Without proposals for so many tokens at least, and until a probe can be afforded. */
  | { readonly kind: 'resting'; tokens: number; readonly minTokens: number }
  /** Proposes as little as possible until that promises a gain, or is rejected. */
  | { readonly kind: 'probing'; roundsLeft: number };

/**
 * Picks, from moving measurements of α and t(k), the draft lengths with the most expected tokens per millisecond.
 * Where proposing loses and the method can do without, it rests, and probes again when that can be afforded: the text
 * may have become easier to guess. The choice looks at the past alone, so the output still follows r; but it follows
 * the clock too, so under `exact` the same seed may write another text.
 */
export class AdaptiveDraftLengths implements DraftLengthController {
  readonly #search: DraftLengthSearch;
  readonly #acceptance: MovingAcceptance;
  readonly #movingCosts: MovingCosts;
  readonly #budget: ProposalBudget | null;
  /** t_i(k) as of the last round [members]; null until somebody asks for them. */
  #knownCosts: readonly ForwardCosts[] | null = null;
  #lengths: readonly number[];
  #phase: Phase;
  /** In a row, without proposals though some were asked for. */
  #emptyRounds = 0;

  constructor(search: DraftLengthSearch) {
    this.#search = search;
    this.#acceptance = new MovingAcceptance(search.draftLengths.length);
    this.#movingCosts = new MovingCosts(search.costs);
    this.#budget = search.fallback && new ProposalBudget(search.fallback);
    this.#lengths = this.#allAdaptive(search.candidates[0]);
    this.#phase = { kind: 'proposing', roundsUntilSearch: search.searchEvery };
    const { lengths, promise } = this.#best(longestFirstDraft);
    if (this.#budget && promise < 1) this.#rest();
    else this.#lengths = lengths;
  }

  get draftLengths(): readonly number[] {
    return this.#lengths;
  }

  observe(round: Round): void {
    if (round.forwards.some(({ kind }) => kind === 'prefill')) return;
    this.#acceptance.observe(round);
    this.#movingCosts.observe(round);
    this.#knownCosts = null;
    const isEmpty = round.proposals.every(({ proposer }) => proposer === null);
    if (isEmpty) this.#budget?.passWithoutProposals(round);
    else this.#budget?.observe(round, this.#costs);
    if (this.#phase.kind === 'resting') this.#passRest(this.#phase, round);
    else if (isEmpty) this.#passEmptyRound();
    else this.#passVerdicts(this.#phase, round);
  }

  get #costs(): readonly ForwardCosts[] {
    this.#knownCosts ??= this.#movingCosts.costs;
    return this.#knownCosts;
  }

  #passRest(phase: Phase & { kind: 'resting' }, { committed }: Round): void {
    phase.tokens += committed.length;
    const isDue = phase.tokens >= phase.minTokens;
    if (isDue && this.#budget?.affords(this.#search.candidates[0], phase.tokens, this.#costs)) this.#probe();
  }

  #passEmptyRound(): void {
    const batch = this.#search.fallback?.tokensAtOnce ?? 1;
    if (batch > 1 && ++this.#emptyRounds >= idleRounds) this.#rest(idleBatches * batch);
  }

  #passVerdicts(phase: Exclude<Phase, { kind: 'resting' }>, { proposals }: Round): void {
    this.#emptyRounds = 0;
    if (phase.kind === 'proposing') {
      if (--phase.roundsUntilSearch > 0) return;
      phase.roundsUntilSearch = this.#search.searchEvery;
      this.#adjust(minGain);
    } else if (this.#best().promise >= minGain) this.#propose();
    else if (--phase.roundsLeft <= 0 || proposals.some(({ fate }) => fate === 'rejected')) this.#rest();
  }

  /**
   * Where all choices lose, that must be confirmed before it rests: a draft model that misses much of the text is dear to
   * come back to.
   * @param needed the factor by which another choice must promise more than the present one
   */
  #adjust(needed: number): void {
    const { lengths, promise } = this.#best();
    if (this.#budget && promise < 1) this.#probe();
    else if (promise > needed * this.#promise(this.#lengths)) this.#lengths = lengths;
  }

  #propose(): void {
    this.#phase = { kind: 'proposing', roundsUntilSearch: this.#search.searchEvery };
    this.#adjust(1);
  }

  #rest(minTokens = 0): void {
    this.#emptyRounds = 0;
    this.#phase = { kind: 'resting', tokens: 0, minTokens };
    this.#lengths = this.#allAdaptive(0);
  }

  #probe(): void {
    this.#acceptance.fade();
    this.#phase = { kind: 'probing', roundsLeft: probeRounds };
    this.#lengths = this.#allAdaptive(this.#search.candidates[0]);
  }

  #allAdaptive(length: number): readonly number[] {
    return this.#search.draftLengths.map((given) => (given === 'adaptive' ? length : given));
  }

  #promise(lengths: readonly number[]): number {
    return this.#search.speedUp(lengths, this.#acceptance.rates, this.#costs);
  }

  /** Improves one proposer's γ after the other, from where it is: the optimum of one hardly moves with the others'. */
  #best(longest = Number.POSITIVE_INFINITY): { lengths: readonly number[]; promise: number } {
    let best = { lengths: this.#lengths, promise: Number.NEGATIVE_INFINITY };
    for (const [proposer, given] of this.#search.draftLengths.entries()) {
      if (given !== 'adaptive') continue;
      for (const candidate of this.#search.candidates) {
        if (candidate > longest) break;
        const lengths = best.lengths.with(proposer, candidate);
        const promise = this.#promise(lengths);
        if (promise > best.promise) best = { lengths, promise };
      }
    }
    return best;
  }
}
