import { distributionOf } from '../sample/distribution.ts';
import type { Combine } from './combine.ts';

/**
 * Weighted ensemble: r = Σ λ_k p^k, in probabilities, after each member's own temperature and truncation.
 * One member with weight 1 is that member's own distribution.
 * @param weights [members], >= 0 with a positive sum; divided by it
 */
export function weightedCombine(weights: readonly number[]): Combine {
  // Largest first: the sum of finite weights need not be finite.
  const heaviest = Math.max(...weights);
  const total = weights.reduce((sum, weight) => sum + weight / heaviest, 0);
  const lambda = weights.map((weight) => weight / heaviest / total);
  let scratch = new Float64Array(0);
  return {
    kind: 'weighted',
    rule: { space: 'probabilities', weights: lambda },
    distribution(rows, _sampling, out) {
      if (rows.length === 1) return distributionOf(rows[0].logits, rows[0].sampling, out);
      if (scratch.length !== out.length) scratch = new Float64Array(out.length);
      out.fill(0);
      for (const [member, { logits, sampling, own }] of rows.entries()) {
        const weight = lambda[member];
        if (weight === 0) continue;
        if (!own) distributionOf(logits, sampling, scratch);
        const distribution = own ?? scratch;
        for (let token = 0; token < out.length; token++) out[token] += weight * distribution[token];
      }
    },
  };
}

/** λ_k of a combination that is a mixture of distributions: the probability of each member to be the one sampled from. */
export function mixtureWeights({ kind, rule }: Combine): readonly number[] {
  if (rule?.space !== 'probabilities')
    throw new Error(`A ${kind} combination is no mixture of distributions`);
  return rule.weights;
}
