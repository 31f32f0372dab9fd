import type { Purpose, RandomSource } from '../random/random-source.ts';

/**
 * The words of this folder, used everywhere else too:
 * a *proposal* is a token one member drew from its own distribution q, not yet committed; it is *accepted* or
 * *rejected* at its verdict; after a rejection a *recovered* token is committed in its place and the proposals
 * behind it are *discarded*; a token *drawn* straight from r was never proposed.
 */
export type Fate = 'accepted' | 'rejected' | 'recovered' | 'discarded' | 'drawn';

export interface Decision {
  readonly accepted: boolean;
  /** The uniform number that decided, null where the criterion uses none. */
  readonly u: number | null;
  /** Token to commit: the proposal when accepted, the recovered one otherwise. */
  readonly committed: number;
}

/** A criterion as plain numbers, for a sampler that decides on the GPU. */
export type AcceptanceRule =
  /** Accept with probability min(1, leniency · r(x) / q(x)). */
  | { readonly kind: 'ratio'; readonly leniency: number }
  | { readonly kind: 'coupled' }
  | { readonly kind: 'typical'; readonly epsilon: number; readonly delta: number };

/** Decides one proposal. Pure but for the injected random source. */
export interface Acceptance {
  readonly kind: string;
  readonly rule: AcceptanceRule;
  /** Which stream of random numbers members draw their proposals from. */
  readonly proposalPurpose: Purpose;
  /**
   * @param proposed the proposed token
   * @param q [vocabSize] the exact distribution it was drawn from
   * @param r [vocabSize] the combined distribution at its position
   * @param scratch [vocabSize] free for use
   */
  decide(
    proposed: number,
    q: Float64Array,
    r: Float64Array,
    position: number,
    random: RandomSource,
    scratch: Float64Array,
  ): Decision;
  /**
   * Total variation between the law of the token committed at this position and r; null for a criterion whose
   * output follows r exactly. With a(x) = Pr[accept x]: π = q·a + (1 − Σ q·a)·s, TV = ½ Σ |π − r|, s being what a
   * rejected proposal is redrawn from.
   * @param scratch [vocabSize] free for use
   */
  readonly deviation: ((q: Float64Array, r: Float64Array, scratch: Float64Array) => number) | null;
}
