/** What a random number is for; each purpose has its own stream at every position. */
export type Purpose = 'token' | 'proposal' | 'accept' | 'recover' | 'member';

/** Key of one draw. `position` is the index in the first member's sequence, prompt included. */
export interface DrawKey {
  readonly position: number;
  readonly purpose: Purpose;
}

/**
 * The only randomness the round loop knows. Two calls, so that a test source can walk every branch and
 * compare the joint law of the output with the analytic one (no sampling noise).
 */
export interface RandomSource {
  /** An index drawn with probability proportional to `weights` [vocabSize], which have positive mass. */
  categorical(weights: Float64Array, key: DrawKey): number;
  /** True with the given probability, and the uniform number u in (0, 1) it was decided by. */
  bernoulli(probability: number, key: DrawKey): { readonly happened: boolean; readonly u: number };
}
