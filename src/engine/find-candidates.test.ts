import { describe, expect, test } from 'vitest';
import { weightedCombine } from '../combine/weighted-combine.ts';
import type { Candidates } from '../decode/candidates.ts';
import { combinedAt, ownAt, type Team } from '../decode/testing/analytic-law.ts';
import { letterTokenizer, runFakeDecode } from '../decode/testing/fake-decode.ts';
import { FakeModel, type FakeSequence } from '../decode/testing/fake-model.ts';
import type { CausalModel, Sequence, TokenRun } from '../models/causal-model.ts';
import { SequencePool } from '../models/sequence-pool.ts';
import { PhiloxSource } from '../random/philox-source.ts';
import { proposerIndex } from '../round/proposer.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import { candidatesQuery, validateCandidatesQuery } from './candidates-query.ts';
import { findCandidates } from './find-candidates.ts';
import type { LoadedEntry } from './load-model.ts';
import { planMethod } from './method-members.ts';
import { type PreparedDecode, prepareDecode } from './prepared-decode.ts';
import type { DecodeRequest } from './request-types.ts';

const vocabSize = 5;
const tokenizer = letterTokenizer(vocabSize);
const never = new AbortController().signal;

/** Models by name, with the pools that lend their sequences. */
class Shelf {
  readonly models = new Map(['x', 'y', 'z'].map((name, seed) => [name, new FakeModel({ vocabSize, seed })]));
  readonly opened: FakeSequence[] = [];
  /** Called before every pass. */
  onPass: () => void = () => {};
  readonly #entries = new Map<string, LoadedEntry>();

  entry(name: string, contextLength: number): LoadedEntry {
    const known = this.#entries.get(name);
    if (known) return known;
    const fake = this.models.get(name)!;
    const model = {
      id: name,
      contextLength,
      costs: [{ tokens: 1, ms: 1 }],
      openSequence: () => {
        const sequence = fake.openSequence();
        this.opened.push(sequence);
        const forward = sequence.forward.bind(sequence) as Sequence['forward'];
        sequence.forward = ((run: TokenRun, wanted: 'last') => {
          this.onPass();
          return forward(run, wanted);
        }) as Sequence['forward'];
        return sequence;
      },
      copyPrefix: fake.copyPrefix,
    } as unknown as CausalModel;
    const tokens = { vocabSize, fingerprint: tokenizer.fingerprint };
    const entry = {
      model,
      weightBytes: 1,
      pool: new SequencePool(model),
      tokenizer,
      vocabulary: { name, ...tokens, scored: tokens },
      endTokenIds: new Set(),
    } as unknown as LoadedEntry;
    this.#entries.set(name, entry);
    return entry;
  }

  prepare(unchecked: unknown, contextLengths: Readonly<Record<string, number>> = {}): PreparedDecode {
    return prepareDecode(unchecked, { entry: (model) => this.entry(model, contextLengths[model] ?? 1000) });
  }

  async ask(
    unchecked: unknown,
    options: { signal?: AbortSignal; contextLengths?: Readonly<Record<string, number>> } = {},
  ): Promise<Candidates> {
    const query = validateCandidatesQuery(unchecked);
    const prepared = this.prepare(query.request, options.contextLengths);
    const method = await planMethod(prepared.request, 'http://x/');
    return findCandidates(prepared, method, query, options.signal ?? never);
  }

  /** Tokens fed since the last call. */
  takeFed(): number {
    const fed = this.opened.flatMap((sequence) => sequence.fed.splice(0));
    return fed.reduce((sum, { ids }) => sum + ids.length, 0);
  }
}

const sampling = { temperature: 0.8, topK: 4, logitBias: { 2: 1.5 }, frequencyPenalty: 0.7 };
const request: DecodeRequest = {
  prompt: 'abc',
  sampling,
  method: {
    kind: 'collaborative',
    members: [{ model: 'x' }, { model: 'y', prompt: 'da', sampling: { topP: 0.7, presencePenalty: -1 } }],
    combine: { kind: 'weighted', weights: [0.3, 0.7] },
  },
};

async function teamOf(registry: Shelf, { request, members }: PreparedDecode): Promise<Team> {
  const method = await planMethod(request, 'http://x/');
  if (method.kind !== 'collaborative') throw new Error('a team is needed');
  return {
    models: members.map(({ modelId }) => registry.models.get(modelId)!),
    combine: method.combine,
    sampling: request.sampling,
    memberSampling: members.map((member) => member.sampling),
    prompts: members.map(({ promptTokenIds }) => promptTokenIds),
    adjustments: members.map(({ adjustment }) => adjustment),
  };
}

