import type { Proposer } from '../../round/proposer.ts';
import type { Steps } from '../schedules/schedule.ts';

/**
 * Proposes tokens. It answers with a count, never with ids: on the device nobody on the host knows them yet.
 */
export interface Drafter {
  /** Whom the proposals name. */
  readonly proposer: Proposer;
  /**
   * Appends up to `limit` proposals to pending.
   * @returns how many were appended, 0 .. limit
   */
  draft(limit: number): Steps<number>;
}
