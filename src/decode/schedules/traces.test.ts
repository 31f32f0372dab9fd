import { describe, expect, test } from 'vitest';
import type { Round } from '../../round/round.ts';
import { type Script, scriptedRounds } from '../testing/scripted-decode.ts';

/**
 * What each round did, one line each: forwards as kind, member (1 = first) and tokens fed; then verdicts by the
 * proposer's number: + accepted, - rejected, x discarded; "r" recovered, "d" drawn.
 */
async function trace(script: Script): Promise<string[]> {
  return (await scriptedRounds(script)).slice(1).map(describeRound);
}

const marks = { accepted: '+', rejected: '-', discarded: 'x', recovered: 'r', drawn: 'd' } as const;

function describeRound({ forwards, proposals }: Round): string {
  const steps = forwards.map(({ kind, member, tokens }) => `${kind} M${member + 1} ${tokens}`);
  const fates = proposals.map(
    ({ proposer, fate }) => marks[fate] + (proposer?.kind === 'member' ? proposer.index + 1 : ''),
  );
  return `${steps.join(', ')}: ${fates.join(' ')}`;
}

describe('alternate', () => {
  test('two members, γ = (1,1), all accepted: each forward verifies one token and proposes one', async () => {
    expect(await trace({ schedule: 'alternate', draftLengths: [1, 1], rounds: 4 })).toEqual([
      'draft M1 1, score M2 2: +1',
      'score M1 2: +2',
      'score M2 2: +1',
      'score M1 2: +2',
    ]);
  });

  test('three members, γ = (1,1,1), all accepted: each forward scores two and proposes one', async () => {
    expect(await trace({ schedule: 'alternate', draftLengths: [1, 1, 1], rounds: 4 })).toEqual([
      // M1 proposes x1; M2 scores x1, bonus x2; M3 scores x1 x2, bonus x3; x1 is judged.
      'draft M1 1, score M2 2, score M3 3: +1',
      // M1 scores x2 x3, bonus x4; x2 is judged against M2's q.
      'score M1 3: +2',
      'score M2 3: +3',
      'score M3 3: +1',
    ]);
  });

  test('three members, γ = (3,2,1), all accepted', async () => {
    expect(await trace({ schedule: 'alternate', draftLengths: [3, 2, 1], rounds: 3 })).toEqual([
      // M1 drafts x1–x3; M2 scores them, bonus x4, drafts x5; M3 scores x1–x5, bonus x6; x1–x3 are judged.
      'draft M1 1, draft M1 1, draft M1 1, score M2 4, draft M2 1, score M3 6: +1 +1 +1',
      // M1 scores x4–x6, bonus x7; x4 and x5 are judged against M2's q before any further draft.
      'score M1 4: +2 +2',
      // Both accepted: M1 drafts x8 x9. Then M2 scores from x6 on, bonus x10; x6 is judged against M3's q.
      'draft M1 1, draft M1 1, score M2 5: +3',
    ]);
  });

  test('three members, γ = (3,2,1), x5 rejected: x6 and x7 are discarded and M1 restarts', async () => {
    expect(await trace({ schedule: 'alternate', draftLengths: [3, 2, 1], rejected: [5], rounds: 3 })).toEqual(
      [
        'draft M1 1, draft M1 1, draft M1 1, score M2 4, draft M2 1, score M3 6: +1 +1 +1',
        'score M1 4: +2 -2 r x3 x1',
        'draft M1 1, draft M1 1, draft M1 1, score M2 4, draft M2 1, score M3 6: +1 +1 +1',
      ],
    );
  });

  test('a rejection of the first proposal: everything behind it goes, and no further draft is made', async () => {
    expect(await trace({ schedule: 'alternate', draftLengths: [2, 2], rejected: [1], rounds: 2 })).toEqual([
      'draft M1 1, draft M1 1, score M2 3: -1 r x1 x2',
      'draft M1 1, draft M1 1, score M2 3: +1 +1',
    ]);
  });
});

describe('the baselines', () => {
  test('trap: naive commits no bonus; a scorer that was all right holds the row behind it already', async () => {
    expect(await trace({ schedule: 'naive', draftLengths: [2, 1], rejected: [4], rounds: 3 })).toEqual([
      'draft M1 1, draft M1 1, score M2 3: +1 +1',
      'draft M1 1, draft M1 1, score M2 2: +1 -1 r',
      'draft M1 1, draft M1 1, score M2 3: +1 +1',
    ]);
  });

  test('black-box scores the draft with every member, the proposer too, and commits a token of r behind it', async () => {
    expect(await trace({ schedule: 'black-box', draftLengths: [2, 1], rejected: [3], rounds: 3 })).toEqual([
      'draft M1 1, draft M1 1, score M1 3, score M2 3: +1 +1 d',
      'draft M1 1, draft M1 1, score M1 3, score M2 3: -1 r x1',
      'draft M1 1, draft M1 1, score M1 3, score M2 3: +1 +1 d',
    ]);
  });

  test('sequential asks every member for every token', async () => {
    expect(await trace({ schedule: 'sequential', draftLengths: [1, 1, 1], rounds: 2 })).toEqual([
      'score M1 1, score M2 1, score M3 1: d',
      'score M1 1, score M2 1, score M3 1: d',
    ]);
  });

  test('mixture asks the picked member alone, which catches up first', async () => {
    // The scripted source always picks the heaviest member.
    expect(await trace({ schedule: 'mixture', draftLengths: [1, 1], weights: [1, 3], rounds: 2 })).toEqual([
      'score M2 1: d',
      'score M2 1: d',
    ]);
  });
});

test('trap: a draft length belongs to one member and is not broadcast to the others', async () => {
  const fourDrafts = 'draft M1 1, '.repeat(4);
  expect(await trace({ schedule: 'alternate', draftLengths: [5, 1], rounds: 3 })).toEqual([
    `draft M1 1, ${fourDrafts}score M2 6: +1 +1 +1 +1 +1`,
    'score M1 2: +2',
    `${fourDrafts}score M2 6: +1 +1 +1 +1 +1`,
  ]);
});
