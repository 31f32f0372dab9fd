import type { SamplingParameters } from '../sample/sampling-parameters.ts';

/** Raw logits of one target member at one position, and how that member turns them into its distribution. */
export interface MemberRow {
  /** [vocabSize] */
  readonly logits: Float32Array;
  readonly sampling: SamplingParameters;
  /** [vocabSize] what `sampling` makes of the logits, where that is known already: the member has drawn from it. */
  readonly own?: Float64Array | null;
}

/** A combination as plain numbers, for a sampler that computes it on the GPU. */
export type CombineRule =
  /** Σ λ_k p^k of the members' own distributions; λ >= 0, sum 1. */
  | { readonly space: 'probabilities'; readonly weights: readonly number[] }
  /**
   * softmax(Σ λ_k l_k / T) of raw logits. Tokens whose probability under the first member is less than
   * `plausibility` times the largest are left out; 0 leaves out none.
   */
  | { readonly space: 'logits'; readonly weights: readonly number[]; readonly plausibility: number };

/**
 * The numbers of a combination that may change while a text is written: λ of a weighted or geometric one [members],
 * μ of a contrastive one.
 */
export type CombineNumbers = { readonly weights: readonly number[] } | { readonly mu: number };

/** C of the algorithm: several members' rows at one position -> the combined distribution r. */
export interface Combine {
  readonly kind: string;
  /** null where the combination is code and nothing else. */
  readonly rule: CombineRule | null;
  /**
   * Writes r [vocabSize] into `out`, summing to 1.
   * @param rows one entry a target member, in the order of the request
   * @param sampling the request's own parameters, used by combinations that work on raw logits
   */
  distribution(rows: readonly MemberRow[], sampling: SamplingParameters, out: Float64Array): void;
}
