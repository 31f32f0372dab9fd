import { describe, expect, test } from 'vitest';
import { contrastiveCombine } from '../combine/contrastive-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import { Detokeniser } from '../tokens/detokeniser.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import { logprobOf } from './logprobs.ts';
import type { MethodPlan } from './method-plan.ts';
import { combinedAt, type Team } from './testing/analytic-law.ts';
import { letterTokenizer, runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const vocabSize = 7;
const models = [1, 2].map((seed) => new FakeModel({ vocabSize, seed }));
const prompt = [0, 1, 0].map(tokenId);
const adjustment = { bias: new Map([[tokenId(2), 1]]), frequencyPenalty: 0.5, presencePenalty: 0.2 };

const team = (options: Partial<Extract<MethodPlan, { kind: 'collaborative' }>>): MethodPlan => ({
  kind: 'collaborative',
  combine: weightedCombine([0.6, 0.4]),
  schedule: 'alternate',
  acceptance: { kind: 'exact' },
  defaultProposer: 0,
  draftLengths: [3, 1],
  ...options,
});
const lookUp: MethodPlan = {
  kind: 'speculative',
  acceptance: { kind: 'exact' },
  drafter: { kind: 'ngram', draftLength: 3, longestMatch: 2, shortestMatch: 1 },
};

const cases: { name: string; method: MethodPlan; sampling?: Partial<SamplingParameters>; unread?: number }[] =
  [
    { name: 'plain', method: { kind: 'plain' } },
    { name: 'plain, drawn before anything is read', method: { kind: 'plain' }, unread: 8 },
    { name: 'plain at temperature 0', method: { kind: 'plain' }, sampling: { temperature: 0 } },
    { name: 'look-up, truncated', method: lookUp, sampling: { temperature: 0.7, topK: 4, topP: 0.9 } },
    { name: 'alternate', method: team({}) },
    { name: 'alternate at temperature 0', method: team({}), sampling: { temperature: 0 } },
    {
      name: 'naive, contrastive',
      method: team({ schedule: 'naive', combine: contrastiveCombine(0.4, 0.1) }),
    },
    { name: 'black-box, coupled', method: team({ schedule: 'black-box', acceptance: { kind: 'coupled' } }) },
    {
      name: 'alternate, typical',
      method: team({ acceptance: { kind: 'typical', epsilon: 0.2, delta: 0.3 } }),
    },
  ];

describe('every committed token comes with what r had there', () => {
  test.each(cases)('$name', async ({ method, sampling = {}, unread = 1 }) => {
    const used = method.kind === 'collaborative' ? models : models.slice(0, 1);
    // At temperature 0 it is the combination at temperature 1, without truncation.
    const told = { ...untruncated, ...(sampling.temperature === 0 ? {} : sampling) };
    const r: Team = {
      models: used,
      combine: method.kind === 'collaborative' ? method.combine : weightedCombine([1]),
      sampling: told,
      memberSampling: used.map(() => told),
      prompts: used.map(() => prompt),
      adjustments: used.map(() => adjustment),
    };
    const { rounds, tokenIds } = await runFakeDecode({
      models: used,
      method,
      prompt,
      sampling,
      adjustments: used.map(() => adjustment),
      random: new PhiloxSource(4),
      maxTokens: 40,
      logprobs: 3,
      maxUnreadDraws: unread,
      stop: ['zz'],
    });
    let text: TokenId[] = [];
    for (const { committed, logprobs } of rounds) {
      expect(logprobs?.map((one) => one.tokenId)).toEqual(committed);
      for (const { tokenId: token, text: letter, logprob, top } of logprobs!) {
        const distribution = combinedAt(r, text);
        const order = [...distribution.keys()].sort((a, b) => distribution[b] - distribution[a]);
        expect(letter).toBe(String.fromCharCode(97 + token));
        expect(logprob).toBeCloseTo(Math.log(distribution[token]), 9);
        expect(top.map((one) => one.tokenId)).toEqual(order.slice(0, 3).filter((id) => distribution[id] > 0));
        for (const one of top) expect(one.logprob).toBeCloseTo(Math.log(distribution[one.tokenId]), 9);
        text = [...text, token];
      }
    }
    expect(text).toEqual(tokenIds);
    expect(text).toHaveLength(40);
  });

  test('0 tells the committed token alone, and nothing is told unless asked for', async () => {
    const common = { models, method: team({}), random: new PhiloxSource(1), maxTokens: 10 };
    const zero = await runFakeDecode({ ...common, logprobs: 0 });
    expect(zero.rounds.flatMap(({ logprobs }) => logprobs!.map(({ top }) => top.length))).toEqual(
      zero.tokenIds.map(() => 0),
    );
    const without = await runFakeDecode(common);
    expect(without.rounds.some((round) => 'logprobs' in round)).toBe(false);
    expect(without.tokenIds).toEqual(zero.tokenIds);
  });

  test('an end token, and what is behind the limit, has none', async () => {
    const { rounds, tokenIds, finishReason } = await runFakeDecode({
      models: models.slice(0, 1),
      method: { kind: 'plain' },
      random: new PhiloxSource(3),
      endTokenIds: [4],
      maxTokens: 500,
      maxUnreadDraws: 8,
      logprobs: 1,
    });
    expect(finishReason).toBe('end');
    expect(rounds.flatMap(({ logprobs }) => logprobs!.map((one) => one.tokenId))).toEqual(tokenIds);
  });
});

test('an impossible token has −9999, and rounding makes no probability larger than 1', () => {
  const list = { probability: 0, top: [{ tokenId: tokenId(1), probability: 1.0000002 }] };
  expect(logprobOf(tokenId(0), list, new Detokeniser(letterTokenizer(3)))).toEqual({
    ...{ tokenId: 0, text: 'a', bytes: [0x61], logprob: -9999 },
    top: [{ tokenId: 1, text: 'b', bytes: [0x62], logprob: 0 }],
  });
});
