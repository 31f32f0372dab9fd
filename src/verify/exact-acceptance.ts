import type { Acceptance } from './acceptance.ts';

/**
 * Accept x with probability min(1, r(x) / q(x)); after a rejection commit a token of norm(max(0, r − q)).
 * Accepted mass min(q, r) + recovered mass max(r − q, 0) = r: the output follows r exactly, for any q.
 * Source: Leviathan, Kalman, Matias, "Fast inference from transformers via speculative decoding", Theorem 1 and
 * appendix A.1; for a combined r: Fu et al., "Fast large language model collaborative decoding via speculation",
 * Algorithm 1.
 */
export const exactAcceptance: Acceptance = {
  kind: 'exact',
  lossy: false,
  decide(proposed, q, r, position, random, scratch) {
    const probability = Math.min(1, r[proposed] / q[proposed]);
    const { happened, u } = random.bernoulli(probability, { position, purpose: 'accept' });
    if (happened) return { accepted: true, u, committed: proposed };
    const mass = residual(r, q, scratch);
    // Rounding can leave no residual where r equals q but for the last bit; r itself is then the right law.
    const committed = random.categorical(mass > 0 ? scratch : r, { position, purpose: 'recover' });
    return { accepted: false, u, committed };
  },
};

/** Writes max(0, r − q) [vocabSize] into `out`, unnormalised, and returns its mass. */
function residual(r: Float64Array, q: Float64Array, out: Float64Array): number {
  let mass = 0;
  for (let token = 0; token < r.length; token++) {
    const weight = r[token] - q[token];
    out[token] = Math.max(weight, 0);
    mass += out[token];
  }
  return mass;
}
