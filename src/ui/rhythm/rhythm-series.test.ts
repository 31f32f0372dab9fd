import { describe, expect, test } from 'vitest';
import { scriptedRounds } from '../../decode/testing/scripted-decode.ts';
import { timedRounds } from '../../round/testing/timed-rounds.ts';
import { RhythmSeries, roundsInView, verdictsInView } from './rhythm-series.ts';

async function seriesOf(rejected: readonly number[], rounds: number, before = 0): Promise<RhythmSeries> {
  const script = { schedule: 'alternate', draftLengths: [2, 1], rejected, rounds } as const;
  const series = new RhythmSeries();
  const timed = timedRounds(await scriptedRounds(script), { forwardMs: () => 10, verdictMs: 0 });
  for (const round of timed) series.append({ ...round, index: before + round.index });
  return series;
}

describe('the series of a decode', () => {
  test('have a row for every round behind the prefill', async () => {
    const { seconds, acceptanceRate, tokensPerSecond, draftLengths } = await seriesOf([], 5);
    // Prefill of two members takes 20 ms; then two drafts and a scoring forward.
    expect(seconds.slice(0, 2)).toEqual([0.05, 0.06]);
    for (const column of [seconds, acceptanceRate, tokensPerSecond, ...draftLengths]) {
      expect(column).toHaveLength(5);
    }
    expect(draftLengths).toEqual([
      [2, 2, 2, 2, 2],
      [1, 1, 1, 1, 1],
    ]);
  });

  test('are the same of rounds that go on with an earlier text', async () => {
    expect({ ...(await seriesOf([3], 5, 40)) }).toEqual({ ...(await seriesOf([3], 5)) });
  });

  test('count accepted proposals among those judged, discarded ones left out', async () => {
    // Both of the first round are accepted, the third proposal is rejected, the next two are accepted again.
    const { acceptanceRate } = await seriesOf([3], 3);
    expect(acceptanceRate).toEqual([1, 2 / 3, 4 / 5]);
  });

  test('have no acceptance rate without verdicts', async () => {
    const series = new RhythmSeries();
    const rounds = await scriptedRounds({ schedule: 'sequential', draftLengths: [1, 1], rounds: 2 });
    for (const round of timedRounds(rounds, { forwardMs: () => 10, verdictMs: 0 })) series.append(round);
    expect(series.acceptanceRate).toEqual([null, null]);
    // One token in 20 ms.
    expect(series.tokensPerSecond).toEqual([50, 50]);
  });

  test('look back on the last rounds and verdicts alone', async () => {
    const early = await seriesOf([1, 2, 3], 50);
    const never = await seriesOf([], 50);
    expect(early.acceptanceRate[5]).toBeLessThan(1);
    expect(early.acceptanceRate.slice(3 + verdictsInView)).toEqual(
      never.acceptanceRate.slice(3 + verdictsInView),
    );
    // The same two rounds come again and again: two tokens in 20 ms, one in 10.
    const settled = never.tokensPerSecond.slice(roundsInView);
    for (const speed of settled) expect(speed).toBeCloseTo(100, 9);
  });
});
