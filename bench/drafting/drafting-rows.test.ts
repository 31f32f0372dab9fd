import { expect, test } from 'vitest';
import type { DecodeResult } from '../../src/engine/engine-api.ts';
import type { Trial } from '../trials.ts';
import { draftingRowOf } from './drafting-rows.ts';

type Round = DecodeResult['rounds'][number];

const forward = (member: number, kind: 'score' | 'draft', tokens: number, ms: number) => ({
  member,
  kind,
  tokens,
  ms,
});

function resultOf(
  tokensPerSecond: number,
  rounds: readonly object[],
  verdicts: readonly (readonly [number, number])[],
) {
  const prefill = { forwards: [], committed: [0], draftLengths: [0, 0] };
  const drafter = { kind: 'model', model: 'draft', draftLength: 2 };
  return {
    request: { method: { kind: 'speculative', target: 'base', drafter } },
    rounds: [prefill, ...rounds] as unknown as readonly Round[],
    stats: {
      tokensPerSecond,
      members: verdicts.map(([accepted, rejected]) => ({ accepted, rejected })),
    },
  } as unknown as DecodeResult;
}

const plain = resultOf(
  100,
  [{ forwards: [forward(0, 'score', 1, 10)], committed: [1], draftLengths: [0] }],
  [[0, 0]],
);

/** Two rounds of two drafts of 1 ms and a score of 15 ms; three tokens, then one. */
const speculative = resultOf(
  200,
  [[1, 2, 3], [4]].map((committed) => ({
    forwards: [forward(1, 'draft', 1, 1), forward(1, 'draft', 1, 1), forward(0, 'score', 3, 15)],
    committed,
    draftLengths: [0, 2],
  })),
  [
    [0, 0],
    [2, 1],
  ],
);

const trial: Trial = { result: speculative, reference: [plain, plain] };

test('a row tells what a round brings and what it costs, in passes of the target over one token', () => {
  const row = draftingRowOf('γ = 2', [trial, trial]);
  expect(row.ratio).toMatchObject({ median: 2, count: 2 });
  expect(row.acceptanceRate).toBeCloseTo(2 / 3, 12);
  expect(row).toMatchObject({ draftLength: 2, tokensPerRound: 2 });
  expect(row.draftCost).toBeCloseTo(0.2, 12);
  expect(row.scoreCost).toBeCloseTo(1.5, 12);
});

test('the prediction is the formula of α, c and t(γ+1); an n-gram drafter has none', () => {
  // (1 + α + α²) tokens for two drafts and a score; a draft behind an accepted round costs the same here.
  const alpha = 2 / 3;
  const predicted = (1 + alpha + alpha ** 2) / (0.2 + 1.5);
  expect(draftingRowOf('γ = 2', [trial]).predicted?.median).toBeCloseTo(predicted, 12);
  const ngram = structuredClone(trial) as { result: { request: { method: { drafter: object } } } } & Trial;
  ngram.result.request.method.drafter = { kind: 'ngram', draftLength: 2 };
  expect(draftingRowOf('γ = 2', [ngram]).predicted).toBeNull();
});
