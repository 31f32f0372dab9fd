import type { SamplingParameters } from '../sample/sampling-parameters.ts';

/** Raw logits of one target member at one position, and how that member turns them into its distribution. */
export interface MemberRow {
  /** [vocabSize] */
  readonly logits: Float32Array;
  readonly sampling: SamplingParameters;
}

/** C of the algorithm: several members' rows at one position -> the combined distribution r. */
export interface Combine {
  readonly kind: string;
  /**
   * Writes r [vocabSize] into `out`, summing to 1.
   * @param rows one entry a target member, in the order of the request
   * @param sampling the request's own parameters, used by combinations that work on raw logits
   */
  distribution(rows: readonly MemberRow[], sampling: SamplingParameters, out: Float64Array): void;
}
