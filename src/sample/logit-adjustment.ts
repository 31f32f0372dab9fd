import type { TokenId } from '../tokens/token-id.ts';

/**
 * What is done to a member's raw logits before anything else is made of them. It belongs to the member's own
 * distribution at a position, so it looks at the whole text before that position, pending proposals included, and at
 * nothing behind it: then a row is the same whoever asks for it and whenever.
 */
export interface LogitAdjustment {
  /** Added to the logits of these tokens; finite. */
  readonly bias: ReadonlyMap<TokenId, number>;
  /** Taken off a token's logit for each time it stands in the text. */
  readonly frequencyPenalty: number;
  /** Taken off a token's logit once, where it stands in the text. */
  readonly presencePenalty: number;
}

/** True where the adjustment depends on the text. */
export function isPenalising({ frequencyPenalty, presencePenalty }: LogitAdjustment): boolean {
  return frequencyPenalty !== 0 || presencePenalty !== 0;
}

/**
 * Changes a row in place. −∞ stays what it is: an impossible token.
 * @param logits [vocabSize]
 * @param textBefore the text before the row's position, prompt excluded
 */
export function adjustLogits(
  logits: Float32Array,
  adjustment: LogitAdjustment,
  textBefore: readonly TokenId[],
): void {
  const { bias, frequencyPenalty, presencePenalty } = adjustment;
  for (const [token, amount] of bias) logits[token] += amount;
  if (!isPenalising(adjustment)) return;
  const counts = new Map<TokenId, number>();
  for (const token of textBefore) counts.set(token, (counts.get(token) ?? 0) + 1);
  for (const [token, count] of counts) logits[token] -= frequencyPenalty * count + presencePenalty;
}
