import type { Forward, Round } from '../round.ts';

/** What a fake decode has none of. */
export interface Timing {
  readonly forwardMs: (forward: Forward) => number;
  /** From the end of a round's last forward to its verdict. */
  readonly verdictMs: number;
  /** Text of a proposal, by its number in the decode; default: as it is. */
  readonly textOf?: (proposal: number) => string;
}

/** The same rounds, forward behind forward on a clock of their own. */
export function timedRounds(rounds: readonly Round[], { forwardMs, verdictMs, textOf }: Timing): Round[] {
  let clockMs = 0;
  let proposalNumber = 0;
  return rounds.map((round) => {
    const forwards = round.forwards.map((forward) => {
      const ms = forwardMs(forward);
      const startMs = clockMs;
      clockMs += ms;
      return { ...forward, startMs, ms };
    });
    clockMs += verdictMs;
    const proposals = textOf
      ? round.proposals.map((proposal) => ({ ...proposal, text: textOf(proposalNumber++) }))
      : round.proposals;
    return { ...round, forwards, proposals, atMs: clockMs };
  });
}
