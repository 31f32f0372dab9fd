import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../../combine/weighted-combine.ts';
import { coinRounds } from '../../decode/testing/coin-verdicts.ts';
import { type Script, scriptedRounds } from '../../decode/testing/scripted-decode.ts';
import type { Proposer } from '../../round/proposer.ts';
import type { Round } from '../../round/round.ts';
import { timedRounds } from '../../round/testing/timed-rounds.ts';
import type { ForwardItem, RoundItems } from './rhythm-items.ts';
import { firstRoundAt, RhythmModel, roundsWithin } from './rhythm-model.ts';

/** A forward takes 10 ms, a verdict 1 ms more; the prefill's round ends at 0. */
async function scripted(script: Omit<Script, 'rounds'>, rounds: number): Promise<Round[]> {
  const [prefill, ...others] = await scriptedRounds({ ...script, rounds });
  return timedRounds([{ ...prefill, forwards: [] }, ...others], { forwardMs: () => 10, verdictMs: 1 }).map(
    (round) => ({ ...round, atMs: round.atMs - 1, forwards: round.forwards.map(earlier) }),
  );
}

const earlier = <Item extends { startMs: number }>(item: Item): Item => ({
  ...item,
  startMs: item.startMs - 1,
});

function modelOf(rounds: readonly Round[]): RhythmModel {
  const model = new RhythmModel();
  for (const round of rounds) model.append(round);
  return model;
}

const marks = { accepted: '+', rejected: '-', discarded: 'x' } as const;

/** Bars as lane, kind and times; behind them the proposals: lane, slot, the forward that drew them, times and fate. */
function describeItems({ forwards, proposals }: RoundItems): string[] {
  return [
    forwards
      .map(({ member, kind, startMs, endMs }) => `M${member + 1} ${kind} ${startMs}–${endMs}`)
      .join(', '),
    ...proposals.map(
      ({ member, slot, drawnBy, drawnMs, verdictMs, fate }) =>
        `${marks[fate]} M${member + 1}.${slot} ${drawnBy?.kind ?? 'look-up'} ${drawnMs}→${verdictMs}`,
    ),
  ];
}

const described = (rounds: readonly Round[]): string[][] =>
  modelOf(rounds).rounds.slice(1).map(describeItems);

describe('worked examples of alternating members', () => {
  test('γ = (1,1): each forward hangs a proposal that rises at the end of the next, in the other lane', async () => {
    expect(described(await scripted({ schedule: 'alternate', draftLengths: [1, 1] }, 3))).toEqual([
      ['M1 draft 0–10, M2 score 10–20', '+ M1.0 draft 10→21'],
      ['M1 score 21–31', '+ M2.0 score 20→32'],
      ['M2 score 32–42', '+ M1.0 score 31→43'],
    ]);
  });

  test('γ = (1,1,1): a proposal hangs while the two others score it', async () => {
    expect(described(await scripted({ schedule: 'alternate', draftLengths: [1, 1, 1] }, 3))).toEqual([
      ['M1 draft 0–10, M2 score 10–20, M3 score 20–30', '+ M1.0 draft 10→31'],
      ['M1 score 31–41', '+ M2.0 score 20→42'],
      ['M2 score 42–52', '+ M3.0 score 30→53'],
    ]);
  });

  test('γ = (3,2,1): x1 hangs deepest, x3 next to the bars; x4 and x5 come from M2 and are judged a round later', async () => {
    expect(described(await scripted({ schedule: 'alternate', draftLengths: [3, 2, 1] }, 3))).toEqual([
      [
        'M1 draft 0–10, M1 draft 10–20, M1 draft 20–30, M2 score 30–40, M2 draft 40–50, M3 score 50–60',
        '+ M1.2 draft 10→61',
        '+ M1.1 draft 20→61',
        '+ M1.0 draft 30→61',
      ],
      ['M1 score 61–71', '+ M2.1 score 40→72', '+ M2.0 draft 50→72'],
      // x6 was M3's bonus; x7, x8 and x9 go on hanging below M1.
      ['M1 draft 72–82, M1 draft 82–92, M2 score 92–102', '+ M3.0 score 60→103'],
    ]);
  });

  test('γ = (3,2,1), x5 rejected: x6 and x7 fall with it, and M1 starts anew', async () => {
    const rounds = await scripted({ schedule: 'alternate', draftLengths: [3, 2, 1], rejected: [5] }, 3);
    const [, second, third] = described(rounds);
    expect(second).toEqual([
      'M1 score 61–71',
      '+ M2.1 score 40→72',
      '- M2.0 draft 50→72',
      'x M3.0 score 60→72',
      'x M1.0 score 71→72',
    ]);
    expect(third.slice(1)).toEqual(['+ M1.2 draft 82→133', '+ M1.1 draft 92→133', '+ M1.0 draft 102→133']);
  });

  test('a rejection at the first verdict already tells that scoring members propose', async () => {
    const [first] = described(
      await scripted({ schedule: 'alternate', draftLengths: [2, 2], rejected: [1] }, 1),
    );
    expect(first.slice(1)).toEqual(['- M1.1 draft 10→31', 'x M1.0 draft 20→31', 'x M2.0 score 30→31']);
  });

  test('what is not judged yet hangs', async () => {
    const { hanging, lanes } = modelOf(await scripted({ schedule: 'alternate', draftLengths: [3, 2, 1] }, 3));
    // x7 to x9 of M1 and x10 of M2.
    expect(hanging.map(({ member, drawnMs, slot }) => [member, drawnMs, slot])).toEqual([
      [0, 71, 2],
      [0, 82, 1],
      [0, 92, 0],
      [1, 102, 0],
    ]);
    expect(lanes.map(({ depth }) => depth)).toEqual([3, 2, 1]);
  });
});

