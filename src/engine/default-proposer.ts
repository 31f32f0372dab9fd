/** Milliseconds of a member's forward over one token; null where it was not measured. */
export interface MemberCost {
  readonly forwardMs: number | null;
}

/** Costs this close count as alike. */
const alike = 1.25;

/**
 * The member that proposes when nothing is pending: the heaviest one where the members cost alike, because under a
 * weighted ensemble α >= λ of the proposer (Fu et al., Corollary 3.3); else the cheapest. Lowest number on ties.
 * @param weights [members]
 */
export function chooseDefaultProposer(weights: readonly number[], costs: readonly MemberCost[]): number {
  const known = costs.map(({ forwardMs }) => forwardMs).filter((ms) => ms !== null);
  const comparable = known.length === costs.length;
  if (comparable && Math.max(...known) > alike * Math.min(...known)) return known.indexOf(Math.min(...known));
  return weights.indexOf(Math.max(...weights));
}
