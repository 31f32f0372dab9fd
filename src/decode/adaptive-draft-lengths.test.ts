import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import type { Round } from '../round/round.ts';
import { speculativeDraftLengths } from './choose-draft-lengths.ts';
import type { MethodPlan } from './method-plan.ts';
import { predictSpeculativeSpeedUp, predictSpeedUp } from './predict-speed-up.ts';
import { type CoinOptions, type CoinRate, coinRounds } from './testing/coin-verdicts.ts';

const linear = (first: number, perToken: number): ForwardCosts =>
  [1, 2, 4, 8, 17].map((tokens) => ({ tokens, ms: first + perToken * (tokens - 1) }));

/** A target whose pass over 17 tokens costs 3.4 times a pass over one, and drafters of some prices. */
const target = linear(10, 1.5);
const drafters: readonly (readonly [string, ForwardCosts])[] = [
  ['a draft model that costs next to nothing', linear(0.001, 0)],
  ['a draft model at a twentieth of the cost', linear(0.5, 0.05)],
  ['a draft model at a tenth of the cost', linear(1, 0.1)],
  ['a draft model at a third of the cost', linear(3.3, 0.6)],
];

function speculative(draftCosts: ForwardCosts | null): MethodPlan {
  const drafter = draftCosts
    ? ({ kind: 'model', draftLength: 'adaptive' } as const)
    : ({ kind: 'ngram', draftLength: 'adaptive', longestMatch: 3, shortestMatch: 1 } as const);
  return { kind: 'speculative', acceptance: { kind: 'exact' }, drafter };
}

const fixedSpeedUp = (draftLength: number, acceptanceRate: number, draftCosts: ForwardCosts): number =>
  predictSpeculativeSpeedUp({ draftLength, acceptanceRate, draftCosts, targetCosts: target });

const allLengths = Array.from({ length: 17 }, (_, length) => length);
const bestSpeedUp = (acceptanceRate: number, draftCosts: ForwardCosts): number =>
  Math.max(...allLengths.map((length) => fixedSpeedUp(length, acceptanceRate, draftCosts)));

/** Time of the forwards of real rounds, by the costs without hiccups. */
function msOf(rounds: readonly Round[], costs: readonly ForwardCosts[]): number {
  return rounds.reduce(
    (sum, { forwards }) =>
      sum + forwards.reduce((ms, { member, tokens }) => ms + costAt(costs[member], tokens), 0),
    0,
  );
}

const tokensOf = (rounds: readonly Round[]): number =>
  rounds.reduce((sum, { committed }) => sum + committed.length, 0);

/** Speed over plain of decodes with these coins in the real loop, of all seeds together. */
async function adaptiveSpeedUp(
  draftCosts: ForwardCosts | null,
  rate: CoinRate,
  tokens: number,
  { seeds = 3, hiccup }: { seeds?: number; hiccup?: NonNullable<CoinOptions['hiccup']> } = {},
): Promise<number> {
  const costs = draftCosts ? [target, draftCosts] : [target];
  let plainMs = 0;
  let ms = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const rounds = await coinRounds(speculative(draftCosts), [0, rate], tokens, {
      seed,
      costs,
      ...(hiccup && { hiccup }),
    });
    plainMs += tokensOf(rounds) * costAt(target, 1);
    ms += msOf(rounds, costs);
  }
  return plainMs / ms;
}

describe.each(drafters)('with %s', (_, draftCosts) => {
  test.each([0.3, 0.5, 0.7, 0.9])('comes within 6 percent of the best fixed γ at α = %d', async (rate) => {
    const speedUp = await adaptiveSpeedUp(draftCosts, rate, 600);
    expect(speedUp / bestSpeedUp(rate, draftCosts)).toBeGreaterThan(0.94);
  });

  test('that always is right goes to the longest drafts', async () => {
    const rounds = await coinRounds(speculative(draftCosts), [0, 1], 300, { costs: [target, draftCosts] });
    expect(rounds.at(-1)?.draftLengths[1]).toBe(16);
  });
});

const losing = [0, 0.05].flatMap((rate) => [150, 1000].map((tokens) => ({ rate, tokens })));
describe.each([...drafters, ['a look-up', null] as const])('with %s', (_, draftCosts) => {
  test.each(losing)(
    'loses less than 3 percent where α = $rate, in $tokens tokens',
    async ({ rate, tokens }) => {
      expect(await adaptiveSpeedUp(draftCosts, rate, tokens)).toBeGreaterThan(0.97);
    },
  );
});

