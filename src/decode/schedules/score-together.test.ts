import { expect, test } from 'vitest';
import { weightedCombine } from '../../combine/weighted-combine.ts';
import { PhiloxSource } from '../../random/philox-source.ts';
import type { ScheduleKind } from '../method-plan.ts';
import { runFakeDecode } from '../testing/fake-decode.ts';
import { FakeModel } from '../testing/fake-model.ts';

/** One member a letter; equal letters are one model. Each has a prompt of its own. */
interface Team {
  readonly members: string;
  readonly schedule: ScheduleKind;
  readonly draftLength?: number;
  readonly batchedUpTo?: number;
  readonly now?: () => number;
  readonly onForward?: (tokens: number) => void;
}

async function decode({ members, schedule, draftLength = 1, batchedUpTo, now, onForward }: Team) {
  const models = new Map(
    [...new Set(members)].map((letter) => [
      letter,
      new FakeModel({
        vocabSize: 6,
        seed: letter.charCodeAt(0),
        spread: 0.5,
        ...(batchedUpTo !== undefined && { batchedUpTo }),
        ...(onForward && { onForward }),
      }),
    ]),
  );
  const own = [...members].map((letter) => models.get(letter)!);
  const result = await runFakeDecode({
    models: own,
    memberPrompts: own.map((_, index) => [0, 1, 2, 3, 4].slice(index % 3)),
    method: {
      kind: 'collaborative',
      combine: weightedCombine(own.map(() => 1)),
      schedule,
      acceptance: { kind: 'exact' },
      defaultProposer: 0,
      draftLengths: own.map(() => draftLength),
    },
    random: new PhiloxSource(7),
    maxTokens: 9,
    ...(now && { now }),
  });
  return { ...result, batches: [...models.values()].map(({ batches }) => batches) };
}

/** Forwards of a round: member (1 = first) and tokens fed. */
const forwardsOf = ({ forwards }: { forwards: readonly { member: number; tokens: number }[] }) =>
  forwards.map(({ member, tokens }) => `M${member + 1} ${tokens}`).join(', ');

test.each<{ readonly team: Team; readonly round: string; readonly batched: number[][] }>([
  {
    team: { members: 'AA', schedule: 'sequential', batchedUpTo: 4 },
    round: 'M1 1, M2 1',
    batched: [Array(8).fill(1)],
  },
  {
    team: { members: 'AAA', schedule: 'sequential', batchedUpTo: 4 },
    round: 'M1 1, M2 1, M3 1',
    batched: [Array(8).fill(1)],
  },
  {
    team: { members: 'ABAB', schedule: 'sequential', batchedUpTo: 4 },
    round: 'M1 1, M3 1, M2 1, M4 1',
    batched: [Array(8).fill(1), Array(8).fill(1)],
  },
  {
    team: { members: 'AB', schedule: 'sequential', batchedUpTo: 4 },
    round: 'M1 1, M2 1',
    batched: [[], []],
  },
  { team: { members: 'AA', schedule: 'sequential' }, round: 'M1 1, M2 1', batched: [[]] },
  {
    team: { members: 'AA', schedule: 'sequential', batchedUpTo: 0 },
    round: 'M1 1, M2 1',
    batched: [[]],
  },
  { team: { members: 'AA', schedule: 'alternate', batchedUpTo: 4 }, round: 'M1 1, M2 2', batched: [[]] },
])('$team.schedule of $team.members, in one pass up to $team.batchedUpTo: $round', async (given) => {
  const { rounds, batches } = await decode(given.team);
  expect(forwardsOf(rounds[1])).toBe(given.round);
  expect(batches).toEqual(given.batched);
});

test.each([
  { members: 'AA', schedule: 'black-box', draftLength: 2, width: 3 },
  { members: 'BAA', schedule: 'naive', draftLength: 2, width: 3 },
] as const)('$schedule scores a draft with two members of one model at once', async ({ width, ...team }) => {
  const { rounds, batches } = await decode({ ...team, batchedUpTo: 4 });
  expect(batches.flat()).toContain(width);
  const scores = rounds[1].forwards.filter(({ kind }) => kind === 'score');
  expect(scores.map(({ tokens }) => tokens)).toEqual([width, width]);
});

test.each(['sequential', 'black-box', 'naive', 'alternate'] as const)(
  '%s writes the same text whether passes are run together or not',
  async (schedule) => {
    for (const members of ['AA', 'AAA', 'ABA']) {
      const [together, apart] = await Promise.all([
        decode({ members, schedule, draftLength: 2, batchedUpTo: 9 }),
        decode({ members, schedule, draftLength: 2 }),
      ]);
      expect(together.tokenIds).toEqual(apart.tokenIds);
      expect(together.rounds.map(({ kvLengths }) => kvLengths)).toEqual(
        apart.rounds.map(({ kvLengths }) => kvLengths),
      );
    }
  },
);

test('a pass over two texts is a forward of each member, with half of its time', async () => {
  let nowMs = 0;
  const team = { members: 'AA', schedule: 'sequential', batchedUpTo: 1 } as const;
  const { rounds } = await decode({ ...team, now: () => nowMs, onForward: () => (nowMs += 3) });
  const [first, second] = rounds[1].forwards;
  expect([first.ms, second.ms, second.startMs - first.startMs]).toEqual([3, 3, 3]);
  expect(rounds[1].msByPhase.forward).toBe(6);
});
