import { expect, test } from 'vitest';
import { recordedRun } from '../trace/testing/recorded-run.ts';
import { finishedRun } from './finished-run.ts';
import { readRuns } from './run-schema.ts';

const parts = { session: '2026-01-01T00:00:00.000Z', elapsedMs: 500 };

test.each(['collaborative', 'ngram', 'plain'] as const)(
  'a result of %s is kept with what the report needs, behind its first token',
  async (kind) => {
    const { result } = await recordedRun(kind);
    if (!result) throw new Error('the recording has no result');
    const run = finishedRun({ number: 3 }, result, parts);
    const { stats, rounds } = result;
    const prefills = rounds[0].forwards.length;
    expect(run).toMatchObject({
      case: 3,
      failure: null,
      text: result.text,
      tokenIds: result.tokenIds,
      ...parts,
    });
    expect(run.targetForwards).toBe(stats.forwards.reduce((sum, { count }) => sum + count, 0) - prefills);
    expect(run.draftForwards).toBe(0);
    const later = rounds.slice(1).flatMap(({ forwards }) => forwards);
    expect(run.forwardsByModel?.reduce((sum, { count }) => sum + count, 0)).toBe(run.targetForwards);
    expect(run.forwardsByModel?.[0].ms).toBeCloseTo(
      later.filter(({ member }) => member === 0).reduce((sum, { ms }) => sum + ms, 0),
    );
    expect((1000 * run.tokensAfterFirst) / run.msAfterFirst).toBeCloseTo(stats.tokensPerSecond ?? Number.NaN);
    const judged = run.accepted + run.rejected;
    expect(judged > 0 ? run.accepted / judged : null).toBe(stats.acceptanceRate);
    // What is kept is what is read again.
    expect(readRuns([JSON.parse(JSON.stringify(run))], 4)).toEqual([run]);
  },
);

test('a result that was aborted is none', async () => {
  const { result } = await recordedRun();
  if (!result) throw new Error('the recording has no result');
  expect(() => finishedRun({ number: 0 }, { ...result, finishReason: 'abort' }, parts)).toThrow(RangeError);
});
