import { expect, test } from 'vitest';
import type { DecodeResult, EngineInfo } from '../../src/engine/engine-api.ts';
import { memberProposer } from '../../src/round/proposer.ts';
import { speedLine, summaryOf } from './summary.ts';

const info = { threads: 2 } as EngineInfo;

type Method = DecodeResult['request']['method'];
type Member = DecodeResult['stats']['members'][number];

const exact = { kind: 'exact' } as const;

const member = (
  modelId: string | null,
  meanDraftLength: number,
  proposals = 0,
  acceptanceRate: number | null = null,
) =>
  ({ modelId, meanDraftLength, proposals, acceptanceRate, forwardsByWidth: [] }) as Partial<Member> as Member;

function resultOf(method: Method, members: readonly Member[]): DecodeResult {
  return {
    request: { method },
    backend: 'wasm',
    seed: 7,
    finishReason: 'length',
    rounds: [
      { forwards: [], committed: [1] },
      { forwards: [{ member: 0 }, { member: 1 }], committed: [2, 3, 4] },
    ],
    lossy: false,
    stats: {
      tokens: 20,
      tokensPerSecond: 100,
      timeToFirstTokenMs: 30,
      acceptanceRate: 0.8,
      tokensPerRound: 3,
      members,
      pairs: [],
      speedUp: { predicted: 1.6 },
      deviation: null,
      forwards: [{ member: 0, modelId: 'a', count: 9 }],
    },
  } as unknown as DecodeResult;
}

test('a draft length that is left to the engine is told with its mean, beside the calls that were saved', () => {
  const lines = summaryOf(
    resultOf(
      {
        kind: 'speculative',
        target: 'a',
        drafter: { kind: 'model', model: 'b', draftLength: 'adaptive' },
        acceptance: exact,
      },
      [member('a', 0), member('b', 3.25, 26, 0.8)],
    ),
    info,
  ).split('\n');

  expect(lines[0]).toBe(
    'speculative, a with drafts from b, draft length adaptive; WebAssembly, 2 threads; seed 7',
  );
  expect(lines).toContain('  b: 26 proposals, 80.0 % accepted, mean draft length 3.3');
  expect(lines.filter((line) => line.startsWith('  '))).toHaveLength(1);
  expect(lines).toContain(
    '1 model calls instead of 3: 67 % saved, with 1 cheaper calls of the draft model, prompt left out',
  );
});

test('a look-up has no model to be named by, and may have found nothing', () => {
  const summary = summaryOf(
    resultOf(
      {
        kind: 'speculative',
        target: 'a',
        drafter: { kind: 'ngram', draftLength: 'adaptive', longestMatch: 4, shortestMatch: 2 },
        acceptance: exact,
      },
      [member('a', 0), member(null, 1.5)],
    ),
    info,
  );
  expect(summary).toContain('\n  n-gram lookup: 0 proposals, mean draft length 1.5\n');
});

test('each member of a team has its own draft length', () => {
  const method = {
    kind: 'collaborative',
    members: [
      { model: 'a', sampling: {}, draftLength: 'adaptive' },
      { model: 'b', sampling: {}, draftLength: 1 },
    ],
    combine: { kind: 'weighted', weights: [1, 1] },
    schedule: 'alternate',
    acceptance: exact,
    defaultProposer: 0,
  } as const satisfies Method;
  const summary = summaryOf(resultOf(method, [member('a', 2.04, 30, 0.9), member('b', 1, 12, 0.75)]), info);
  expect(summary).toContain('a (draft length adaptive, default proposer), b (draft length 1)');
  expect(summary).toContain('\n  a: 30 proposals, 90.0 % accepted, mean draft length 2.0\n');
  expect(summary).toContain('\n  b: 12 proposals, 75.0 % accepted, mean draft length 1.0\n');
});

test('forwards are told with their times by tokens, and pairs with what one proposed and the other scored', () => {
  const byWidth = (...widths: readonly (readonly [number, number, number])[]) =>
    widths.map(([tokens, medianMs, count]) => ({ tokens, medianMs, count }));
  const members = [
    { ...member('a', 0), forwardsByWidth: byWidth([1, 1.64, 3], [2, 1.96, 40]) },
    { ...member('b', 0), forwardsByWidth: byWidth([2, 2.04, 41]) },
  ];
  const result = resultOf({ kind: 'plain', model: 'a', acceptance: exact }, members);
  const pair = {
    ...{
      proposer: memberProposer(0),
      verifier: 1,
      proposals: 44,
      accepted: 37,
      rejected: 4,
      acceptanceRate: 37 / 41,
    },
    forwards: 41,
    forwardsByWidth: byWidth([2, 2.04, 41]),
  };
  const summary = summaryOf({ ...result, stats: { ...result.stats, pairs: [pair] } }, info);
  expect(summary.split('\n').slice(-5)).toEqual([
    'median ms of a forward by tokens fed (how many):',
    '  a: 1: 1.6 (3), 2: 2.0 (40)',
    '  b: 2: 2.0 (41)',
    'pairs, who proposed → who scored before the verdict:',
    '  a → b: 44 proposals, 90.2 % accepted, 41 scores: 2: 2.0 (41)',
  ]);
});

test.each([
  [[], null],
  [[1.5, 1.5], 'speed: 2 of 5 pairs were compared, too few to name one'],
  [
    [1.5, 1.5, 1.4, 1.6, 1.7],
    '1.50 × the speed of asking the model itself for every token (median of 5 pairs, 1.40 to 1.70 ×; predicted 1.60 ×)',
  ],
  [
    [0.5, 0.5, 0.5, 0.5, 0.5],
    'Drafting ahead lost time here: 0.50 × the speed of asking the model itself for every token (median of 5 pairs, 0.50 to 0.50 ×; predicted 1.60 ×). Asking the model itself for every token would be faster.',
  ],
])('pairs %j are told in a line', (ratios, line) => {
  const drafter = { kind: 'ngram', draftLength: 4, longestMatch: 4, shortestMatch: 2 } as const;
  const result = resultOf({ kind: 'speculative', target: 'a', drafter, acceptance: exact }, [member('a', 0)]);
  const pairs = ratios.map((ratio) => ({ methodMs: 1, referenceMs: ratio }));
  expect(speedLine(result, pairs)).toBe(line);
});
