import { distributionOf } from '../sample/distribution.ts';
import type { Combine } from './combine.ts';
import { addWeighted } from './geometric-combine.ts';

/**
 * Contrastive decoding: r = softmax((l_expert − μ·l_amateur) / T), on raw logits; the first member is the expert,
 * whoever proposes. With `alpha` the plausibility mask of Li et al. keeps only tokens whose expert probability (raw
 * softmax at temperature 1) is at least alpha times the largest.
 * Source: Li et al., "Contrastive decoding", arXiv 2210.15097, equations 2 and 3; without the mask as in Fu et al.
 * @param mu >= 0
 * @param alpha in [0, 1]; 0 keeps every token
 */
export function contrastiveCombine(mu: number, alpha: number): Combine {
  let combined = new Float64Array(0);
  return {
    kind: 'contrastive',
    rule: { space: 'logits', weights: [1, -mu], plausibility: alpha },
    distribution([expert, amateur], sampling, out) {
      if (combined.length !== out.length) combined = new Float64Array(out.length);
      combined.fill(0);
      addWeighted(combined, expert.logits, 1);
      addWeighted(combined, amateur.logits, -mu);
      if (alpha > 0) maskImplausible(combined, expert.logits, alpha);
      distributionOf(combined, sampling, out);
    },
  };
}

function maskImplausible(combined: Float64Array, expertLogits: Float32Array, alpha: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < combined.length; token++) largest = Math.max(largest, expertLogits[token]);
  const min = largest + Math.log(alpha);
  for (let token = 0; token < combined.length; token++) {
    if (expertLogits[token] < min) combined[token] = Number.NEGATIVE_INFINITY;
  }
}
