import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { argmax } from '../sample/distribution.ts';
import { tokenId } from '../tokens/token-id.ts';
import type { MethodPlan } from './method-plan.ts';
import type { PrefillProgress } from './prefill-members.ts';
import { summarize } from './statistics.ts';
import { runFakeDecode, startFakeDecode } from './testing/fake-decode.ts';
import { FakeModel } from './testing/fake-model.ts';

const target = new FakeModel({ vocabSize: 5, seed: 1 });
const draft = new FakeModel({ vocabSize: 5, seed: 2 });
const speculative = (draftLength: number): MethodPlan => ({
  kind: 'speculative',
  acceptance: { kind: 'exact' },
  drafter: { kind: 'model', draftLength },
});
const ngram: MethodPlan = {
  kind: 'speculative',
  acceptance: { kind: 'exact' },
  drafter: { kind: 'ngram', draftLength: 4, longestMatch: 3, shortestMatch: 1 },
};
const plain: MethodPlan = { kind: 'plain' };
const modelsOf = (method: MethodPlan) =>
  method.kind === 'speculative' && method.drafter.kind === 'model' ? [target, draft] : [target];
const methods: { name: string; method: MethodPlan; maxUnreadDraws?: number }[] = [
  { name: 'plain', method: plain },
  { name: 'plain, read back late', method: plain, maxUnreadDraws: 8 },
  { name: 'speculative', method: speculative(3) },
  { name: 'n-gram', method: ngram },
];

describe('at temperature 0', () => {
  test.each([0, 1, 2, 5, 16])('speculative with γ = %i writes what plain writes', async (draftLength) => {
    for (let seed = 10; seed < 20; seed++) {
      const models = [
        new FakeModel({ vocabSize: 5, seed }),
        new FakeModel({ vocabSize: 5, seed: seed + 100 }),
      ];
      const common = { random: new PhiloxSource(1), sampling: { temperature: 0 }, maxTokens: 60 };
      const reference = await runFakeDecode({ ...common, models: models.slice(0, 1), method: plain });
      const actual = await runFakeDecode({ ...common, models, method: speculative(draftLength) });
      const lookedUp = await runFakeDecode({ ...common, models: models.slice(0, 1), method: ngram });
      expect(actual.tokenIds).toEqual(reference.tokenIds);
      expect(lookedUp.tokenIds).toEqual(reference.tokenIds);
    }
  });
});

describe.each(methods)('the text of $name', ({ method, maxUnreadDraws = 1 }) => {
  const run = (options: Partial<Parameters<typeof runFakeDecode>[0]>) =>
    runFakeDecode({
      models: modelsOf(method),
      method,
      random: new PhiloxSource(4),
      maxUnreadDraws,
      ...options,
    });

  test('ends after exactly maxTokens tokens', async () => {
    for (let maxTokens = 1; maxTokens < 12; maxTokens++) {
      const { tokenIds, finishReason } = await run({ maxTokens });
      expect(tokenIds).toHaveLength(maxTokens);
      expect(finishReason).toBe('length');
    }
  });

  test('ends before the first end token, which is not part of it', async () => {
    const whole = await run({ maxTokens: 60 });
    const end = whole.tokenIds[7];
    const { tokenIds, finishReason, text, rounds } = await run({ maxTokens: 60, endTokenIds: [end] });
    expect(tokenIds).toEqual(whole.tokenIds.slice(0, whole.tokenIds.indexOf(end)));
    expect(finishReason).toBe('end');
    expect(text).toBe(whole.text.slice(0, tokenIds.length));
    expect(rounds.at(-1)?.proposals.some(({ tokenId }) => tokenId === end)).toBe(true);
  });

  test('ends before a stop string that spans tokens; its tokens end with the one that completed it', async () => {
    const whole = await run({ maxTokens: 60 });
    const stop = whole.text.slice(9, 13);
    const start = whole.text.indexOf(stop);
    const { text, tokenIds, finishReason } = await run({ maxTokens: 60, stop: [stop] });
    expect(finishReason).toBe('stop');
    expect(text).toBe(whole.text.slice(0, start));
    expect(tokenIds).toEqual(whole.tokenIds.slice(0, start + stop.length));
  });

  test('fills the context to its last position and no further', async () => {
    const { tokenIds, finishReason, sequences } = await run({ contextLength: 12, maxTokens: 60 });
    expect(finishReason).toBe('context');
    expect(tokenIds).toHaveLength(12 - 2);
    for (const { fed } of sequences) {
      for (const { at, ids } of fed) expect(at + ids.length).toBeLessThanOrEqual(12);
    }
  });

  test('is empty when the prompt fills the context', async () => {
    const { tokenIds, finishReason } = await run({ contextLength: 2 });
    expect({ tokenIds, finishReason }).toEqual({ tokenIds: [], finishReason: 'context' });
  });

  test('is the same for the same seed', async () => {
    const first = await run({ random: new PhiloxSource(12) });
    const second = await run({ random: new PhiloxSource(12) });
    const other = await run({ random: new PhiloxSource(13) });
    expect(second.tokenIds).toEqual(first.tokenIds);
    expect(other.tokenIds).not.toEqual(first.tokenIds);
  });
});

