import type { Acceptance } from './acceptance.ts';
import { residual } from './residual.ts';

/**
 * Accept x with probability min(1, r(x) / q(x)); after a rejection commit a token of norm(max(0, r − q)).
 * Accepted mass min(q, r) + recovered mass max(r − q, 0) = r: the output follows r exactly, for any q.
 * Source: Leviathan, Kalman, Matias, "Fast inference from transformers via speculative decoding", Theorem 1 and
 * appendix A.1; for a combined r: Fu et al., "Fast large language model collaborative decoding via speculation",
 * Algorithm 1.
 */
export const exactAcceptance: Acceptance = ratioAcceptance('exact', 1);

/** As `exact`, but accept with probability min(1, ℓ·r(x) / q(x)): more is accepted, and the output is not r. */
export const lenientAcceptance = (leniency: number): Acceptance => ratioAcceptance('lenient', leniency);

function ratioAcceptance(kind: string, leniency: number): Acceptance {
  return {
    kind,
    rule: { kind: 'ratio', leniency },
    proposalPurpose: 'proposal',
    decide(proposed, q, r, position, random, scratch) {
      const probability = Math.min(1, (leniency * r[proposed]) / q[proposed]);
      const { happened, u } = random.bernoulli(probability, { position, purpose: 'accept' });
      if (happened) return { accepted: true, u, committed: proposed };
      residual(r, q, scratch);
      return { accepted: false, u, committed: random.categorical(scratch, { position, purpose: 'recover' }) };
    },
    deviation:
      leniency === 1
        ? null
        : (q, r, scratch) => {
            const mass = residual(r, q, scratch);
            let rejected = 1;
            for (let token = 0; token < q.length; token++)
              rejected -= Math.min(q[token], leniency * r[token]);
            let difference = 0;
            for (let token = 0; token < q.length; token++) {
              const accepted = Math.min(q[token], leniency * r[token]);
              difference += Math.abs(accepted + (Math.max(0, rejected) * scratch[token]) / mass - r[token]);
            }
            return difference / 2;
          },
  };
}
