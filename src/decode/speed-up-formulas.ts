import { costAt, type ForwardCosts } from '../models/forward-costs.ts';

/**
 * Expected speed-ups of long texts, when every proposal of a member is accepted with its own fixed probability α and
 * a forward over k tokens costs t(k). Each is (tokens of a cycle × cost of a token of the baseline) ÷ cost of the
 * cycle. Throughout, with γ proposals in a row:
 *   A = α^γ, the probability that all are accepted;
 *   E = 1 + α + … + α^(γ−1) = (1 − A)/(1 − α), the tokens they bring: accepted ones, and one recovered after the
 *   first rejection.
 * With t(k) alike for all k these are the formulas of Fu et al. (naive: Theorem 3.1) with c = t_q/t_p.
 */

/** A member that proposes γ tokens in a row, accepted with probability α each. */
export interface Proposing {
  readonly draftLength: number;
  readonly acceptanceRate: number;
  readonly costs: ForwardCosts;
}

/**
 * Two members in turn, q starting. A cycle is one batch of q, with the batch of p behind it if all of q's were
 * accepted (A). Its cost in milliseconds:
 * - q's batch and p's score of it: γ_q·t_q(1) + t_p(γ_q+1) from scratch, one draft less where q's bonus was its first
 *   proposal, which takes a fully accepted cycle before it (A·B);
 * - p's batch, whose first is its bonus, and q's score of it: (γ_p−1)·t_p(1) + t_q(γ_p+1).
 * A score is fed one token more than it judges: its member's own last proposal, or the recovered token.
 */
export function alternateSpeedUp(q: Proposing, p: Proposing): number {
  const acceptedQ = allAccepted(q);
  const acceptedP = allAccepted(p);
  const tokens = tokensOfBatch(q) + acceptedQ * tokensOfBatch(p);
  const scoreOfQ = costAt(p.costs, q.draftLength + 1);
  const fromScratch = q.draftLength * costAt(q.costs, 1) + scoreOfQ;
  const fromBonus = (q.draftLength - 1) * costAt(q.costs, 1) + scoreOfQ;
  const batchOfP = (p.draftLength - 1) * costAt(p.costs, 1) + costAt(q.costs, p.draftLength + 1);
  const cycleMs =
    (1 - acceptedQ * acceptedP) * fromScratch + acceptedQ * batchOfP + acceptedQ * acceptedP * fromBonus;
  return (tokens * (costAt(q.costs, 1) + costAt(p.costs, 1))) / cycleMs;
}

/**
 * Fixed roles, a cycle is a round: γ drafts, then one score by every other member. It is fed γ+1 tokens; after a
 * round that was all accepted only γ, because the scorer holds the row behind the draft already.
 * @param scorers every member but the proposer
 */
export function naiveSpeedUp(proposer: Proposing, scorers: readonly ForwardCosts[]): number {
  const { draftLength, costs } = proposer;
  const accepted = allAccepted(proposer);
  let roundMs = draftLength * costAt(costs, 1);
  let sequentialMs = costAt(costs, 1);
  for (const scorer of scorers) {
    roundMs += (1 - accepted) * costAt(scorer, draftLength + 1) + accepted * costAt(scorer, draftLength);
    sequentialMs += costAt(scorer, 1);
  }
  return (tokensOfBatch(proposer) * sequentialMs) / roundMs;
}

/**
 * A cycle is a round: γ drafts, then a score over γ+1 tokens by every member, the proposer included; a round that was
 * all accepted brings one token more, from r.
 * @param scorers every member but the proposer
 */
export function blackBoxSpeedUp(proposer: Proposing, scorers: readonly ForwardCosts[]): number {
  const { draftLength, costs } = proposer;
  const tokens = tokensOfBatch(proposer) + allAccepted(proposer);
  let roundMs = draftLength * costAt(costs, 1);
  let sequentialMs = 0;
  for (const member of [costs, ...scorers]) {
    roundMs += costAt(member, draftLength + 1);
    sequentialMs += costAt(member, 1);
  }
  return (tokens * sequentialMs) / roundMs;
}

/**
 * One member is drawn for each token, with probability λ. It is fed what was written since it was drawn last: k tokens
 * with probability λ(1−λ)^(k−1). Without catch-up costs this is Σ t_i(1) / Σ λ_i·t_i(1).
 * @param weights [members], >= 0, divided by their sum
 * @param costs [members]
 */
export function mixtureSpeedUp(weights: readonly number[], costs: readonly ForwardCosts[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  let sequentialMs = 0;
  let tokenMs = 0;
  for (const [member, memberCosts] of costs.entries()) {
    const share = weights[member] / sum;
    sequentialMs += costAt(memberCosts, 1);
    if (share > 0) tokenMs += share * meanCatchUpMs(share, memberCosts);
  }
  return sequentialMs / tokenMs;
}

/**
 * E t(k) for k drawn geometrically: t(1) + Σ_k Pr[more than k]·(t(k+1) − t(k)), Pr[more than k] = (1−λ)^k. Beyond the
 * largest measured size the steps are alike, and the rest of the sum is (1−λ)^k/λ of them.
 */
function meanCatchUpMs(share: number, costs: ForwardCosts): number {
  const largest = costs[costs.length - 1].tokens;
  const step = (tokens: number) => costAt(costs, tokens + 1) - costAt(costs, tokens);
  let mean = costAt(costs, 1);
  let moreThan = 1 - share;
  for (let tokens = 1; tokens < largest; tokens++) {
    mean += moreThan * step(tokens);
    moreThan *= 1 - share;
  }
  return mean + (moreThan / share) * step(largest);
}

/**
 * One target and a drafter, over the target alone. A round: γ drafts and a score of γ+1 tokens; all accepted brings
 * one token more, and then the drafter lacks two, its own last proposal and the token of r, which its next draft is
 * fed in one pass. γ = 0 is plain decoding.
 * @param drafter its costs are null where looking up costs nothing (n-gram)
 */
export function speculativeSpeedUp(
  drafter: {
    readonly draftLength: number;
    readonly acceptanceRate: number;
    readonly costs: ForwardCosts | null;
  },
  target: ForwardCosts,
): number {
  const { draftLength, costs } = drafter;
  const accepted = allAccepted(drafter);
  let roundMs = costAt(target, draftLength + 1);
  if (costs && draftLength > 0) {
    const firstMs = (1 - accepted) * costAt(costs, 1) + accepted * costAt(costs, 2);
    roundMs += firstMs + (draftLength - 1) * costAt(costs, 1);
  }
  return ((tokensOfBatch(drafter) + accepted) * costAt(target, 1)) / roundMs;
}

type Batch = Pick<Proposing, 'draftLength' | 'acceptanceRate'>;

const allAccepted = ({ draftLength, acceptanceRate }: Batch): number => acceptanceRate ** draftLength;

/** As a sum, because (1 − α^γ)/(1 − α) has no value at α = 1. */
function tokensOfBatch({ draftLength, acceptanceRate }: Batch): number {
  let tokens = 0;
  let reached = 1;
  for (let proposed = 0; proposed < draftLength; proposed++) {
    tokens += reached;
    reached *= acceptanceRate;
  }
  return tokens;
}
