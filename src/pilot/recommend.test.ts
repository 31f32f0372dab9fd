import { describe, expect, test } from 'vitest';
import { measuredSpeedUp } from '../speed/speed-up.ts';
import { noCriteria } from './criteria.ts';
import { recommend, verdictOn } from './recommend.ts';
import { type MethodSummary, summarisePilot } from './summarise.ts';
import { fakePlan } from './testing/fake-pilot.ts';

const acceptances = [{ kind: 'exact' }, { kind: 'lenient', leniency: 2 }] as const;
/** plain; γ = 2, γ = 2 lenient, γ = 4, γ = 4 lenient. */
const plan = fakePlan({ acceptances });
const blank = summarisePilot(plan, []);
const criteria = { ...noCriteria, minSpeedUp: 1.2, maxDeviation: 0.01 };

const measured = (...ratios: readonly number[]) =>
  measuredSpeedUp(ratios.map((ratio) => ({ methodMs: 1, referenceMs: ratio })));

/** Twenty pairs that say the same. */
const steady = (median: number | null) =>
  median === null ? null : measured(...Array.from({ length: 20 }, () => median));

/** Summaries with these medians and deviations, the reference's left out. */
function summaries(
  ...ofMethods: (readonly [median: number | null, deviation?: number])[]
): readonly MethodSummary[] {
  return blank.map((summary, index) => {
    const [median, deviation = 0] = ofMethods[index - 1] ?? [null];
    return { ...summary, speedUp: steady(median), deviation };
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
    const [recommendation] = recommend(plan, summaries(...measured), criteria);
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
    expect(recommend(plan, summaries(...measured), criteria)[0]).toMatchObject({
      kind: 'none-meets',
      method,
      meeting: 0,
    });
  });

  test('nothing where nothing was compared', () => {
    expect(recommend(plan, summaries(), criteria)[0].kind).toBe('nothing-measured');
  });
});

describe('with too few pairs', () => {
  const two = { speedUp: measured(2, 2) };
  const [, first, second, third] = blank;

  test.each([
    { name: 'it is not decided who is fast enough', methods: [two, { speedUp: measured(3) }], method: 2 },
    {
      name: 'whatever else is missed is missed',
      methods: [
        { ...two, deviation: 0.1 },
        { ...two, deviation: 0.2 },
      ],
      kind: 'none-meets',
    },
    {
      name: 'who may still meet the criteria goes first',
      methods: [{ speedUp: steady(1.19) }, two],
      method: 2,
    },
    { name: 'another is measured', methods: [two, { speedUp: steady(1.3) }], kind: 'meets', method: 2 },
    { name: 'all is well where no speed is asked for', methods: [two], kind: 'meets', minSpeedUp: 0 },
    { name: 'it is not decided who is slow', methods: [{ speedUp: measured(0.5, 0.5) }], minSpeedUp: 0.9 },
  ])('$name', ({ methods, kind = 'undecided', method = 1, minSpeedUp = 1.2 }) => {
    const compared = [first, second, third].map((summary, index) => ({ ...summary, ...methods[index] }));
    const [recommendation] = recommend(plan, [blank[0], ...compared], { ...criteria, minSpeedUp });
    expect(recommendation).toMatchObject({ kind, method });
  });
});

test('each group has a recommendation of its own: its methods have one reference', () => {
  const combines = [0.3, 0.5].map((share) => ({ kind: 'weighted' as const, weights: [share, 1 - share] }));
  const team = {
    ...{ members: [{ model: 'a' }, { model: 'b' }], combines, draftLengths: [1] },
    schedules: ['alternate', 'naive'] as const,
  };
  const grouped = fakePlan({ team });
  const medians = [
    [null, 1.3, 1.1],
    [null, 3, 1.4],
    [null, 0.9, 1],
  ];
  const grouping = summarisePilot(grouped, []).map((summary) => {
    const median = medians[summary.group][summary.method];
    return { ...summary, speedUp: steady(median) };
  }) as readonly MethodSummary[];
  expect(
    recommend(grouped, grouping, criteria).map(({ kind, group, method }) => [kind, group, method]),
  ).toEqual([
    ['meets', 0, 1],
    ['meets', 1, 1],
    ['none-meets', 2, 2],
  ]);
});

describe('a verdict', () => {
  const [summary] = summaries([2]).slice(1);
  const texts = (identical: number) => ({ compared: 20, identical, positions: 20, differences: [] });

  test.each([
    [{ minSameTexts: 0.95 }, { texts: texts(19) }, { isSameEnough: true }],
    [{ minSameTexts: 0.95 }, { texts: texts(18) }, { isSameEnough: false }],
    [{ minSameTexts: 1 }, { texts: null }, { isSameEnough: true }],
    [{ maxPassRateLoss: 0.05 }, { passRateLoss: 1 - 19 / 20 }, { isGoodEnough: true }],
    [{ maxPassRateLoss: 0.05 }, { passRateLoss: 0.1 }, { isGoodEnough: false }],
    [{ maxPassRateLoss: 0 }, { passRateLoss: -0.1 }, { isGoodEnough: true }],
    [{ maxPassRateLoss: 0 }, { passRateLoss: null }, { isGoodEnough: true }],
    [{}, { speedUp: null }, { isFastEnough: false, isSameEnough: false, isGoodEnough: false }],
    [{ minSpeedUp: 0 }, {}, { isFastEnough: true }],
    [{}, { speedUp: measured(2, 2, 2, 2) }, { isFastEnough: false, isCloseEnough: true }],
    [{}, { speedUp: measured(0.8, 0.9, 1.3, 1.3, 1.3) }, { isFastEnough: false }],
    [{ minSpeedUp: 1 }, { speedUp: measured(0.8, 0.9, 1.3, 1.3, 1.3) }, { isFastEnough: true }],
    [{ minSpeedUp: 0.9 }, { speedUp: steady(0.95) }, { isFastEnough: true }],
  ])('by %j of %j is %j', (wanted, change, verdict) => {
    expect(verdictOn({ ...summary, ...change }, { ...criteria, ...wanted })).toMatchObject(verdict);
  });
});
