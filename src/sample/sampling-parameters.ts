/** How one member turns a logits row into its distribution. Truncation order: T, top-k, top-p, min-p. */
export interface SamplingParameters {
  /** 0 means the argmax. */
  readonly temperature: number;
  /** Keep the k most likely tokens, ties with the k-th included; 0 keeps all. */
  readonly topK: number;
  /** Keep the smallest prefix of tokens with at least this mass; 1 keeps all. In (0, 1]. */
  readonly topP: number;
  /** Keep tokens with at least minP times the largest probability; 0 keeps all. In [0, 1]. */
  readonly minP: number;
}

export const untruncated: SamplingParameters = { temperature: 1, topK: 0, topP: 1, minP: 0 };
