import type { DecodeResult } from '../engine/engine-api.ts';
import type { FinishedRun, PilotCase } from './pilot.ts';
import { modelsOfMethod } from './plan.ts';

/**
 * What is kept of a result: all that the report needs, and none of its rounds.
 * @throws RangeError for a result that was aborted: it says nothing of its method
 */
export function finishedRun(
  { number }: Pick<PilotCase, 'number'>,
  result: DecodeResult,
  { session, elapsedMs }: Pick<FinishedRun, 'session' | 'elapsedMs'>,
): FinishedRun {
  const { rounds, stats, tokenIds, text, finishReason, request } = result;
  if (finishReason === 'abort') throw new RangeError('finishedRun: the run was aborted');
  const [first, ...later] = rounds;
  const forwards = later.flatMap((round) => round.forwards);
  const isDraft = (member: number): boolean => request.method.kind === 'speculative' && member > 0;
  const deviations = rounds.flatMap(({ proposals }) => proposals.map(({ deviation }) => deviation));
  return {
    case: number,
    session,
    failure: null,
    elapsedMs,
    text,
    tokenIds,
    finishReason,
    timeToFirstTokenMs: stats.timeToFirstTokenMs,
    tokensAfterFirst: later.reduce((sum, { committed }) => sum + committed.length, 0),
    msAfterFirst: first ? (rounds.at(-1) ?? first).atMs - first.atMs : 0,
    targetForwards: forwards.filter(({ member }) => !isDraft(member)).length,
    draftForwards: forwards.filter(({ member }) => isDraft(member)).length,
    forwardsByModel: modelsOfMethod(request.method).map((_, index) => {
      const own = forwards.filter(({ member }) => member === index);
      return { count: own.length, ms: own.reduce((sum, { ms }) => sum + ms, 0) };
    }),
    accepted: stats.members.reduce((sum, { accepted }) => sum + accepted, 0),
    rejected: stats.members.reduce((sum, { rejected }) => sum + rejected, 0),
    deviation: stats.deviation && {
      ...stats.deviation,
      positions: deviations.filter((deviation) => deviation !== null).length,
    },
    predictedSpeedUp: stats.speedUp?.predicted ?? null,
  };
}