describe('a look-up', () => {
  /** Draft lengths asked in rounds in which the look-up finds so much, and all of it is rejected or accepted. */
  function lookUps(
    foundIn: (round: number) => number,
    rounds: number,
    isAccepted: boolean,
    {
      slowDown = () => 1,
      maxUnread = 1,
      estimated = false,
    }: { slowDown?: (width: number) => number; maxUnread?: number; estimated?: boolean } = {},
  ): readonly number[] {
    const controller = speculativeDraftLengths(
      { kind: 'ngram', draftLength: 'adaptive', longestMatch: 3, shortestMatch: 1 },
      [target],
      maxUnread,
    );
    return Array.from({ length: rounds }, (_, index) => {
      const draftLength = controller.draftLengths[1];
      const proposed = Math.min(foundIn(index), draftLength);
      const width = proposed + 1;
      const proposals = Array.from({ length: proposed }, (_, index) => ({
        proposer: { kind: 'lookup' },
        fate: isAccepted ? 'accepted' : index === 0 ? 'rejected' : 'discarded',
      }));
      controller.observe({
        forwards: [
          {
            member: 0,
            kind: 'score',
            tokens: width,
            ms: costAt(target, width) * slowDown(width),
            estimated,
          },
        ],
        proposals: [...proposals, { proposer: null, fate: 'drawn' }],
        committed: Array.from({ length: isAccepted ? width : 1 }, () => 0),
        msByPhase: { forward: 0, readback: 0, sample: 0, text: 0 },
      } as unknown as Round);
      return draftLength;
    });
  }

  test('that finds nothing costs nothing, and is asked on', () => {
    expect(lookUps(() => 0, 200, true).every((length) => length > 0)).toBe(true);
  });

  test('that finds nothing is asked rarely where the target alone would write tokens in batches', () => {
    const lengths = lookUps(() => 0, 500, true, { maxUnread: 8 });
    const asked = lengths.filter((length) => length > 0).length;
    expect(asked).toBeGreaterThan(20);
    expect(asked).toBeLessThan(60);
  });

  test('that finds what is never right is switched off, and tried now and then', () => {
    const lengths = lookUps(() => 5, 500, false);
    const tries = lengths.slice(20).filter((length) => length > 0);
    expect(tries.length).toBeGreaterThan(5);
    expect(tries.length).toBeLessThan(80);
    expect(new Set(tries)).toEqual(new Set([1]));
  });

  test.each([false, true])(
    'that is always right is switched off where wide passes turn out to cost more than they bring (times estimated: %s)',
    (estimated) => {
      const everySecond = (round: number) => (round % 2 === 0 ? 16 : 0);
      const slowDown = (width: number) => (width > 1 ? 6 : 1);
      const lengths = lookUps(everySecond, 300, true, { slowDown, estimated });
      expect(lengths.slice(100).filter((length) => length > 0).length).toBeLessThan(60);
    },
  );
});

describe('a text that becomes easy and hard to guess by turns', () => {
  const turns =
    (length: number, low: number, high: number): CoinRate =>
    (position) =>
      Math.floor(position / length) % 2 === 0 ? low : high;

  test.each(drafters.slice(0, 3))(
    'is written faster than any fixed γ could, with %s',
    async (_, draftCosts) => {
      const [low, high] = [0.05, 0.9];
      const fixed = (length: number) =>
        2 / (1 / fixedSpeedUp(length, low, draftCosts) + 1 / fixedSpeedUp(length, high, draftCosts));
      const bestFixed = Math.max(...allLengths.map(fixed));
      expect(await adaptiveSpeedUp(draftCosts, turns(150, low, high), 1500)).toBeGreaterThan(bestFixed);
    },
  );

  test('is probed while it is hard, and the probe finds out that it became easy', async () => {
    const draftCosts = linear(0.5, 0.05);
    const rounds = await coinRounds(speculative(draftCosts), [0, turns(400, 0, 1)], 800, {
      costs: [target, draftCosts],
    });
    let written = 0;
    const lengthsBetween: Record<'hard' | 'easy', number[]> = { hard: [], easy: [] };
    for (const { draftLengths, committed } of rounds) {
      if (written > 20 && written < 390) lengthsBetween.hard.push(draftLengths[1]);
      if (written > 500 && written < 780) lengthsBetween.easy.push(draftLengths[1]);
      written += committed.length;
    }
    const probes = lengthsBetween.hard.filter((length) => length > 0);
    expect(probes.length).toBeGreaterThan(5);
    expect(probes.length).toBeLessThan(40);
    expect(Math.min(...lengthsBetween.easy)).toBeGreaterThanOrEqual(11);
  });
});