describe('end tokens', () => {
  const together: MethodPlan = {
    kind: 'collaborative',
    combine: weightedCombine([1, 1, 1]),
    schedule: 'alternate',
    acceptance: { kind: 'exact' },
    defaultProposer: 0,
    draftLengths: [2, 1, 1],
  };
  const third = new FakeModel({ vocabSize: 5, seed: 3 });
  const run = (memberEndTokenIds: readonly (readonly number[])[], method: MethodPlan = together) =>
    runFakeDecode({
      models: method === together ? [target, draft, third] : [target, draft],
      method,
      random: new PhiloxSource(4),
      maxTokens: 60,
      memberEndTokenIds,
    });

  test('of every member of a team end its text, whoever names them', async () => {
    const whole = await run([[], [], []]);
    const [early, late] = [
      whole.tokenIds[3],
      whole.tokenIds.find((id, index) => index > 3 && id !== whole.tokenIds[3])!,
    ];
    for (const ends of [
      [[early], [], []],
      [[], [early], []],
      [[], [], [early]],
      [[late], [], [early]],
    ]) {
      const all = new Set<number>(ends.flat());
      const { tokenIds, finishReason } = await run(ends);
      expect(finishReason).toBe('end');
      expect(tokenIds).toEqual(
        whole.tokenIds.slice(
          0,
          whole.tokenIds.findIndex((id) => all.has(id)),
        ),
      );
    }
  });

  test('of a draft model end nothing: only the target writes', async () => {
    const whole = await run([[], []], speculative(3));
    const drafted = await run([[], [0, 1, 2, 3, 4]], speculative(3));
    expect(drafted.tokenIds).toEqual(whole.tokenIds);
    expect(drafted.finishReason).toBe('length');
  });
});

test('plain text that is stopped and continued with the same seed equals the uninterrupted one', async () => {
  const random = new PhiloxSource(3);
  const whole = await runFakeDecode({
    models: [target],
    method: plain,
    random,
    prompt: [0, 1],
    maxTokens: 30,
  });
  const start = await runFakeDecode({
    models: [target],
    method: plain,
    random,
    prompt: [0, 1],
    maxTokens: 11,
  });
  const prompt = [0, 1, ...start.tokenIds];
  const rest = await runFakeDecode({ models: [target], method: plain, random, prompt, maxTokens: 19 });
  expect([...start.tokenIds, ...rest.tokenIds]).toEqual(whole.tokenIds);
});

