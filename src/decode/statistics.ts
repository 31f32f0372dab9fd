import type { Phase, Round } from '../round/round.ts';

/** Numbers of a whole decode; each is defined beside its formula in `summarize`. */
export interface DecodeStatistics {
  readonly tokens: number;
  /** Tokens after the first ÷ time after the first; null with fewer than two. */
  readonly tokensPerSecond: number | null;
  /** From the start of the request's turn to the first verdict; null without one. */
  readonly timeToFirstTokenMs: number | null;
  /** accepted ÷ (accepted + rejected); discarded proposals do not count. Null without verdicts. */
  readonly acceptanceRate: number | null;
  /** Committed tokens ÷ rounds, the prefill round left out; null without such rounds. */
  readonly tokensPerRound: number | null;
  readonly forwards: readonly { readonly member: number; readonly modelId: string; readonly count: number }[];
  /** mapAsync calls of the request, ORT's own included, loading excluded. */
  readonly readbacks: number;
  readonly msByPhase: Readonly<Record<Phase, number>>;
  /** GPU buffers alive when the request ended. */
  readonly liveGpuBuffers: number;
}

/** @param modelIds model of each member */
export function summarize(
  rounds: readonly Round[],
  modelIds: readonly string[],
  liveGpuBuffers: number,
): DecodeStatistics {
  const msByPhase: Record<Phase, number> = { forward: 0, readback: 0, sample: 0, text: 0 };
  const forwardCounts = modelIds.map(() => 0);
  let accepted = 0;
  let rejected = 0;
  let tokens = 0;
  let readbacks = 0;
  for (const round of rounds) {
    for (const phase of Object.keys(msByPhase) as Phase[]) msByPhase[phase] += round.msByPhase[phase];
    for (const forward of round.forwards) forwardCounts[forward.member]++;
    for (const proposal of round.proposals) {
      if (proposal.fate === 'accepted') accepted++;
      if (proposal.fate === 'rejected') rejected++;
    }
    tokens += round.committed.length;
    readbacks += round.readbacks;
  }
  const first = rounds[0];
  const last = rounds[rounds.length - 1];
  const tokensAfterFirst = first ? tokens - first.committed.length : 0;
  const msAfterFirst = first && last ? last.atMs - first.atMs : 0;
  const verdicts = accepted + rejected;
  return {
    tokens,
    tokensPerSecond:
      tokensAfterFirst > 0 && msAfterFirst > 0 ? (1000 * tokensAfterFirst) / msAfterFirst : null,
    timeToFirstTokenMs: first?.atMs ?? null,
    acceptanceRate: verdicts > 0 ? accepted / verdicts : null,
    tokensPerRound: rounds.length > 1 ? tokensAfterFirst / (rounds.length - 1) : null,
    forwards: modelIds.map((modelId, member) => ({ member, modelId, count: forwardCounts[member] })),
    readbacks,
    msByPhase,
    liveGpuBuffers,
  };
}
