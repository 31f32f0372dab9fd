import type { Verdict } from '../round/round-sampler.ts';

/** Who drafts, who scores and when a verdict is due: the order of one method, and nothing else. */
export interface Schedule {
  /**
   * Runs forwards up to and including the next verdict.
   * @param room tokens that may still be committed, at least 1; a schedule proposes at most room - 1 tokens
   *   before a drawn one, so that no pass exceeds a context
   */
  nextVerdict(room: number): Promise<Verdict>;
}
