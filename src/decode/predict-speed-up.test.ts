import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import type { Round } from '../round/round.ts';
import { type AcceptedPaths, expectedForwards } from './expected-forwards.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import {
  type CollaborativePrediction,
  predictSpeculativeSpeedUp,
  predictSpeedUp,
  speedUpOfTally,
} from './predict-speed-up.ts';
import type { VerifyingScheduleKind } from './schedules/verifying-schedules.ts';
import { coinRounds, tallyOf } from './testing/coin-verdicts.ts';

/** A forward costs the same over any number of tokens. */
const flat = (ms: number): ForwardCosts => [{ tokens: 1, ms }];

/** As in a browser: two tokens cost far more than one, more tokens little more than two. */
const uneven = (ms: number): ForwardCosts => [
  { tokens: 1, ms },
  { tokens: 2, ms: 1.6 * ms },
  { tokens: 3, ms: 1.7 * ms },
  { tokens: 8, ms: 3 * ms },
];

const rates = [0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99];

function predict(
  schedule: ScheduleKind,
  options: Partial<CollaborativePrediction> & Pick<CollaborativePrediction, 'acceptanceRates' | 'costs'>,
): number {
  const members = options.costs.length;
  return predictSpeedUp({
    schedule,
    draftLengths: Array(members).fill(1),
    defaultProposer: 0,
    weights: Array(members).fill(1),
    ...options,
  });
}

/** E = (1 − α^γ)/(1 − α). */
const tokensOfBatch = (rate: number, gamma: number) => (1 - rate ** gamma) / (1 - rate);

describe('alternate', () => {
  test.each(rates)('two equal members, γ = (1,1), α = %d: 2/(2 − α)', (rate) => {
    const speedUp = predict('alternate', { acceptanceRates: [rate, rate], costs: [flat(5), flat(5)] });
    expect(speedUp).toBeCloseTo(2 / (2 - rate), 12);
  });

  test('γ = (1,1) never loses where a pass over two tokens costs what one costs', () => {
    for (const first of [0, ...rates, 1]) {
      for (const second of [0, ...rates, 1]) {
        for (const ratio of [0.05, 0.3, 1, 4]) {
          const speedUp = predict('alternate', {
            acceptanceRates: [first, second],
            costs: [flat(ratio), flat(1)],
          });
          expect(speedUp).toBeGreaterThanOrEqual(1 - 1e-12);
        }
      }
    }
  });

  test.each(rates)('two members with costs 1 : c that do not depend on the width, α_q = %d', (rateOfQ) => {
    for (const rateOfP of rates) {
      for (const [gammaOfQ, gammaOfP] of [
        [1, 1],
        [3, 1],
        [5, 2],
        [2, 4],
      ]) {
        for (const c of [0.1, 0.5, 1, 2]) {
          const acceptedQ = rateOfQ ** gammaOfQ;
          const acceptedP = rateOfP ** gammaOfP;
          const tokens = tokensOfBatch(rateOfQ, gammaOfQ) + acceptedQ * tokensOfBatch(rateOfP, gammaOfP);
          const cost = 1 + c * gammaOfQ + acceptedQ * (gammaOfP - 1) + c * acceptedQ * (1 - acceptedP);
          const speedUp = predict('alternate', {
            draftLengths: [gammaOfQ, gammaOfP],
            acceptanceRates: [rateOfQ, rateOfP],
            costs: [flat(3 * c), flat(3)],
          });
          expect(speedUp).toBeCloseTo(((1 + c) * tokens) / cost, 10);
        }
      }
    }
  });

  test.each([2, 3, 4, 5])('%i equal members, γ = 1: n/(1 + (n − 1)(1 − α))', (members) => {
    for (const rate of rates) {
      const speedUp = predict('alternate', {
        acceptanceRates: Array(members).fill(rate),
        costs: Array(members).fill(flat(7)),
      });
      expect(speedUp).toBeCloseTo(members / (1 + (members - 1) * (1 - rate)), 9);
    }
  });

  test('all accepted, two members with uneven costs: every forward writes one token for the price of two', () => {
    const speedUp = predict('alternate', { acceptanceRates: [1, 1], costs: [uneven(1), uneven(1)] });
    expect(speedUp).toBeCloseTo(2 / 1.6, 12);
  });

  test('three members, nothing ever accepted: each token takes a draft, and scores of two and of three', () => {
    const speedUp = predict('alternate', { acceptanceRates: [0, 0, 0], costs: [1, 2, 4].map(uneven) });
    expect(speedUp).toBeCloseTo((1 + 2 + 4) / (1 + 2 * 1.6 + 4 * 1.7), 12);
  });
});

