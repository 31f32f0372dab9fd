import { expect, test } from 'vitest';
import type { DecodeResult, DecodeRun } from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import type { Round } from '../round/round.ts';
import { measurePairs } from './measure-pairs.ts';
import { referenceOf } from './reference.ts';

const round = (atMs: number, tokens: number, text = 'ab'): Round =>
  ({ atMs, committed: Array.from({ length: tokens }, () => 1), text, forwards: [] }) as unknown as Round;

const request: DecodeRequest = { prompt: 'P', method: { kind: 'plain', model: 'm' } };
const named = (prompt: string): DecodeRequest => ({ ...request, prompt });
const pairOf = (index: number) => ({
  method: named(`method ${index}`),
  reference: named(`reference ${index}`),
});

/** Answers with the rounds that a prompt has, and remembers the order. */
function runner(roundsOf: (prompt: string) => readonly Round[]) {
  const ran: string[] = [];
  const decode = ({ prompt = '' }: DecodeRequest): DecodeRun => {
    ran.push(prompt);
    const result = Promise.resolve({ rounds: roundsOf(prompt) } as DecodeResult);
    return { result, stop: () => {} } as unknown as DecodeRun;
  };
  return { ran, decode };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

test('times are per token and start with the first one; every other pair runs the method first', async () => {
  const { ran, decode } = runner((prompt) =>
    prompt.startsWith('method')
      ? [round(100, 1), round(130, 4), round(150, 6)]
      : [round(90, 1), round(190, 10)],
  );
  const pairs = await all(measurePairs({ decode, pairs: [pairOf(0), pairOf(1)] }));
  expect(pairs).toEqual([
    { methodMs: 5, referenceMs: 10 },
    { methodMs: 5, referenceMs: 10 },
  ]);
  expect(ran).toEqual(['reference 0', 'method 0', 'method 1', 'reference 1']);
});

test('a pair in which one ends with its first round is left out', async () => {
  const { decode } = runner((prompt) =>
    prompt === 'method 0' ? [round(9, 1)] : [round(9, 1), round(19, 1)],
  );
  expect(await all(measurePairs({ decode, pairs: [pairOf(0), pairOf(1)] }))).toHaveLength(1);
});

test('no pair begins after the budget, but the first runs', async () => {
  let now = 0;
  const { ran, decode } = runner(() => [round(9, 1), round(19, 1)]);
  const measured = all(
    measurePairs({ decode, pairs: [pairOf(0), pairOf(1), pairOf(2)], budgetMs: 10, now: () => (now += 6) }),
  );
  expect(await measured).toHaveLength(2);
  expect(ran).toHaveLength(4);
});

test('a signal ends the measurement and keeps what was measured', async () => {
  const abort = new AbortController();
  const { ran, decode } = runner(() => [round(9, 1), round(19, 1)]);
  const seen = [];
  for await (const pair of measurePairs({ decode, pairs: [pairOf(0), pairOf(1)], signal: abort.signal })) {
    seen.push(pair);
    abort.abort();
  }
  expect(seen).toHaveLength(1);
  expect(ran).toHaveLength(2);
});

test.each([
  [{ kind: 'plain', model: 'm' }, null],
  [
    { kind: 'speculative', target: 'm', drafter: { kind: 'ngram' } },
    { kind: 'plain', model: 'm' },
  ],
  [{ kind: 'collaborative', members: [], schedule: 'sequential', combine: { kind: 'weighted' } }, null],
  [
    { kind: 'collaborative', members: [], schedule: 'alternate', combine: { kind: 'weighted' } },
    { kind: 'collaborative', members: [], schedule: 'sequential', combine: { kind: 'weighted' } },
  ],
])('the reference of %j', (method, reference) => {
  const made = referenceOf({ ...request, method } as DecodeRequest);
  expect(made?.method ?? null).toEqual(reference);
});