test('a prefill is reported after every chunk of every member', async () => {
  const reports: PrefillProgress[] = [];
  await runFakeDecode({
    models: [target, target],
    method: speculative(4),
    random: new PhiloxSource(1),
    memberPrompts: [Array.from({ length: 300 }, () => 1), [0, 1]],
    maxTokens: 1,
    onPrefill: (progress) => reports.push(progress),
  });
  expect(reports).toEqual([
    { tokensFed: 256, tokensTotal: 302 },
    { tokensFed: 300, tokensTotal: 302 },
    { tokensFed: 302, tokensTotal: 302 },
  ]);
});

describe('abort', () => {
  test.each(methods)('of $name ends the text after the round it is heard in', async ({ method }) => {
    const controller = new AbortController();
    const models = modelsOf(method);
    // One at the start, one between two members' prefills, one after each round.
    let turnsLeft = models.length + 3;
    const takeTurn = async () => {
      if (--turnsLeft === 0) controller.abort();
    };
    const { rounds, finishReason } = await runFakeDecode({
      models,
      method,
      random: new PhiloxSource(1),
      maxTokens: 100,
      signal: controller.signal,
      takeTurn,
    });
    expect(finishReason).toBe('abort');
    expect(rounds).toHaveLength(3);
  });

  test.each([
    { turn: 2, fed: [256] },
    { turn: 3, fed: [256, 256] },
    { turn: 4, fed: [256, 256, 88] },
    { turn: 5, fed: [256, 256, 88, 256] },
  ])('in turn $turn of a prefill ends it there, and what was fed is told', async ({ turn, fed }) => {
    const controller = new AbortController();
    let turns = 0;
    const { rounds, finishReason, text } = await runFakeDecode({
      models: [target, target],
      method: speculative(4),
      random: new PhiloxSource(1),
      prompt: Array.from({ length: 600 }, () => 1),
      signal: controller.signal,
      takeTurn: async () => {
        if (++turns === turn) controller.abort();
      },
    });
    expect(finishReason).toBe('abort');
    expect(text).toBe('');
    expect(rounds).toHaveLength(1);
    expect(rounds[0]).toMatchObject({ index: 0, proposals: [], committed: [] });
    expect(rounds[0].forwards.map(({ tokens }) => tokens)).toEqual(fed);
    expect(rounds[0].kvLengths.reduce((sum, length) => sum + length)).toBe(fed.reduce((a, b) => a + b));
    const { forwards, tokens, timeToFirstTokenMs } = summarize(rounds, ['one', 'other'], 0);
    expect(forwards[0].count + forwards[1].count).toBe(fed.length);
    expect({ tokens, timeToFirstTokenMs }).toEqual({ tokens: 0, timeToFirstTokenMs: null });
  });

  test('before the start feeds nothing', async () => {
    const { sequences, finishReason } = await runFakeDecode({
      models: [target],
      method: plain,
      random: new PhiloxSource(1),
      signal: AbortSignal.abort(),
    });
    expect(finishReason).toBe('abort');
    expect(sequences[0].fed).toEqual([]);
  });
});

test.each([2, 3, 7, 20])(
  'a draft model with a context of %i stops drafting when it is full, and the target writes what it writes alone',
  async (draftContext) => {
    const common = {
      random: new PhiloxSource(1),
      sampling: { temperature: 0 },
      maxTokens: 40,
      prompt: [0, 1, 2],
    };
    const alone = await runFakeDecode({ ...common, models: [target], method: plain });
    const drafted = await runFakeDecode({
      ...common,
      models: [target, target],
      method: speculative(4),
      contextLengths: [1000, draftContext],
    });
    expect(drafted.tokenIds).toEqual(alone.tokenIds);
    expect(drafted.finishReason).toBe('length');
    for (const { at, ids } of drafted.sequences[1].fed)
      expect(at + ids.length).toBeLessThanOrEqual(draftContext);
    expect(drafted.rounds.some(({ proposals }) => proposals.some(({ fate }) => fate === 'accepted'))).toBe(
      draftContext > 3,
    );
  },
);

