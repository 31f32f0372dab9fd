import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { memberProposer, type Proposer } from '../round/proposer.ts';
import type { Forward, Proposal, Round } from '../round/round.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { Fate } from '../verify/acceptance.ts';
import type { ScheduleKind } from './method-plan.ts';
import { summarize } from './statistics.ts';
import { runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const forward = (member: number, kind: Forward['kind'], tokens: number, ms: number): Forward => ({
  member,
  kind,
  tokens,
  ms,
  startMs: 0,
  estimated: false,
});

const lookup: Proposer = { kind: 'lookup' };

/** @param by the number of a member */
const proposal = (
  by: number | typeof lookup | null,
  fate: Fate,
  deviation: number | null = null,
): Proposal => ({
  proposer: typeof by === 'number' ? memberProposer(by) : by,
  fate,
  deviation,
  tokenId: tokenId(1),
  text: 'a',
  q: null,
  r: null,
  u: null,
});

const round = (
  index: number,
  atMs: number,
  forwards: Forward[],
  proposals: Proposal[],
  committed: number,
): Round => ({
  index,
  atMs,
  forwards,
  proposals,
  committed: Array.from({ length: committed }, () => tokenId(1)),
  text: '',
  kvLengths: [],
  draftLengths: [index, 1],
  msByPhase: { forward: 10, readback: 0, sample: 1, text: 0.5 },
  readbacks: 1,
});

const rounds = [
  round(0, 100, [forward(0, 'prefill', 5, 40), forward(1, 'prefill', 5, 50)], [proposal(null, 'drawn')], 1),
  round(
    1,
    200,
    [forward(0, 'draft', 1, 4), forward(1, 'score', 2, 8)],
    [proposal(0, 'accepted', 0.2), proposal(0, 'accepted', 0)],
    2,
  ),
  round(
    2,
    300,
    [forward(0, 'score', 2, 6)],
    [proposal(1, 'rejected', 0.4), proposal(null, 'recovered'), proposal(0, 'discarded')],
    1,
  ),
];

test('rates, speeds and counts follow from the rounds', () => {
  expect(summarize(rounds, ['a', 'b'], 3)).toEqual({
    tokens: 4,
    tokensPerSecond: 15,
    timeToFirstTokenMs: 100,
    acceptanceRate: 2 / 3,
    tokensPerRound: 1.5,
    forwards: [
      { member: 0, modelId: 'a', count: 3 },
      { member: 1, modelId: 'b', count: 2 },
    ],
    members: [
      {
        proposer: memberProposer(0),
        modelId: 'a',
        meanDraftLength: 1.5,
        proposals: 3,
        accepted: 2,
        rejected: 0,
        acceptanceRate: 1,
        forwards: 3,
        forwardsByWidth: [
          { tokens: 1, count: 1, medianMs: 4 },
          { tokens: 2, count: 1, medianMs: 6 },
        ],
      },
      {
        proposer: memberProposer(1),
        modelId: 'b',
        meanDraftLength: 1,
        proposals: 1,
        accepted: 0,
        rejected: 1,
        acceptanceRate: 0,
        forwards: 2,
        forwardsByWidth: [{ tokens: 2, count: 1, medianMs: 8 }],
      },
    ],
    pairs: [
      {
        ...{
          proposer: memberProposer(0),
          verifier: 1,
          proposals: 2,
          accepted: 2,
          rejected: 0,
          acceptanceRate: 1,
        },
        forwards: 1,
        forwardsByWidth: [{ tokens: 2, count: 1, medianMs: 8 }],
      },
      {
        ...{
          proposer: memberProposer(1),
          verifier: 0,
          proposals: 1,
          accepted: 0,
          rejected: 1,
          acceptanceRate: 0,
        },
        forwards: 1,
        forwardsByWidth: [{ tokens: 2, count: 1, medianMs: 6 }],
      },
    ],
    deviation: { mean: (0.2 + 0.4) / 3, max: 0.4 },
    readbacks: 3,
    msByPhase: { forward: 30, readback: 0, sample: 3, text: 1.5 },
    liveGpuBuffers: 3,
  });
});

test('a decode without verdicts has no rate, one without rounds no speed', () => {
  expect(summarize(rounds.slice(0, 1), ['a', 'b'], 0)).toMatchObject({
    acceptanceRate: null,
    tokensPerSecond: null,
    tokensPerRound: null,
    deviation: null,
    pairs: [],
  });
  expect(summarize([], ['a'], 0)).toMatchObject({ tokens: 0, timeToFirstTokenMs: null });
});

test('a look-up has statistics behind those of the members', () => {
  const looked = round(
    1,
    200,
    [forward(0, 'score', 3, 8)],
    [proposal(lookup, 'accepted'), proposal(lookup, 'rejected')],
    2,
  );
  const prefill = round(0, 100, [forward(0, 'prefill', 5, 40)], [proposal(null, 'drawn')], 1);
  const { members, forwards } = summarize([prefill, looked], ['a'], 0);
  expect(members[1]).toMatchObject({
    proposer: lookup,
    modelId: null,
    proposals: 2,
    acceptanceRate: 0.5,
    forwards: 0,
  });
  expect(forwards).toHaveLength(1);
});

/** Rounds and statistics of a decode of fakes; the default proposer drafts 3 tokens, the others 1. */
async function summarized(schedule: ScheduleKind, members: number, defaultProposer: number) {
  const models = Array.from({ length: members }, (_, seed) => new FakeModel({ vocabSize: 3, seed }));
  const { rounds } = await runFakeDecode({
    models,
    method: {
      kind: 'collaborative',
      combine: weightedCombine(models.map(() => 1)),
      schedule,
      acceptance: { kind: 'exact' },
      defaultProposer,
      draftLengths: models.map((_, member) => (member === defaultProposer ? 3 : 1)),
    },
    random: new PhiloxSource(3),
    maxTokens: 80,
  });
  const modelIds = models.map((_, member) => `m${member}`);
  return { rounds, statistics: summarize(rounds, modelIds, 0) };
}

describe('draft lengths', () => {
  test.each<ScheduleKind>(['naive', 'black-box'])(
    'under %s are 0 for members that never draft',
    async (schedule) => {
      const { rounds, statistics } = await summarized(schedule, 3, 1);
      for (const { draftLengths } of rounds) expect(draftLengths).toEqual([0, 3, 0]);
      expect(statistics.members.map(({ meanDraftLength }) => meanDraftLength)).toEqual([0, 3, 0]);
    },
  );

  test('under alternate are what was asked of each', async () => {
    const { rounds } = await summarized('alternate', 3, 1);
    for (const { draftLengths } of rounds) expect(draftLengths).toEqual([1, 3, 1]);
  });
});

describe('pairs', () => {
  const numberOf = (proposer: Proposer | null) => (proposer?.kind === 'member' ? proposer.index : null);

  /** Proposer, verifier and number of verdicts of each pair, and of each member as a proposer. */
  async function verdictsOf(schedule: ScheduleKind, members: number, defaultProposer: number) {
    const { rounds, statistics } = await summarized(schedule, members, defaultProposer);
    const { pairs, members: ofMembers } = statistics;
    return {
      rounds,
      pairs: pairs.map(({ proposer, verifier, accepted, rejected }) => [
        numberOf(proposer),
        verifier,
        accepted + rejected,
      ]),
      byProposer: ofMembers.map(({ accepted, rejected }) => accepted + rejected),
    };
  }

  const teams = (['naive', 'black-box'] as const).flatMap((schedule) =>
    [2, 3].flatMap((members) =>
      Array.from({ length: members }, (_, defaultProposer) => ({ schedule, members, defaultProposer })),
    ),
  );
  test.each(teams)(
    '$schedule, $members members, $defaultProposer proposes: every other member verified all its proposals',
    async ({ schedule, members, defaultProposer }) => {
      const { pairs, byProposer } = await verdictsOf(schedule, members, defaultProposer);
      const verdicts = byProposer[defaultProposer];
      expect(verdicts).toBeGreaterThan(20);
      const others = Array.from({ length: members }, (_, member) => member).filter(
        (member) => member !== defaultProposer,
      );
      expect(pairs).toEqual(others.map((verifier) => [defaultProposer, verifier, verdicts]));
    },
  );

  test('alternate, two members: each verified all that the other proposed', async () => {
    const { pairs, byProposer } = await verdictsOf('alternate', 2, 1);
    expect(pairs).toEqual([
      [0, 1, byProposer[0]],
      [1, 0, byProposer[1]],
    ]);
  });

  test('a pair’s forwards are the verifier’s scores in the rounds of its verdicts, and its proposals all that had a fate there', () => {
    const scored = round(
      1,
      200,
      [
        forward(0, 'draft', 1, 4),
        forward(0, 'draft', 1, 4),
        forward(1, 'catch-up', 9, 70),
        forward(1, 'score', 3, 8),
      ],
      [proposal(0, 'rejected'), proposal(null, 'recovered'), proposal(0, 'discarded')],
      1,
    );
    const again = round(2, 300, [forward(1, 'score', 3, 10)], [proposal(0, 'accepted')], 1);
    // It scores here, too, but what is judged is its own.
    const other = round(3, 400, [forward(1, 'score', 2, 90)], [proposal(1, 'accepted')], 1);
    expect(summarize([rounds[0], scored, again, other], ['a', 'b'], 0).pairs).toEqual([
      {
        ...{
          proposer: memberProposer(0),
          verifier: 1,
          proposals: 3,
          accepted: 1,
          rejected: 1,
          acceptanceRate: 0.5,
        },
        forwards: 2,
        forwardsByWidth: [{ tokens: 3, count: 2, medianMs: 10 }],
      },
    ]);
  });

  test('alternate, three members: who scored in the round of the verdict, which is one member but after a restart', async () => {
    const { pairs, rounds } = await verdictsOf('alternate', 3, 1);
    const expected = new Map<string, number>();
    let restarts = 0;
    for (const { forwards, proposals } of rounds) {
      const scorers = forwards.filter(({ kind }) => kind === 'score').map(({ member }) => member);
      const judged = proposals.filter(({ fate }) => fate === 'accepted' || fate === 'rejected');
      if (judged.length === 0) continue;
      // Only after a restart two members score before the first verdict, and all that is judged is the proposer's.
      if (scorers.length === 2) {
        restarts++;
        expect(new Set(judged.map(({ proposer }) => numberOf(proposer)))).toEqual(new Set([1]));
        expect(scorers).toEqual([0, 2]);
      } else expect(scorers).toHaveLength(1);
      for (const { proposer } of judged) {
        for (const scorer of scorers) {
          const pair = `${numberOf(proposer)} ${scorer}`;
          expected.set(pair, (expected.get(pair) ?? 0) + 1);
        }
      }
    }
    expect(restarts).toBeGreaterThan(3);
    expect(pairs.map(([proposer, verifier, verdicts]) => [`${proposer} ${verifier}`, verdicts])).toEqual(
      [...expected].sort(([a], [b]) => a.localeCompare(b)),
    );
    for (const [proposer, verifier] of pairs) expect(verifier).not.toBe(proposer);
  });
});
