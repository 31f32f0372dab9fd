import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { memberProposer } from '../round/proposer.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import { costsInRun, sequentialShares, speedUpOf } from './speed-up.ts';
import type { DecodeStatistics, ProposerStatistics } from './statistics.ts';

const member = (acceptanceRate: number | null): ProposerStatistics => ({
  proposer: memberProposer(0),
  modelId: 'm',
  meanDraftLength: 1,
  proposals: 10,
  accepted: 1,
  rejected: 1,
  acceptanceRate,
  forwards: 10,
  forwardsByWidth: [],
});

const statistics = (tokensPerSecond: number | null, rates: readonly (number | null)[]): DecodeStatistics => ({
  tokens: 10,
  tokensPerSecond,
  timeToFirstTokenMs: 1,
  acceptanceRate: rates[0],
  tokensPerRound: 1,
  forwards: [],
  members: rates.map(member),
  pairs: [],
  deviation: null,
  readbacks: 0,
  msByPhase: { forward: 0, readback: 0, sample: 0, text: 0 },
  liveGpuBuffers: 0,
});

const together = (schedule: ScheduleKind): MethodPlan => ({
  kind: 'collaborative',
  acceptance: { kind: 'exact' },
  combine: weightedCombine([1, 1]),
  schedule,
  defaultProposer: 0,
  draftLengths: [1, 1],
});

const flat = [
  { tokens: 1, ms: 10 },
  { tokens: 17, ms: 10 },
];

describe('speedUpOf', () => {
  test('two equal members at γ = (1,1): predicted 2 / (2 − α)', () => {
    const speedUp = speedUpOf(statistics(80, [0.9, 0.9]), together('alternate'), [flat, flat]);
    expect(speedUp?.predicted).toBeCloseTo(2 / 1.1, 9);
  });

  test('what sequential gains by feeding both in one pass is taken off', () => {
    const speedUp = speedUpOf(statistics(80, [0.9, 0.9]), together('alternate'), [flat, flat], [0.6, 0.6]);
    expect(speedUp?.predicted).toBeCloseTo((0.6 * 2) / 1.1, 9);
  });

  test('a member that proposed nothing is taken for average', () => {
    const speedUp = speedUpOf(statistics(80, [0.9, null]), together('alternate'), [flat, flat]);
    expect(speedUp?.predicted).toBeCloseTo(2 / 1.1, 9);
  });

  test.each([
    { name: 'plain', method: { kind: 'plain' } as const, rates: [null], tokensPerSecond: 80 },
    { name: 'sequential', method: together('sequential'), rates: [null, null], tokensPerSecond: 80 },
    {
      name: 'a decode without verdicts',
      method: together('alternate'),
      rates: [null, null],
      tokensPerSecond: 80,
    },
    {
      name: 'a decode of one token',
      method: together('alternate'),
      rates: [0.9, 0.9],
      tokensPerSecond: null,
    },
  ])('$name has none', ({ method, rates, tokensPerSecond }) => {
    expect(speedUpOf(statistics(tokensPerSecond, rates), method, [flat, flat])).toBeNull();
  });
});

test('costs in a run are those timed in it; others are those at load, scaled by what the run shows', () => {
  const atLoad = [
    { tokens: 1, ms: 10 },
    { tokens: 2, ms: 12 },
    { tokens: 8, ms: 20 },
  ];
  const forwards = [
    { tokens: 1, count: 1, medianMs: 99 },
    { tokens: 2, count: 30, medianMs: 24 },
  ];
  expect(costsInRun(atLoad, forwards)).toEqual([
    { tokens: 1, ms: 20 },
    { tokens: 2, ms: 24 },
    { tokens: 8, ms: 40 },
  ]);
});

test('members on one model pair off in their order; one that is left over pays for a pass of its own', () => {
  const [a, b, c] = [{ id: 'a', batchShare: 0.6 }, { id: 'b', batchShare: 0.7 }, { id: 'c' }];
  expect(sequentialShares([a, a])).toEqual([0.6, 0.6]);
  expect(sequentialShares([a, b, a, c, a, c])).toEqual([0.6, 1, 0.6, 1, 1, 1]);
});
