import * as v from 'valibot';
import type { PilotRun } from './pilot.ts';

const finite = v.pipe(v.number(), v.finite());
const ms = v.pipe(finite, v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const base = { case: count, session: v.pipe(v.string(), v.isoTimestamp()) };

const runSchema = v.union([
  v.object({ ...base, failure: v.object({ code: v.string(), message: v.string() }) }),
  v.object({
    ...base,
    failure: v.null(),
    elapsedMs: ms,
    text: v.string(),
    tokenIds: v.array(count),
    finishReason: v.picklist(['stop', 'end', 'length', 'context']),
    timeToFirstTokenMs: v.nullable(ms),
    tokensAfterFirst: count,
    msAfterFirst: ms,
    targetForwards: count,
    draftForwards: count,
    forwardsByModel: v.exactOptional(v.array(v.object({ count, ms }))),
    accepted: count,
    rejected: count,
    deviation: v.nullable(v.object({ mean: finite, max: finite, positions: count })),
    predictedSpeedUp: v.nullable(finite),
  }),
]);

/**
 * The kept runs that are whole, one a case: a write that was cut off, or another version's, is as if it had not run.
 * @param cases how many the plan has
 */
export function readRuns(kept: readonly unknown[], cases: number): readonly PilotRun[] {
  const runs = new Map<number, PilotRun>();
  for (const value of kept) {
    const parsed = v.safeParse(runSchema, value);
    if (parsed.success && parsed.output.case < cases) runs.set(parsed.output.case, parsed.output);
  }
  return [...runs.values()];
}
