import type { Member } from '../../round/member.ts';
import type { RoundSampler, Verdict } from '../../round/round-sampler.ts';
import type { DraftLengthController } from '../draft-length-controller.ts';

/** Who drafts, who scores and when a verdict is due: the order of one method, and nothing else. */
export interface Schedule {
  /**
   * Runs forwards up to and including the next verdict.
   * @param room tokens that may still be committed, at least 1. No more proposals are made than can be committed, so
   *   no pass exceeds a context.
   */
  nextVerdict(room: number): Promise<Verdict>;
}

/** What the schedules of several members work with. */
export interface Ensemble {
  /** Every member takes part in r. */
  readonly members: readonly Member[];
  readonly sampler: RoundSampler;
  readonly controller: DraftLengthController;
  /** Number of the member that starts when nothing is pending. */
  readonly defaultProposer: number;
}