describe('the fixed roles', () => {
  test.each(rates)(
    'naive is Theorem 3.1 of Fu et al. where costs do not depend on the width, α = %d',
    (rate) => {
      for (const gamma of [1, 2, 5, 16]) {
        for (const c of [0.1, 1, 2]) {
          const speedUp = predict('naive', {
            draftLengths: [gamma, 1],
            acceptanceRates: [rate, 0.5],
            costs: [flat(c), flat(1)],
          });
          expect(speedUp).toBeCloseTo((tokensOfBatch(rate, gamma) * (1 + c)) / (1 + c * gamma), 10);
        }
      }
    },
  );

  test.each(rates)('black-box brings E + A tokens for γ drafts and a score by everyone, α = %d', (rate) => {
    for (const gamma of [1, 2, 5, 16]) {
      for (const c of [0.1, 1, 2]) {
        const speedUp = predict('black-box', {
          draftLengths: [gamma, 1],
          acceptanceRates: [rate, 0.5],
          costs: [flat(c), flat(1)],
        });
        const tokens = tokensOfBatch(rate, gamma) + rate ** gamma;
        expect(speedUp).toBeCloseTo(((1 + c) * tokens) / (1 + c * gamma + c), 10);
      }
    }
  });

  test('naive at γ = 1, all accepted, gains nothing and loses nothing at any costs', () => {
    // The scorer holds the row behind the draft already, so it is fed one token, as in sequential.
    expect(predict('naive', { acceptanceRates: [1, 1], costs: [uneven(2), uneven(3)] })).toBeCloseTo(1, 12);
  });
});

describe('the formulas', () => {
  const schedules: readonly VerifyingScheduleKind[] = ['alternate', 'naive', 'black-box'];
  const teams = [
    [1, 1],
    [3, 1],
    [2, 4],
    [6, 3],
  ];

  test.each(schedules)(
    'of %s say what its schedule does, with costs that depend on the width',
    (schedule) => {
      const paths: AcceptedPaths = new Map();
      for (const draftLengths of teams) {
        for (const first of rates) {
          for (const second of rates) {
            for (const ratio of [0.2, 1, 3]) {
              for (const defaultProposer of [0, 1]) {
                const acceptanceRates = [first, second];
                const costs = [uneven(ratio), uneven(1)];
                const forwards = expectedForwards(
                  { schedule, draftLengths, defaultProposer, acceptanceRates },
                  undefined,
                  paths,
                );
                const byFormula = predict(schedule, {
                  draftLengths,
                  defaultProposer,
                  acceptanceRates,
                  costs,
                });
                expect(speedUpOfTally(forwards, costs) / byFormula).toBeCloseTo(1, 9);
              }
            }
          }
        }
      }
    },
  );

  test('of naive and black-box hold for three members too', () => {
    const costs = [uneven(1), uneven(2), flat(4)];
    for (const schedule of ['naive', 'black-box'] as const) {
      const plan = { draftLengths: [1, 3, 1], defaultProposer: 1, acceptanceRates: [0.5, 0.8, 0.5] };
      const byFormula = predict(schedule, { ...plan, costs });
      expect(speedUpOfTally(expectedForwards({ schedule, ...plan }), costs) / byFormula).toBeCloseTo(1, 9);
    }
  });

  test.each(schedules)('of %s never fall with a rising α', (schedule) => {
    for (const draftLengths of [
      [1, 1],
      [3, 2],
      [1, 1, 1],
      [3, 2, 1],
    ]) {
      for (const rising of draftLengths.keys()) {
        const speedUps = Array.from({ length: 21 }, (_, step) => {
          const acceptanceRates = draftLengths.map((__, member) => (member === rising ? step / 20 : 0.6));
          const costs = draftLengths.map((__, member) => flat(member + 1));
          return predict(schedule, { draftLengths, acceptanceRates, costs });
        });
        for (let step = 1; step < speedUps.length; step++) {
          expect(speedUps[step]).toBeGreaterThanOrEqual(speedUps[step - 1] - 1e-9);
        }
        // Naive at γ = 1 is 1 whatever α is.
        if (rising === 0 && draftLengths[0] > 1) expect(speedUps[20]).toBeGreaterThan(speedUps[0]);
      }
    }
  });
});

