import type { Candidates } from '../../decode/candidates.ts';
import type { ProposalPlace } from '../../engine/candidates-query.ts';

/** Where a token's card gets its candidates from. */
export interface CandidateSource {
  /** Why they cannot be asked for now, told to the reader; null where they can. */
  readonly whyNot: string | null;
  /** Rejects with the reason of the signal when that is aborted. */
  ask(place: ProposalPlace, signal: AbortSignal): Promise<Candidates>;
}