describe('a draft model', () => {
  test('that costs as much as the target is never asked, where wide passes cost in proportion', async () => {
    const dear = [linear(10, 9), linear(9, 8)];
    const rounds = await coinRounds(speculative(dear[1]), [0, 1], 200, { costs: dear });
    expect(new Set(rounds.map(({ draftLengths }) => draftLengths[1]))).toEqual(new Set([0]));
  });

  test('that has missed much of the text is not asked for what it would take to catch up', async () => {
    // Feeding it a token of the text costs a tenth of what the target takes to write one.
    const costs = [target, linear(1, 1)];
    const rounds = await coinRounds(speculative(costs[1]), [0, 0], 1500, { costs });
    const wide = rounds.flatMap(({ forwards }) =>
      forwards.filter(({ member, tokens }) => member === 1 && tokens > 30),
    );
    expect(wide).toEqual([]);
    expect(tokensOf(rounds) * costAt(target, 1)).toBeGreaterThan(0.97 * msOf(rounds, costs));
  });
});

describe('the clock', () => {
  const draftCosts = linear(0.5, 0.05);
  const lengthsWith = async (hiccup: (forward: number) => number) => {
    const rounds = await coinRounds(speculative(draftCosts), [0, 0.8], 400, {
      costs: [target, draftCosts],
      hiccup,
    });
    return rounds.map(({ draftLengths }) => draftLengths[1]);
  };

  test('of a slower machine changes nothing: only ratios count', async () => {
    // A power of two, so that rounding changes nothing either.
    expect(await lengthsWith(() => 4)).toEqual(await lengthsWith(() => 1));
  });

  test('may stop now and then: one forward in thirty that takes twenty times as long costs less than 3 %', async () => {
    const hiccup = (forward: number) => (forward % 30 === 7 ? 20 : 1);
    for (const rate of [0, 0.8]) {
      const calm = await adaptiveSpeedUp(draftCosts, rate, 400);
      expect(await adaptiveSpeedUp(draftCosts, rate, 400, { hiccup })).toBeGreaterThan(0.97 * calm);
    }
  });
});

describe('a team', () => {
  const costs = [linear(10, 1.5), linear(1, 0.1)];
  const methodOf = (draftLengths: readonly (number | 'adaptive')[]): MethodPlan => {
    return {
      kind: 'collaborative',
      acceptance: { kind: 'exact' },
      combine: weightedCombine(draftLengths.map(() => 1)),
      schedule: 'alternate',
      defaultProposer: 1,
      draftLengths,
    };
  };
  const fixed = (draftLengths: readonly number[], acceptanceRates: readonly number[]) =>
    predictSpeedUp({
      schedule: 'alternate',
      draftLengths,
      defaultProposer: 1,
      acceptanceRates,
      costs,
      weights: [1, 1],
    });

  test.each([
    [0.9, 0.9],
    [0.6, 0.9],
    [0.5, 0.5],
    [0.9, 0.2],
  ])(
    'of a dear and a cheap member comes within 5 %% of its best fixed γ at α = (%d, %d)',
    async (...rates) => {
      const rounds = await coinRounds(methodOf(['adaptive', 'adaptive']), rates, 800, { costs });
      const sequentialMs = tokensOf(rounds) * (costAt(costs[0], 1) + costAt(costs[1], 1));
      const best = Math.max(
        ...allLengths
          .slice(1)
          .flatMap((first) => allLengths.slice(1).map((second) => fixed([first, second], rates))),
      );
      expect(sequentialMs / msOf(rounds, costs) / best).toBeGreaterThan(0.95);
    },
  );

  test('never asks a member for less than the bonus of its score', async () => {
    const rounds = await coinRounds(methodOf(['adaptive', 'adaptive']), [0, 0], 200, { costs });
    expect(new Set(rounds.slice(40).flatMap(({ draftLengths }) => draftLengths))).toEqual(new Set([1]));
  });

  test('keeps the draft lengths that are given', async () => {
    const rounds = await coinRounds(methodOf([3, 'adaptive']), [0.9, 0.9], 200, { costs });
    expect(new Set(rounds.map(({ draftLengths }) => draftLengths[0]))).toEqual(new Set([3]));
    expect(rounds.at(-1)?.draftLengths[1]).toBeGreaterThan(1);
  });

  test('of three members finds its draft lengths too', async () => {
    const three = [...costs, linear(5, 0.5)];
    const method = { ...methodOf(['adaptive', 'adaptive', 'adaptive']) };
    const rates = [0.7, 0.95, 0.7];
    const rounds = await coinRounds(method, rates, 500, { costs: three });
    const sequentialMs = tokensOf(rounds) * three.reduce((sum, each) => sum + costAt(each, 1), 0);
    const atOne = predictSpeedUp({
      schedule: 'alternate',
      draftLengths: [1, 1, 1],
      defaultProposer: 1,
      acceptanceRates: rates,
      costs: three,
      weights: [1, 1, 1],
    });
    expect(rounds.at(-1)?.draftLengths[1]).toBeGreaterThan(1);
    expect(sequentialMs / msOf(rounds, three)).toBeGreaterThan(atOne);
  });
});
