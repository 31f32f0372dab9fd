import { describe, expect, test } from 'vitest';
import { recommend } from './recommend.ts';
import { type MethodSummary, summarisePilot } from './summarise.ts';
import { fakePlan } from './testing/fake-pilot.ts';

const acceptances = [{ kind: 'exact' }, { kind: 'lenient', leniency: 2 }] as const;
/** plain; γ = 2, γ = 2 lenient, γ = 4, γ = 4 lenient. */
const plan = fakePlan({ acceptances });
const blank = summarisePilot(plan, []);
const criteria = { minSpeedUp: 1.2, maxDeviation: 0.01 };

/** Summaries with these medians and deviations, the reference's left out. */
function summaries(
  ...measured: (readonly [median: number | null, deviation?: number])[]
): readonly MethodSummary[] {
  return blank.map((summary, index) => {
    const [median, deviation = 0] = measured[index - 1] ?? [null];
    const speedUp = median === null ? null : { lower: median, median, upper: median, count: 20 };
    return { ...summary, speedUp, deviation };
  });
}

describe('recommended is', () => {
  test.each([
    {
      name: 'the fastest that meets both',
      measured: [[1.5], [3, 0.02], [1.8], [2.5, 0.1]],
      method: 3,
      over: [],
    },
    {
      name: 'a lossy one where it is allowed and faster',
      measured: [[1.5], [1.6, 0.01], [1.4]],
      method: 2,
      over: [],
    },
    { name: 'the lossless one of two as fast', measured: [[1.5], [1.51, 0.001]], method: 1, over: [2] },
    { name: 'the shorter draft of two as fast', measured: [[1.99], [1.1], [2]], method: 1, over: [3] },
    {
      name: 'not the shorter draft where the longer one is faster',
      measured: [[1.9], [1.1], [2]],
      method: 3,
      over: [],
    },
    { name: 'at the limit still one that meets it', measured: [[1.2], [1.1]], method: 1, over: [] },
  ] as const)('$name', ({ measured, method, over }) => {
    const recommendation = recommend(plan, summaries(...measured), criteria);
    expect(recommendation).toMatchObject({ kind: 'meets', group: 0, method });
    expect(recommendation.passedOver.map((each) => each.method)).toEqual(over);
  });

  test.each([
    { name: 'that misses one criterion of two', measured: [[1.1, 0.02], [1.19]], method: 2 },
    { name: 'that misses it by least', measured: [[1.05], [0.9], [1.1], [0.7]], method: 3 },
    {
      name: 'by deviation where all are fast',
      measured: [
        [1.5, 0.03],
        [2, 0.02],
      ],
      method: 2,
    },
  ] as const)('none, and the nearest is the one $name', ({ measured, method }) => {
    expect(recommend(plan, summaries(...measured), criteria)).toMatchObject({
      kind: 'none-meets',
      method,
      meeting: 0,
    });
  });

  test('nothing where nothing was compared', () => {
    expect(recommend(plan, summaries(), criteria).kind).toBe('nothing-measured');
  });
});
