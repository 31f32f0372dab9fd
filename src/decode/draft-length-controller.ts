import type { Round } from '../round/round.ts';

/** Decides how many tokens each proposer proposes in a row (γ). */
export interface DraftLengthController {
  /** γ for the round about to start: of each member, then of a look-up; 0 for members that do not draft. */
  readonly draftLengths: readonly number[];
  /** Told of every finished round. */
  observe(round: Round): void;
}

/** The same γ throughout. */
export function fixedDraftLengths(draftLengths: readonly number[]): DraftLengthController {
  return { draftLengths, observe: () => {} };
}
