import { costAt, type ForwardCosts } from '../models/forward-costs.ts';

/** Costs this close count as alike. */
const alike = 1.25;
/** Files this close hold weights of one size: exports of one architecture differ by names and a few shapes. */
const sameSize = 1.02;

/** What the choice looks at in one member. */
export interface ProposerCandidate {
  /** Its weight in the combination. */
  readonly weight: number;
  readonly costs: ForwardCosts;
  /** Size of its ONNX file. */
  readonly weightBytes: number;
}

/**
 * The member that proposes when nothing is pending: the heaviest one where the members cost alike, because under a
 * weighted ensemble α >= λ of the proposer (Fu et al., Corollary 3.3); else the cheapest. Lowest number on ties.
 *
 * Models of one size cost alike, whatever a busy machine measured: otherwise the choice, and with it the text of a
 * seed, would follow the clock.
 */
export function chooseDefaultProposer(members: readonly ProposerCandidate[]): number {
  const forwardMs = members.map((member) => {
    const alikes = members.filter((other) => areOfOneSize(member, other));
    return Math.min(...alikes.map(({ costs }) => costAt(costs, 1)));
  });
  const cheapest = Math.min(...forwardMs);
  if (Math.max(...forwardMs) > alike * cheapest) return forwardMs.indexOf(cheapest);
  const weights = members.map(({ weight }) => weight);
  return weights.indexOf(Math.max(...weights));
}

function areOfOneSize({ weightBytes: a }: ProposerCandidate, { weightBytes: b }: ProposerCandidate): boolean {
  return Math.max(a, b) <= sameSize * Math.min(a, b);
}
