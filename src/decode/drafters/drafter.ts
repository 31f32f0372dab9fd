import type { Steps } from '../schedules/schedule.ts';

/**
 * Proposes tokens. It answers with a count, never with ids: on the device nobody on the host knows them yet.
 */
export interface Drafter {
  /** Member number that the proposals carry. */
  readonly proposer: number;
  /**
   * Appends up to `limit` proposals to pending.
   * @returns how many were appended, 0 .. limit
   */
  draft(limit: number): Steps<number>;
}
