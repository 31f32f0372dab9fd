import { distributionOf } from '../sample/distribution.ts';
import type { Combine } from './combine.ts';

/**
 * Product of experts: r = softmax(Σ λ_k l_k / T), on raw logits; temperature and truncation come after. Any real
 * weights: (1, −μ) is contrastive decoding, (1 + w, −w) of one model under two prompts is classifier-free guidance
 * (arXiv 2306.17806) or context-aware decoding (arXiv 2305.14739).
 *
 * A token that a member with a weight other than 0 rules out (−∞) is ruled out: weighing it by a negative number
 * would make it certain instead.
 * @param weights [members]
 */
export function geometricCombine(weights: readonly number[]): Combine {
  let combined = new Float64Array(0);
  return {
    kind: 'geometric',
    rule: { space: 'logits', weights, plausibility: 0 },
    distribution(rows, sampling, out) {
      if (combined.length !== out.length) combined = new Float64Array(out.length);
      combined.fill(0);
      for (const [member, { logits }] of rows.entries()) addWeighted(combined, logits, weights[member]);
      distributionOf(combined, sampling, out);
    },
  };
}

/** sums += weight · logits, both [vocabSize]. */
export function addWeighted(sums: Float64Array, logits: Float32Array, weight: number): void {
  if (weight === 0) return;
  for (let token = 0; token < sums.length; token++) {
    const logit = logits[token];
    sums[token] += logit === Number.NEGATIVE_INFINITY ? logit : weight * logit;
  }
}
