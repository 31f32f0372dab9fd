import { describe, expect, test } from 'vitest';
import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import type { Forward, Round } from '../round/round.ts';
import { MovingCosts } from './moving-costs.ts';

const atLoad: ForwardCosts = [
  { tokens: 1, ms: 10 },
  { tokens: 2, ms: 12 },
  { tokens: 5, ms: 20 },
];

const noTime = { forward: 0, readback: 0, sample: 0, text: 0 };

function round(
  forwards: readonly (readonly [tokens: number, ms: number])[],
  more: { kind?: Forward['kind']; estimated?: boolean; other?: Partial<Round['msByPhase']> } = {},
): Round {
  const { kind = 'score', estimated = false, other } = more;
  return {
    forwards: forwards.map(([tokens, ms]) => ({ member: 0, kind, tokens, ms, estimated, startMs: 0 })),
    msByPhase: { ...noTime, ...other },
  } as unknown as Round;
}

function costsAfter(rounds: readonly Round[]): (tokens: number) => number {
  const costs = new MovingCosts([atLoad]);
  for (const each of rounds) costs.observe(each);
  return (tokens) => costAt(costs.costs[0], tokens);
}

const times = (count: number, each: Round): Round[] => Array.from({ length: count }, () => each);

test('without forwards they are as at load', () => {
  expect(new MovingCosts([atLoad]).costs).toEqual([atLoad]);
});

test('a longer text slows all widths down, those that are not used too', () => {
  const t = costsAfter(times(20, round([[5, 40]])));
  expect([1, 2, 5].map(t)).toEqual([20, 24, 40].map((ms) => expect.closeTo(ms, 6)));
});

test('a width that costs more than at load is told from a slow machine once others are used', () => {
  const t = costsAfter([...times(20, round([[5, 60]])), ...times(20, round([[1, 10]]))]);
  expect(t(1)).toBeCloseTo(10, 0);
  expect(t(5)).toBeGreaterThan(40);
});

test('what was learnt of a width keeps up with the machine', () => {
  // Passes over five tokens cost 1.5 times what they did at load; then the machine gets half as fast.
  const mixed = times(
    20,
    round([
      [1, 10],
      [5, 30],
    ]),
  );
  const t = costsAfter([...mixed, ...times(30, round([[1, 20]]))]);
  expect(t(5)).toBeGreaterThan(50);
  expect(t(5)).toBeLessThan(62);
});

test('a hiccup changes nothing', () => {
  const steady = times(10, round([[1, 10]]));
  const t = costsAfter([...steady, round([[1, 900]]), ...steady]);
  expect(t(1)).toBeCloseTo(10, 6);
});

test('prefills and a clock that reads 0 tell nothing', () => {
  const t = costsAfter([
    ...times(9, round([[300, 5000]], { kind: 'prefill' })),
    ...times(9, round([[1, 0]])),
  ]);
  expect(t(1)).toBe(10);
});

test('drawing, judging and text are counted with the rows they come with', () => {
  const other = { sample: 3, text: 1, readback: 2 };
  const t = costsAfter(times(9, round([[2, 12]], { other })));
  expect([1, 2, 5].map(t)).toEqual([13, 18, 35].map((ms) => expect.closeTo(ms, 6)));
});

describe('where forwards are worked off together, the times of rounds tell', () => {
  const together = (forwards: readonly (readonly [number, number])[]) => round(forwards, { estimated: true });

  test('that the machine is slower', () => {
    // Apportioned by the costs at load: 100 ms for what took 32 then.
    const t = costsAfter(
      times(
        20,
        together([
          [1, 31.25],
          [2, 37.5],
          [1, 31.25],
        ]),
      ),
    );
    expect([1, 2, 5].map(t)).toEqual([31.25, 37.5, 62.5].map((ms) => expect.closeTo(ms, 6)));
  });

  test('which width it is that costs more', () => {
    const t = costsAfter([
      ...times(20, together([[5, 60]])),
      ...times(
        20,
        together([
          [1, 10],
          [1, 10],
        ]),
      ),
    ]);
    expect(t(1)).toBeCloseTo(10, 0);
    expect(t(5)).toBeGreaterThan(40);
  });

  test('what a round will cost, whichever of its forwards is the dear one', () => {
    const costs = new MovingCosts([atLoad, [{ tokens: 1, ms: 1 }]]);
    const [alone, drafted] = [together([[1, 10]]), together([[5, 36]])];
    // Four forwards of the second member take 4 ms each, four times what they took at load.
    const drafts = Array.from({ length: 4 }, () => ({
      ...drafted.forwards[0]!,
      member: 1,
      tokens: 1,
      ms: 0,
    }));
    for (let turn = 0; turn < 20; turn++) {
      costs.observe(alone);
      costs.observe({ ...drafted, forwards: [...drafts, ...drafted.forwards] });
    }
    const [first, second] = costs.costs;
    expect(costAt(first!, 1)).toBeCloseTo(10, 0);
    expect(costAt(first!, 5) + 4 * costAt(second!, 1)).toBeGreaterThan(32);
    expect(costAt(first!, 5) + 4 * costAt(second!, 1)).toBeLessThan(40);
  });
});

test('where forwards are worked off later, waiting for them is not counted twice', () => {
  const t = costsAfter(times(9, round([[2, 12]], { estimated: true, other: { sample: 2, readback: 12 } })));
  expect(t(2)).toBeCloseTo(14, 6);
});
