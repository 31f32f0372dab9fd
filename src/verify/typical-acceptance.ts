import type { Acceptance } from './acceptance.ts';

/**
 * Accept x iff r(x) > min(ε, δ·exp(−H(r))): likely enough for how uncertain r is; else commit a draw from r.
 * The output does not follow r.
 * Source: Cai et al., "Medusa", section 2.3.1, arXiv 2401.10774.
 */
export function typicalAcceptance(epsilon: number, delta: number): Acceptance {
  return {
    kind: 'typical',
    rule: { kind: 'typical', epsilon, delta },
    proposalPurpose: 'proposal',
    decide(proposed, _q, r, position, random) {
      if (r[proposed] > threshold(r)) return { accepted: true, u: null, committed: proposed };
      return { accepted: false, u: null, committed: random.categorical(r, { position, purpose: 'recover' }) };
    },
    deviation(q, r) {
      const least = threshold(r);
      let rejected = 0;
      for (let token = 0; token < q.length; token++) if (!(r[token] > least)) rejected += q[token];
      let difference = 0;
      for (let token = 0; token < q.length; token++) {
        const accepted = r[token] > least ? q[token] : 0;
        difference += Math.abs(accepted + rejected * r[token] - r[token]);
      }
      return difference / 2;
    },
  };

  function threshold(r: Float64Array): number {
    let entropy = 0;
    for (const probability of r) if (probability > 0) entropy -= probability * Math.log(probability);
    return Math.min(epsilon, delta * Math.exp(-entropy));
  }
}