test('rounds that go on with an earlier text keep their numbers, and the first of them is the prefill’s', async () => {
  const rounds = await scripted({ schedule: 'alternate', draftLengths: [1, 1] }, 3);
  const later = modelOf(rounds.map((round) => ({ ...round, index: round.index + 40 })));
  const model = modelOf(rounds);
  for (const count of [0, 2, 9]) expect(later.lastRoundsMs(count)).toBe(model.lastRoundsMs(count));
  expect([later.roundAt(2), later.roundAt(42)?.atMs]).toEqual([null, rounds[2].atMs]);
});

describe('methods whose scoring forwards propose nothing', () => {
  test('naive: proposals rise from their drafting forwards, and nothing is left hanging', async () => {
    const rounds = await scripted({ schedule: 'naive', draftLengths: [2, 1], rejected: [4] }, 2);
    expect(described(rounds).map((lines) => lines.slice(1))).toEqual([
      ['+ M1.1 draft 10→31', '+ M1.0 draft 20→31'],
      ['+ M1.1 draft 41→62', '- M1.0 draft 51→62'],
    ]);
    expect(modelOf(rounds).hanging).toEqual([]);
  });

  test('black-box: the drafting member scores too, and no proposal comes from that', async () => {
    const rounds = await scripted({ schedule: 'black-box', draftLengths: [2, 1], rejected: [3] }, 2);
    expect(described(rounds).map((lines) => lines.slice(1))).toEqual([
      ['+ M1.1 draft 10→41', '+ M1.0 draft 20→41'],
      ['- M1.1 draft 51→82', 'x M1.0 draft 61→82'],
    ]);
  });

  test('sequential: bars, and no proposals', async () => {
    const model = modelOf(await scripted({ schedule: 'sequential', draftLengths: [1, 1] }, 2));
    expect(model.rounds.slice(1).map(describeItems)).toEqual([
      ['M1 score 0–10, M2 score 10–20'],
      ['M1 score 21–31, M2 score 31–41'],
    ]);
    expect(model.rounds[1].committed).toEqual([expect.objectContaining({ fate: 'drawn', member: null })]);
    expect(model.lanes).toEqual([
      { depth: 0, forwards: 2, proposals: 0 },
      { depth: 0, forwards: 2, proposals: 0 },
    ]);
  });

  test('what is looked up in the text hangs in a lane of its own, from where the scoring begins', async () => {
    const [prefill, round] = await scripted({ schedule: 'sequential', draftLengths: [1] }, 1);
    const fates = ['accepted', 'accepted', 'rejected'] as const;
    const proposer: Proposer = { kind: 'lookup' };
    const proposals = fates.map((fate) => ({ ...round.proposals[0], proposer, fate }));
    const model = modelOf([prefill, { ...round, proposals, draftLengths: [0, 3] }]);
    expect(describeItems(model.rounds[1])).toEqual([
      'M1 score 0–10',
      '+ M2.0 look-up 0→11',
      '+ M2.1 look-up 0→11',
      '- M2.2 look-up 0→11',
    ]);
    expect(model.lanes[1]).toEqual({ depth: 3, forwards: 0, proposals: 3 });
  });
});

