import type { Acceptance } from './acceptance.ts';

/**
 * Every draw at a position, by any member or from r, is the Gumbel argmax under the position's one noise vector;
 * accept iff the proposal equals r's draw, else commit r's draw. What is committed is always r's draw, so the text
 * is, token for token, the one plain sampling from r writes with that seed, whatever the proposer or the schedule.
 * (1 − TV) / (1 + TV) <= Pr[accept] <= 1 − TV.
 * Source: Daliri, Musco, Suresh, "Coupling without communication and drafter-invariant speculative decoding",
 * arXiv 2408.07978.
 */
export const coupledAcceptance: Acceptance = {
  kind: 'coupled',
  rule: { kind: 'coupled' },
  proposalPurpose: 'token',
  decide(proposed, _q, r, position, random) {
    const committed = random.categorical(r, { position, purpose: 'token' });
    return { accepted: committed === proposed, u: null, committed };
  },
  deviation: null,
};
