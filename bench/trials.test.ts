import { expect, test } from 'vitest';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { DecodeRequest } from '../src/engine/request-types.ts';
import { measureTrials, ratioOf, type Variant } from './trials.ts';

const variant = (name: string, reference = 'plain'): Variant => ({
  name,
  method: { kind: 'plain', model: name },
  reference: { kind: 'plain', model: reference },
});

/** Answers with speeds by model, and notes who was asked, the uncounted decodes left out. */
function fakeEngine(speeds: Readonly<Record<string, number>>, tokens = 50) {
  const asked: string[] = [];
  const decode = async ({ method, maxTokens }: DecodeRequest): Promise<DecodeResult> => {
    const model = method.kind === 'plain' ? method.model : '';
    if (maxTokens !== 8) asked.push(model);
    return { stats: { tokens, tokensPerSecond: speeds[model] } } as unknown as DecodeResult;
  };
  return { asked, decode, log: () => {} };
}

const requests = [1, 2].map((seed) => ({ prompt: 'Once', seed }));

test('the reference stands between all variants, which go forwards and then backwards', async () => {
  const engine = fakeEngine({ plain: 10, a: 20, b: 30 });
  const [a, b] = [variant('a'), variant('b')];
  const trials = await measureTrials('', [a, b], requests, engine);
  expect(engine.asked.join(' ')).toBe('plain a plain b plain plain b plain a plain');
  expect(trials.get(a)?.map(ratioOf)).toEqual([2, 2]);
  expect(trials.get(b)?.map(ratioOf)).toEqual([3, 3]);
});

test('a variant with another reference is measured between two of its own', async () => {
  const engine = fakeEngine({ plain: 10, a: 20, team: 5, b: 20 });
  const trials = await measureTrials('', [variant('a'), variant('b', 'team')], [requests[0]], engine);
  expect(engine.asked.join(' ')).toBe('plain a plain team b team');
  expect([...trials.values()].map(([trial]) => ratioOf(trial))).toEqual([2, 4]);
});

test('a text that ended after a few tokens is no trial', async () => {
  const engine = fakeEngine({ plain: 10, a: 20 }, 16);
  const trials = await measureTrials('', [variant('a')], requests, engine);
  expect([...trials.values()]).toEqual([[]]);
});
