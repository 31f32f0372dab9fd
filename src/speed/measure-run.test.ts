import { describe, expect, test } from 'vitest';
import type { DecodeResult, DecodeRun } from '../engine/engine-api.ts';
import type { DecodeMethod, DecodeRequest } from '../engine/request-types.ts';
import type { Round } from '../round/round.ts';
import { budgetFor, measureRun, wantedPairs } from './measure-run.ts';
import { minPairs, type SpeedPair } from './speed-up.ts';

const round = (atMs: number, tokens = 1): Round =>
  ({
    atMs,
    committed: Array.from({ length: tokens }, () => 1),
    text: 'ab',
    forwards: [],
  }) as unknown as Round;
/** A text of a hundred tokens. */
const written = (msPerToken: number): Round[] =>
  Array.from({ length: 100 }, (_, index) => round((index + 1) * msPerToken));

const drafted: DecodeMethod = { kind: 'speculative', target: 'm', drafter: { kind: 'ngram' } };

async function measured(
  method: DecodeMethod,
  rounds: readonly Round[],
  budgetMs?: number,
  now?: () => number,
) {
  const asked: DecodeRequest[] = [];
  const decode = (request: DecodeRequest): DecodeRun => {
    asked.push(request);
    const ms = request.method.kind === 'plain' ? 30 : 20;
    const result = Promise.resolve({ rounds: [round(10), round(10 + ms)] } as unknown as DecodeResult);
    return { result, stop: () => {} } as unknown as DecodeRun;
  };
  const pairs: SpeedPair[] = [];
  const request = { prompt: 'P', method };
  const options = { ...(budgetMs !== undefined && { budgetMs }), ...(now && { now }) };
  for await (const pair of measureRun({ decode, request, rounds, ...options })) pairs.push(pair);
  return { asked, pairs };
}

describe('a run is measured', () => {
  test('against its reference, from several places of its text', async () => {
    const { asked, pairs } = await measured(drafted, written(10));
    expect(pairs).toEqual(Array.from({ length: wantedPairs }, () => ({ methodMs: 20, referenceMs: 30 })));
    expect(new Set(asked.map(({ prompt }) => prompt)).size).toBe(wantedPairs);
    expect(asked.filter(({ method }) => method.kind === 'plain')).toHaveLength(wantedPairs);
  });

  test.each([
    ['a fast run', 1, 2000, 32],
    ['a run whose pairs would not all fit', 20, 8000, 16],
    ['a slow run', 500, 8000, 8],
  ])('%s in texts that fit the time', async (_, msPerToken, budgetMs, tokens) => {
    const { asked } = await measured(drafted, written(msPerToken), budgetMs);
    expect(new Set(asked.map(({ maxTokens }) => maxTokens))).toEqual(new Set([tokens]));
  });

  test.each([
    ['a slow machine is given time for enough pairs', 1000, minPairs],
    ['a very slow one is not', 5000, 2],
  ])('%s', async (_, stepMs, pairs) => {
    let time = 0;
    const now = () => (time += stepMs);
    expect((await measured(drafted, written(10), 2000, now)).pairs).toHaveLength(pairs);
  });

  test.each([
    ['a reference', { kind: 'plain', model: 'm' } as const, written(10)],
    ['a text of one round', drafted, written(10).slice(0, 1)],
  ])('but not %s', async (_, method, rounds) => {
    expect(await measured(method, rounds)).toEqual({ asked: [], pairs: [] });
  });
});

test.each([
  [300, 2000],
  [5000, 5000],
  [60_000, 8000],
])('a run of %i ms is measured for %i ms', (ms, budgetMs) => {
  expect(budgetFor([round(1), round(ms)])).toBe(budgetMs);
});