describe('without verdicts', () => {
  test('sequential is what all are compared with', () => {
    expect(predict('sequential', { acceptanceRates: [0, 0], costs: [uneven(1), uneven(9)] })).toBe(1);
  });

  test('mixture asks one member a token: Σ t(1) / Σ λ·t(1) where catching up costs nothing', () => {
    const speedUp = predict('mixture', {
      acceptanceRates: [0, 0],
      costs: [flat(2), flat(6)],
      weights: [3, 1],
    });
    expect(speedUp).toBeCloseTo((2 + 6) / (0.75 * 2 + 0.25 * 6), 12);
  });

  test('mixture pays for what a member missed: k tokens with probability λ(1 − λ)^(k − 1)', () => {
    const weights = [0.9, 0.1, 0];
    const costs = [uneven(1), uneven(2), uneven(3)];
    let tokenMs = 0;
    for (const [member, share] of weights.entries()) {
      for (let k = 1; k < 1000; k++)
        tokenMs += share * share * (1 - share) ** (k - 1) * costAt(costs[member], k);
    }
    const speedUp = predict('mixture', { acceptanceRates: [0, 0, 0], costs, weights });
    expect(speedUp).toBeCloseTo((1 + 2 + 3) / tokenMs, 9);
  });

  test('mixture in the real loop costs what is predicted, within 2 % over 3,000 tokens', async () => {
    const weights = [0.7, 0.3];
    const costs = [uneven(1), uneven(2)];
    const rounds = await coinRounds(
      {
        kind: 'collaborative',
        schedule: 'mixture',
        acceptance: { kind: 'exact' },
        combine: weightedCombine(weights),
        defaultProposer: 0,
        draftLengths: [1, 1],
      },
      [1, 1],
      3000,
    );
    const predicted = predict('mixture', { acceptanceRates: [0, 0], costs, weights });
    expect(Math.abs(speedUpOfTally(tallyOf(rounds, 2), costs) / predicted - 1)).toBeLessThan(0.02);
  });
});

describe('speculative over plain', () => {
  test.each(rates)(
    'is (1 − α^(γ+1)) / ((1 − α)(1 + cγ)) where costs do not depend on the width, α = %d',
    (rate) => {
      for (const draftLength of [0, 1, 4, 16]) {
        for (const c of [0.05, 0.4, 1]) {
          const speedUp = predictSpeculativeSpeedUp({
            draftLength,
            acceptanceRate: rate,
            draftCosts: flat(8 * c),
            targetCosts: flat(8),
          });
          expect(speedUp).toBeCloseTo(tokensOfBatch(rate, draftLength + 1) / (1 + c * draftLength), 10);
        }
      }
    },
  );

  test('a looked-up draft costs the target’s wider pass alone', () => {
    const speedUp = predictSpeculativeSpeedUp({
      draftLength: 2,
      acceptanceRate: 0.5,
      draftCosts: null,
      targetCosts: uneven(4),
    });
    expect(speedUp).toBeCloseTo((1 + 0.5 + 0.25) / 1.7, 12);
  });

  test('no draft is plain decoding', () => {
    const costs = { draftCosts: uneven(1), targetCosts: uneven(2) };
    expect(predictSpeculativeSpeedUp({ draftLength: 0, acceptanceRate: 0.9, ...costs })).toBe(1);
  });

  const method: MethodPlan = {
    kind: 'speculative',
    acceptance: { kind: 'exact' },
    drafter: { kind: 'model', draftLength: 3 },
  };
  const [targetCosts, draftCosts] = [uneven(5), uneven(1)];
  const predictAt = (acceptanceRate: number) =>
    predictSpeculativeSpeedUp({ draftLength: 3, acceptanceRate, draftCosts, targetCosts });

  /** What the forwards of real rounds gain over plain, which asks the target alone. */
  function gain(rounds: readonly Round[]): number {
    const costs = [targetCosts, draftCosts];
    const overSequential = speedUpOfTally(tallyOf(rounds, 2), costs);
    return (overSequential * costAt(targetCosts, 1)) / (costAt(targetCosts, 1) + costAt(draftCosts, 1));
  }

  test('all accepted in the real loop, it costs exactly what is predicted', async () => {
    // Behind the first round, whose drafter has missed nothing yet.
    const rounds = (await coinRounds(method, [1, 1], 100)).slice(1);
    expect(gain(rounds)).toBeCloseTo(predictAt(1), 12);
  });

  test('with coins in the real loop it costs what is predicted, within 2 % over 4,000 tokens', async () => {
    const rounds = await coinRounds(method, [0, 0.7], 4000);
    expect(Math.abs(gain(rounds) / predictAt(0.7) - 1)).toBeLessThan(0.02);
  });
});