/** The list that a distribution should give. */
function listOf(distribution: Float64Array, token: TokenId | null, count: number) {
  const order = [...distribution.keys()].sort((a, b) => distribution[b] - distribution[a] || a - b);
  const of = (id: number) => ({
    tokenId: id,
    text: String.fromCharCode(97 + id),
    probability: distribution[id],
  });
  return {
    top: order
      .filter((id) => distribution[id] > 0)
      .slice(0, count)
      .map(of),
    token: token === null ? null : { ...of(token), rank: order.indexOf(token) + 1 },
  };
}

describe('what is listed', () => {
  const text = [3, 1, 4, 0].map(tokenId);

  test.each([0, 1, 3, 4])('is the members and their combination at position %i', async (position) => {
    const registry = new Shelf();
    const team = await teamOf(registry, registry.prepare(request));
    const before = text.slice(0, position);
    const token = text[position] ?? null;
    expect(await registry.ask({ request, tokenIds: text, position, k: 3 })).toEqual({
      members: [0, 1].map((member) => listOf(ownAt(team, member, before), token, 3)),
      combined: listOf(combinedAt(team, before), token, 3),
    });
  });

  test('is what the argmax is taken of at temperature 0', async () => {
    const registry = new Shelf();
    const greedy = { ...request, sampling: { temperature: 0 } };
    const asked = await registry.ask({ request: greedy, tokenIds: text, position: 2 });
    const team = await teamOf(registry, registry.prepare({ ...request, sampling: {} }));
    const untruncated = { ...team, memberSampling: team.memberSampling.map(() => team.sampling) };
    expect(asked.combined).toEqual(listOf(combinedAt(untruncated, text.slice(0, 2)), text[2], 10));
    expect(asked.members[1]).toEqual(listOf(ownAt(untruncated, 1, text.slice(0, 2)), text[2], 10));
  });

  test('is the target alone, whatever drafts for it; a draft model without room has no list', async () => {
    const registry = new Shelf();
    const drafter = { kind: 'model', model: 'y' } as const;
    const speculative = { prompt: 'abc', method: { kind: 'speculative', target: 'x', drafter } as const };
    const contextLengths = { y: 5 };
    const last = await registry.ask(
      { request: speculative, tokenIds: text, position: 2 },
      { contextLengths },
    );
    expect(last.members[1]?.top).toHaveLength(vocabSize);
    expect(last.combined).toEqual(last.members[0]);
    const beyond = await registry.ask(
      { request: speculative, tokenIds: text, position: 3 },
      { contextLengths },
    );
    expect(beyond.members[1]).toBeNull();
    expect(beyond.combined).toEqual(beyond.members[0]);
  });
});

describe('of every token that a run showed, dropped ones too', () => {
  test.each([
    { name: 'alternate', schedule: 'alternate', draftLengths: [3, 2] },
    { name: 'naive', schedule: 'naive', draftLengths: [4, 1] },
    { name: 'black-box', schedule: 'black-box', draftLengths: [2, 1] },
  ] as const)('it lists the q and r of its verdict: $name', async ({ schedule, draftLengths }) => {
    const registry = new Shelf();
    const prepared = registry.prepare(request);
    const team = await teamOf(registry, prepared);
    const numbers = { weights: [0.9, 0.1] };
    const fates = new Set<string>();
    for (let seed = 1; seed <= 4; seed++) {
      const { rounds, finishReason } = await runFakeDecode({
        models: team.models,
        method: {
          kind: 'collaborative',
          combine: team.combine,
          acceptance: { kind: 'exact' },
          schedule,
          defaultProposer: 0,
          draftLengths,
        },
        random: new PhiloxSource(seed),
        memberPrompts: team.prompts,
        sampling: prepared.request.sampling,
        memberSampling: team.memberSampling,
        adjustments: team.adjustments ?? [],
        maxTokens: 25,
        endTokenIds: seed % 2 === 0 ? [4] : [],
        combineChanges: { 2: { combine: weightedCombine(numbers.weights), numbers } },
      });
      if (rounds.some(({ combine }) => combine)) fates.add('changed');
      for (const { index, proposals } of rounds) {
        for (const [proposal, { tokenId, proposer, q, r, fate }] of proposals.entries()) {
          const { members, combined } = await registry.ask(
            candidatesQuery(request, rounds, { round: index, proposal }),
          );
          expect(combined.token?.tokenId).toBe(tokenId);
          const own = proposer && members[proposerIndex(proposer, members)];
          if (own) expect(own.token?.probability).toBeCloseTo(q!, 12);
          if (r !== null) expect(combined.token?.probability).toBeCloseTo(r, 12);
          fates.add(fate);
        }
      }
      fates.add(finishReason);
    }
    const seen = ['accepted', 'changed', 'discarded', 'drawn', 'end', 'length', 'recovered', 'rejected'];
    expect([...fates].sort()).toEqual(seen);
  });
});

