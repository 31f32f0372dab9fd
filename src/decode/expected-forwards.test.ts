import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { proposerIndex } from '../round/proposer.ts';
import type { Round } from '../round/round.ts';
import { expectedForwards, type ForwardsPlan, type ForwardTally } from './expected-forwards.ts';
import type { MethodPlan } from './method-plan.ts';
import { coinRounds, tallyOf } from './testing/coin-verdicts.ts';

const plan = (
  schedule: ForwardsPlan['schedule'],
  draftLengths: readonly number[],
  acceptanceRates: readonly number[],
  defaultProposer = 0,
): ForwardsPlan => ({ schedule, draftLengths, acceptanceRates, defaultProposer });

const cases: readonly ForwardsPlan[] = [
  plan('alternate', [1, 1], [0.7, 0.4]),
  plan('alternate', [3, 1], [0.8, 0.5]),
  plan('alternate', [2, 4], [0.9, 0.6], 1),
  plan('alternate', [1, 1, 1], [0.8, 0.6, 0.3]),
  plan('alternate', [3, 2, 1], [0.9, 0.7, 0.8]),
  plan('alternate', [1, 3, 2], [0.6, 0.9, 0.9], 2),
  plan('alternate', [2, 1, 1, 3], [0.9, 0.8, 0.9, 0.7], 1),
  plan('naive', [1, 1], [0.7, 0.4]),
  plan('naive', [4, 1, 1], [0.8, 0.5, 0.5]),
  plan('naive', [1, 1, 3], [0.8, 0.5, 0.9], 2),
  plan('black-box', [1, 1], [0.7, 0.4]),
  plan('black-box', [4, 1, 1], [0.8, 0.5, 0.5]),
  plan('black-box', [1, 2, 1], [0.8, 0.9, 0.5], 1),
];

const titled = cases.map((each): [string, ForwardsPlan] => [
  `${each.schedule}, γ = (${each.draftLengths}), α = (${each.acceptanceRates}), member ${each.defaultProposer + 1} starts`,
  each,
]);

const methodOf = ({ schedule, draftLengths, defaultProposer }: ForwardsPlan): MethodPlan => {
  const weights = draftLengths.map(() => 1);
  const combine = weightedCombine(weights);
  return {
    kind: 'collaborative',
    acceptance: { kind: 'exact' },
    combine,
    schedule,
    defaultProposer,
    draftLengths,
  };
};

/** No proposal is ever rejected. */
const allAccepted = (each: ForwardsPlan, tokens: number) =>
  coinRounds(
    methodOf(each),
    each.acceptanceRates.map(() => 1),
    tokens,
  );

const forwardsOf = ({ forwards }: Round) =>
  forwards.map(({ member, tokens }) => `M${member + 1} ${tokens}`).join();

const perToken = ({ tokens, counts }: ForwardTally) =>
  counts.map((byWidth) => Object.fromEntries([...byWidth.entries()].map(([k, n]) => [k, n / tokens])));

describe('the forwards of a schedule', () => {
  test.each(titled)('follow the one path of the real loop, weighted with its chance: %s', async (_, each) => {
    // α <= 0.9 on average, so what lies behind 500 tokens weighs less than 1e-14.
    const rounds = await allAccepted(each, 500);
    let chance = 1;
    let tokens = 0;
    const chances = new Map<Round, number>();
    for (const round of rounds) {
      chances.set(round, chance);
      for (const { proposer } of round.proposals) {
        tokens += chance;
        if (proposer) chance *= each.acceptanceRates[proposerIndex(proposer, each.acceptanceRates)];
      }
    }
    const { counts } = tallyOf(rounds, each.draftLengths.length, (round) => chances.get(round) ?? 0);
    const expected = expectedForwards(each);
    expect(expected.tokens).toBeCloseTo(tokens, 9);
    for (const [member, byWidth] of expected.counts.entries()) {
      expect(byWidth.length).toBe(counts[member].length);
      for (const [width, count] of byWidth.entries()) expect(count).toBeCloseTo(counts[member][width], 9);
    }
  });

  test.each(titled)('start anew with every rejection: %s', async (_, each) => {
    const path = (await allAccepted(each, 300)).map(forwardsOf);
    const rounds = await coinRounds(methodOf(each), each.acceptanceRates, 300);
    let sinceRestart = 0;
    let restarts = 0;
    for (const round of rounds) {
      expect(forwardsOf(round)).toBe(path[sinceRestart]);
      sinceRestart++;
      if (!round.proposals.some(({ fate }) => fate === 'rejected')) continue;
      sinceRestart = 0;
      restarts++;
    }
    expect(restarts).toBeGreaterThan(15);
  });

  // 4,000 tokens of coins: a standard deviation is about 1 % of a count; the largest counts are about 1 a token.
  test.each(titled)('agree with coins flipped in the real loop, within 0.03 a token: %s', async (_, each) => {
    const flipped = tallyOf(
      await coinRounds(methodOf(each), each.acceptanceRates, 4000),
      each.draftLengths.length,
    );
    const expected = perToken(expectedForwards(each));
    for (const [member, byWidth] of perToken(flipped).entries()) {
      for (const width of new Set([...Object.keys(byWidth), ...Object.keys(expected[member])])) {
        expect(Math.abs((byWidth[width] ?? 0) - (expected[member][width] ?? 0))).toBeLessThan(0.03);
      }
    }
  });

  test.each(titled)('may be counted roughly, each within 0.005 a token: %s', (_, each) => {
    const exact = perToken(expectedForwards(each));
    const rough = expectedForwards(each, 1e-3);
    expect(rough.tokens).toBeLessThan(expectedForwards(each).tokens);
    for (const [member, byWidth] of perToken(rough).entries()) {
      for (const [width, count] of Object.entries(byWidth)) {
        expect(Math.abs(count - (exact[member][width] ?? 0))).toBeLessThan(0.005);
      }
    }
  });

  test('are counted without end where nothing is rejected: a long text is taken for all', () => {
    const { tokens, counts } = expectedForwards(plan('alternate', [1, 1], [1, 1]));
    expect(tokens).toBe(10_000 - 1);
    expect(counts).toEqual([
      [0, 1, tokens >> 1],
      [0, 0, (tokens + 1) >> 1],
    ]);
  });

  test('trap: a default proposer that proposes nothing would never write a token, and throws', () => {
    expect(() => expectedForwards(plan('naive', [0, 1], [0.5, 0.5]))).toThrow('draft length 0');
  });
});