describe('every proposal comes from one forward of its proposer, and no forward draws two', () => {
  const acceptanceRates = [0.7, 0.8, 0.6];
  test.each([
    ['alternate', [1, 1, 1]],
    ['alternate', [4, 1, 2]],
    ['alternate', [1, 3, 1]],
    ['naive', [4, 1, 1]],
    ['black-box', [3, 1, 1]],
  ] as const)('%s, γ = (%s)', async (schedule, draftLengths) => {
    const rounds = await coinRounds(
      {
        kind: 'collaborative',
        combine: weightedCombine([1, 1, 1]),
        schedule,
        acceptance: { kind: 'exact' },
        defaultProposer: 0,
        draftLengths,
      },
      acceptanceRates,
      400,
    );
    const proposals = modelOf(timedRounds(rounds, { forwardMs: () => 7, verdictMs: 1 })).rounds.flatMap(
      (round) => round.proposals,
    );
    expect(proposals.length).toBeGreaterThan(200);
    const drawers = proposals.map(({ drawnBy }) => drawnBy);
    expect(new Set(drawers).size).toBe(proposals.length);
    for (const { drawnBy, member, verdictMs } of proposals) {
      expect(drawnBy?.member).toBe(member);
      expect((drawnBy as ForwardItem).endMs).toBeLessThan(verdictMs);
    }
    // In text order they were drawn one after the other.
    const starts = drawers.map((forward) => forward?.startMs ?? Number.NaN);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    // What hangs at the same time in one lane hangs apart.
    for (const { member, slot, drawnMs, verdictMs } of proposals) {
      const inTheWay = proposals.filter(
        (other) =>
          other.member === member &&
          other.slot === slot &&
          other.drawnMs < verdictMs &&
          other.verdictMs > drawnMs,
      );
      expect(inTheWay).toHaveLength(1);
    }
  });
});

test.each([
  ['nothing while all are accepted', 'alternate', [], false],
  ['a rejected proposal and those behind it', 'alternate', [5], true],
  ['nothing where nobody proposes', 'sequential', [], false],
] as const)('dropped is %s', async (_, schedule, rejected, hasDropped) => {
  const model = modelOf(await scripted({ schedule, draftLengths: [3, 2, 1], rejected: [...rejected] }, 3));
  expect(model.hasDropped).toBe(hasDropped);
});

describe('a round', () => {
  test('that ends the text keeps what is behind the last committed token out of it', async () => {
    const [prefill, first] = await scripted({ schedule: 'alternate', draftLengths: [3, 1] }, 1);
    const model = modelOf([prefill, { ...first, committed: first.committed.slice(0, 1) }]);
    expect(model.rounds[1].proposals).toHaveLength(3);
    expect(model.rounds[1].committed).toHaveLength(1);
  });

  test('begins where the last verdict was, or with the first of its proposals', async () => {
    const { rounds } = modelOf(await scripted({ schedule: 'alternate', draftLengths: [1, 1] }, 2));
    expect(rounds.map(({ fromMs, earliestMs, atMs }) => [fromMs, earliestMs, atMs])).toEqual([
      [0, 0, 0],
      [0, 0, 21],
      [21, 20, 32],
    ]);
  });
});

describe('the rounds in a window', () => {
  test('are those with an item in it, proposals that reach into it included', async () => {
    const { rounds } = modelOf(await scripted({ schedule: 'alternate', draftLengths: [1, 1] }, 6));
    // Verdicts at 0, 21, 32, 43, 54, 65, 76.
    expect(firstRoundAt(rounds, 32)).toBe(2);
    expect(firstRoundAt(rounds, 33)).toBe(3);
    // 31: the proposal of round 3 was drawn there, its verdict is at 43.
    expect(roundsWithin(rounds, 22, 31)).toEqual([2, 4]);
    expect(roundsWithin(rounds, 22, 30)).toEqual([2, 3]);
    expect(roundsWithin(rounds, 0, 1000)).toEqual([0, 7]);
    expect(roundsWithin(rounds, 500, 1000)).toEqual([7, 7]);
  });
});

test('a model knows whether a list of rounds continues what it was given', async () => {
  const rounds = await scripted({ schedule: 'alternate', draftLengths: [1, 1] }, 4);
  const model = modelOf(rounds.slice(0, 3));
  expect(model.isContinuedBy(rounds)).toBe(true);
  expect(model.isContinuedBy(rounds.slice(0, 2))).toBe(false);
  expect(model.isContinuedBy(rounds.map((round) => ({ ...round })))).toBe(false);
});
