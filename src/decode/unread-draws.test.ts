import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { untruncated } from '../sample/sampling-parameters.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import { analyticLaw, combinedAt, largestDifference } from './testing/analytic-law.ts';
import { enumerateLaw } from './testing/enumerate-law.ts';
import { runFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

/*
 * Where a read-back is dear, several tokens are drawn before any of them is looked at. The text must not show it.
 */
const max = 8;

const team = (schedule: ScheduleKind): MethodPlan => ({
  kind: 'collaborative',
  acceptance: { kind: 'exact' },
  combine: weightedCombine([0.3, 0.7]),
  schedule,
  defaultProposer: 0,
  draftLengths: [1, 1],
});
const drafted = (kind: 'model' | 'ngram'): MethodPlan => ({
  kind: 'speculative',
  acceptance: { kind: 'exact' },
  drafter:
    kind === 'model' ? { kind, draftLength: 0 } : { kind, draftLength: 0, longestMatch: 2, shortestMatch: 1 },
});

const methods: { name: string; method: MethodPlan; members: number }[] = [
  { name: 'plain', method: { kind: 'plain' }, members: 1 },
  { name: 'speculative, γ = 0', method: drafted('model'), members: 2 },
  { name: 'look-up, γ = 0', method: drafted('ngram'), members: 1 },
  { name: 'sequential', method: team('sequential'), members: 2 },
  { name: 'mixture', method: team('mixture'), members: 2 },
];

describe.each(methods)('$name, $members member(s)', ({ method, members }) => {
  const models = [1, 2].slice(0, members).map((seed) => new FakeModel({ vocabSize: 5, seed }));
  const run = (maxUnreadDraws: number, options: Partial<Parameters<typeof runFakeDecode>[0]> = {}) =>
    runFakeDecode({
      models,
      method,
      random: new PhiloxSource(6),
      maxTokens: 40,
      maxUnreadDraws,
      ...options,
    });

  test('writes, pass for pass, what is written when every token is looked at', async () => {
    for (const sampling of [{}, { temperature: 0 }, { topK: 3, temperature: 1.4 }]) {
      const [late, prompt] = [await run(max, { sampling }), await run(1, { sampling })];
      expect(late.tokenIds).toEqual(prompt.tokenIds);
      expect(late.text).toBe(prompt.text);
      expect(late.sequences.map(({ fed }) => fed)).toEqual(prompt.sequences.map(({ fed }) => fed));
      const proposals = (result: typeof late) => result.rounds.flatMap((round) => round.proposals);
      expect(proposals(late)).toEqual(proposals(prompt));
    }
  });

  test('tells one token, then twice as many each time, and never more than may be written', async () => {
    const { rounds } = await run(max);
    expect(rounds.map(({ committed }) => committed.length)).toEqual([1, 1, 2, 4, 8, 8, 8, 8]);
    const { rounds: few } = await run(max, { maxTokens: 6 });
    expect(few.map(({ committed }) => committed.length)).toEqual([1, 1, 2, 2]);
  });

  test('forgets what was drawn behind an end token, in text and caches', async () => {
    const { tokenIds } = await run(1);
    for (const [index, end] of tokenIds.entries()) {
      if (tokenIds.indexOf(end) !== index) continue;
      const [late, prompt] = [await run(max, { endTokenIds: [end] }), await run(1, { endTokenIds: [end] })];
      expect(late.finishReason).toBe('end');
      expect(late.tokenIds).toEqual(tokenIds.slice(0, index));
      expect(late.text).toBe(prompt.text);
      const last = (result: typeof late) => result.rounds[result.rounds.length - 1];
      expect(last(late).proposals.at(-1)).toEqual(last(prompt).proposals.at(-1));
      const known = [0, 1, ...late.tokenIds];
      for (const { cachedTokenIds } of late.sequences) {
        expect(cachedTokenIds).toEqual(known.slice(0, cachedTokenIds.length));
      }
    }
  });

  test('looks at every token where a stop string may end the text', async () => {
    const { text } = await run(1);
    const stop = text.slice(20, 23);
    const { rounds, text: cut } = await run(max, { stop: [stop] });
    expect(cut).toBe(text.slice(0, text.indexOf(stop)));
    expect(rounds.map(({ committed }) => committed.length)).toEqual(rounds.map(() => 1));
  });

  test('an abort is heard within one round', async () => {
    const controller = new AbortController();
    // One at the start, one between two members' prefills, one after each round.
    let turnsLeft = members + 3;
    const { rounds, finishReason } = await run(max, {
      signal: controller.signal,
      takeTurn: async () => {
        turnsLeft -= 1;
        if (turnsLeft === 0) controller.abort();
      },
    });
    expect(finishReason).toBe('abort');
    expect(rounds).toHaveLength(3);
  });
});

test.each([
  { name: 'plain', method: { kind: 'plain' } as MethodPlan, members: 1, tokens: 8 },
  { name: 'sequential', method: team('sequential'), members: 2, tokens: 8 },
  { name: 'mixture', method: team('mixture'), members: 2, tokens: 5 },
])('the joint law of the first tokens is the analytic one below 1e-9: $name', async (one) => {
  const { method, members, tokens } = one;
  const models = [1, 2].slice(0, members).map((seed) => new FakeModel({ vocabSize: 2, seed }));
  const prompts = models.map(() => [0, 1, 0]);
  const law = await enumerateLaw(
    { models, method, memberPrompts: prompts, maxTokens: tokens, maxUnreadDraws: max },
    tokens,
  );
  const combined = {
    models,
    combine: weightedCombine(members === 1 ? [1] : [0.3, 0.7]),
    sampling: untruncated,
    memberSampling: models.map(() => untruncated),
    prompts: prompts.map((prompt) => prompt.map(tokenId)),
  };
  const worst = largestDifference(
    law,
    analyticLaw((text) => combinedAt(combined, text), tokens),
  );
  expect(worst.difference, `text ${worst.text}`).toBeLessThan(1e-9);
});
