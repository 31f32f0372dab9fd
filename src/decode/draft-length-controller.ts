import type { Round } from '../round/round.ts';

/** Decides how many tokens a member proposes in a row (γ). */
export interface DraftLengthController {
  /** γ of `member` for the round about to start. */
  draftLength(member: number): number;
  /** Told of every finished round. */
  observe(round: Round): void;
}

/** The same γ throughout, one entry a member. */
export function fixedDraftLengths(lengths: readonly number[]): DraftLengthController {
  return { draftLength: (member) => lengths[member] ?? 0, observe: () => {} };
}