test('a long prompt is fed in chunks of at most 256 tokens', async () => {
  const prompt = Array.from({ length: 600 }, (_, index) => index % 5);
  const { rounds } = await runFakeDecode({
    models: [target, draft],
    method: speculative(2),
    random: new PhiloxSource(1),
    prompt,
    maxTokens: 2,
  });
  const prefill = rounds[0].forwards.map(({ member, kind, tokens }) => ({ member, kind, tokens }));
  expect(prefill).toEqual(
    [0, 1].flatMap((member) => [256, 256, 88].map((tokens) => ({ member, kind: 'prefill', tokens }))),
  );
});

test.each([{ maxUnreadDraws: 1 }, { maxUnreadDraws: 8 }])(
  'a member that a mixture has not picked for 600 tokens catches up in chunks, too ($maxUnreadDraws drawn unread)',
  async ({ maxUnreadDraws }) => {
    const prompt = [0, 1];
    const philox = new PhiloxSource(3);
    const { tokenIds, rounds } = await runFakeDecode({
      models: [target, draft],
      method: {
        kind: 'collaborative',
        combine: weightedCombine([1, 1]),
        schedule: 'mixture',
        acceptance: { kind: 'exact' },
        defaultProposer: 0,
        draftLengths: [1, 1],
      },
      random: {
        categorical: (weights, key) =>
          key.purpose === 'member'
            ? Number(key.position >= prompt.length + 600)
            : philox.categorical(weights, key),
        bernoulli: (probability, key) => philox.bernoulli(probability, key),
      },
      prompt,
      // What a member draws is then its argmax.
      sampling: { topK: 1 },
      maxTokens: 620,
      maxUnreadDraws,
    });
    const ofSecond = rounds.slice(1).flatMap(({ forwards }) => forwards.filter(({ member }) => member === 1));
    expect(ofSecond.slice(0, 4).map(({ kind, tokens }) => `${kind} ${tokens}`)).toEqual([
      'catch-up 256',
      'catch-up 256',
      'catch-up 88',
      'score 1',
    ]);
    for (let index = 600; index < tokenIds.length; index++) {
      const row = draft.logits([...prompt.map(tokenId), ...tokenIds.slice(0, index)]).subarray(0, 5);
      expect(tokenIds[index]).toBe(argmax(row));
    }
  },
);

test('after every round each cache holds the committed text but for its end, and no token is fed twice without a rollback', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        seed: fc.nat(10_000),
        draftLength: fc.integer({ min: 0, max: 6 }),
        temperature: fc.constantFrom(0, 0.7, 1, 3),
        useNgram: fc.boolean(),
        maxTokens: fc.integer({ min: 1, max: 25 }),
      }),
      async ({ seed, draftLength, temperature, useNgram, maxTokens }) => {
        const models = [
          new FakeModel({ vocabSize: 4, seed }),
          new FakeModel({ vocabSize: 4, seed: seed + 1 }),
        ];
        const method: MethodPlan = useNgram
          ? {
              kind: 'speculative',
              acceptance: { kind: 'exact' },
              drafter: { kind: 'ngram', draftLength, longestMatch: 3, shortestMatch: 1 },
            }
          : speculative(draftLength);
        const { decode, rounds, sequences } = startFakeDecode({
          models: useNgram ? models.slice(0, 1) : models,
          method,
          random: new PhiloxSource(seed),
          sampling: { temperature },
          maxTokens,
        });
        for await (const round of rounds) {
          const text = [0, 1, ...decode.sampler.committedTokenIds];
          for (const [member, sequence] of sequences.entries()) {
            expect(sequence.cachedTokenIds).toEqual(text.slice(0, sequence.kvLength));
            expect(round.kvLengths[member]).toBe(sequence.kvLength);
            expect(sequence.kvLength).toBeLessThan(text.length);
          }
        }
        for (const sequence of sequences) {
          let end = 0;
          for (const { at, ids } of sequence.fed) {
            expect(at).toBeLessThanOrEqual(end);
            end = at + ids.length;
          }
        }
      },
    ),
    { numRuns: 150, seed: 7 },
  );
});