describe('the cost', () => {
  const text = Array.from({ length: 20 }, (_, index) => index % vocabSize);
  const plain = { prompt: 'abc', method: { kind: 'plain', model: 'x' } } as const;

  test('is what the caches lack, and one token at least', async () => {
    const registry = new Shelf();
    const ask = async (position: number) => {
      await registry.ask({ request: plain, tokenIds: text, position });
      return registry.takeFed();
    };
    expect(await ask(10)).toBe(13);
    expect(await ask(10)).toBe(1);
    expect(await ask(14)).toBe(4);
    expect(await ask(5)).toBe(1);
    expect(await ask(14)).toBe(9);
    expect(registry.opened).toHaveLength(1);
  });

  test('is a cache for each prompt, given back however it ends', async () => {
    const registry = new Shelf();
    const twice: DecodeRequest = {
      prompt: 'abc',
      method: {
        kind: 'collaborative',
        members: [{ model: 'x' }, { model: 'x', prompt: 'cb' }, { model: 'x', prompt: 'ca' }],
        combine: { kind: 'geometric', weights: [1, 1, -1] },
      },
    };
    await registry.ask({ request: twice, tokenIds: text, position: 7 });
    const { pool } = registry.entry('x', 1000);
    registry.onPass = () => {
      throw new Error('the pass failed');
    };
    await expect(registry.ask({ request: plain, tokenIds: text, position: 8 })).rejects.toThrow(
      'the pass failed',
    );
    registry.onPass = () => {};
    await registry.ask({ request: plain, tokenIds: text, position: 8 });
    expect(registry.opened.map(({ kvLength }) => kvLength)).toEqual([11, 9, 9]);
    pool.freeIdle();
    expect(registry.opened.map(({ kvLength }) => kvLength)).toEqual([0, 0, 0]);
  });

  test('ends with an abort between two passes of a long text', async () => {
    const registry = new Shelf();
    const controller = new AbortController();
    registry.onPass = () => controller.abort();
    const long = { ...plain, prompt: 'abcde'.repeat(100) };
    const asked = registry.ask({ request: long, tokenIds: text, position: 8 }, { signal: controller.signal });
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(registry.takeFed()).toBe(256);
    registry.onPass = () => {};
    await registry.ask({ request: long, tokenIds: text, position: 8 });
    expect(registry.opened).toHaveLength(1);
  });

  test('is nothing where it is aborted before its turn', async () => {
    const registry = new Shelf();
    const asked = registry.ask(
      { request: plain, tokenIds: text, position: 8 },
      { signal: AbortSignal.abort() },
    );
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(registry.takeFed()).toBe(0);
  });
});

describe('is refused before anything is fed', () => {
  const good = { request, tokenIds: [1, 2], position: 1 };
  test.each([
    { field: 'position', query: { ...good, position: 3 } },
    { field: 'position', query: { ...good, position: -1 } },
    { field: 'tokenIds.1', query: { ...good, tokenIds: [1, vocabSize] } },
    { field: 'tokenIds.0', query: { ...good, tokenIds: [0.5] } },
    { field: 'k', query: { ...good, k: 0 } },
    { field: 'k', query: { ...good, k: 101 } },
    { field: 'kk', query: { ...good, kk: 1 } },
    { field: 'query', query: null },
    { field: 'method', query: { ...good, request: { prompt: '' } } },
  ])('$field of $query', async ({ field, query }) => {
    const registry = new Shelf();
    await expect(registry.ask(query)).rejects.toMatchObject({ code: 'invalid-request', details: { field } });
    expect(registry.opened).toEqual([]);
  });

  test('a text that no target has room for', async () => {
    const registry = new Shelf();
    const contextLengths = { y: 3 };
    await expect(
      registry.ask({ request, tokenIds: [1, 2, 3], position: 2 }, { contextLengths }),
    ).rejects.toMatchObject({ code: 'context-full' });
    expect(registry.opened).toEqual([]);
  });
});
