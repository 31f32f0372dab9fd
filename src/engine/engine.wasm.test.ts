import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withShortTables } from '../models/testing/short-tables.ts';
import { siteUrl } from '../models/testing/site.ts';
import { proposerIndex } from '../round/proposer.ts';
import { candidatesQuery } from './candidates-query.ts';
import { Engine } from './engine.ts';
import type { DecodeMethod, DecodeRequest } from './request-types.ts';
import { bundledModels, modelsUrl } from './testing/bundled-models.ts';

const options = bundledModels('wasm');
const engine = new Engine(options);
beforeAll(async () => {
  await engine.load('story-draft');
});
afterAll(() => engine.close());

/** Guidance: one model, with and without the beginning of a tale. */
const request: DecodeRequest = {
  prompt: 'Once upon a time there was a robot who',
  maxTokens: 24,
  seed: 5,
  sampling: { temperature: 0.9, topP: 0.95 },
  method: {
    kind: 'collaborative',
    members: [
      { model: 'story-draft', draftLength: 2 },
      { model: 'story-draft', prompt: 'The robot' },
    ],
    defaultProposer: 0,
    combine: { kind: 'geometric', weights: [1.3, -0.3] },
  },
};

/** Passes of other widths give other last digits: probabilities agree within the backend's verification noise. */
const noise = 1e-4;

test('candidates, asked for while a story is written, wait for its end and leave it as it is', async () => {
  const alone = await engine.decode(request).result;
  const run = engine.decode(request);
  const settled: string[] = [];
  const ended = run.result.then(() => settled.push('story'));
  for await (const round of run) {
    if (round.index === 1) break;
  }
  const asked = engine.candidates({ request, tokenIds: alone.tokenIds, position: 0, k: 5 });
  const { members, combined } = await asked.finally(() => settled.push('candidates'));
  await ended;
  expect(settled).toEqual(['story', 'candidates']);
  expect((await run.result).tokenIds).toEqual(alone.tokenIds);
  expect(members).toHaveLength(2);
  expect(combined.token?.tokenId).toBe(alone.tokenIds[0]);
  expect(combined.top.length).toBeLessThanOrEqual(5);
});

test('a signal that all texts of a page share keeps nothing of those that have ended', async () => {
  const { signal } = new AbortController();
  const { tokenIds } = await engine.decode({ ...request, maxTokens: 2 }, { signal }).result;
  await engine.candidates({ request, tokenIds, position: 0, k: 1 }, { signal });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  // What `AbortSignal.any` would keep is not among the listeners.
  const kept = Object.getOwnPropertySymbols(signal).find(
    ({ description }) => description === 'kDependantSignals',
  );
  expect(kept && (signal as unknown as Record<symbol, Set<unknown> | null>)[kept]?.size).toBeFalsy();
});

test('forwards over 1 to 9 tokens are measured anew, and what they ran on is told', async () => {
  const { passes, ...where } = await engine.measureForwards('story-draft', { budgetMs: 1000 });
  expect(passes.map(({ tokens }) => tokens)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const { ms } of passes) expect(Math.min(...ms)).toBeGreaterThan(0);
  expect(where).toEqual({
    ...{ model: 'story-draft', backend: 'wasm', threads: (await engine.info()).threads, adapter: null },
    onnxRuntime: { version: expect.stringMatching(/^\d+\.\d+\.\d+/), build: expect.any(String) },
  });
});

test('forwards of a model that is not loaded are refused, and an aborted measurement ends', async () => {
  await expect(engine.measureForwards('story-base')).rejects.toMatchObject({ code: 'invalid-request' });
  const signal = AbortSignal.abort();
  await expect(engine.measureForwards('story-draft', { signal })).rejects.toBe(signal.reason);
  const abort = new AbortController();
  const measured = engine.measureForwards('story-draft', { budgetMs: 1e9, signal: abort.signal });
  abort.abort('enough');
  await expect(measured).rejects.toBe('enough');
});

test('a story follows an update from a later round on, and every token lists the q and r it was judged by', async () => {
  const run = engine.decode(request);
  for await (const round of run) {
    if (round.index === 2) await run.update({ weights: [0.7, 0.3] });
  }
  const { rounds } = await run.result;
  const changed = rounds.filter(({ combine }) => combine);
  expect(changed.map(({ combine }) => combine)).toEqual([{ weights: [0.7, 0.3] }]);
  expect(changed[0].index).toBeGreaterThan(2);
  let largest = 0;
  for (const { index, proposals } of rounds) {
    for (const [proposal, { proposer, q, r }] of proposals.entries()) {
      const query = candidatesQuery(request, rounds, { round: index, proposal });
      const { members, combined } = await engine.candidates(query);
      if (r !== null) largest = Math.max(largest, Math.abs(combined.token!.probability - r));
      if (proposer !== null) {
        const own = members[proposerIndex(proposer, members)];
        largest = Math.max(largest, Math.abs(own!.token!.probability - q!));
      }
    }
  }
  expect(largest).toBeLessThan(noise);
  expect(largest).toBeGreaterThan(0);
});

test('an update is refused where there is nothing to update; the story goes on', async () => {
  const run = engine.decode({
    prompt: 'Once',
    maxTokens: 4,
    method: { kind: 'plain', model: 'story-draft' },
  });
  await expect(run.update({ mu: 1 })).rejects.toMatchObject({ code: 'invalid-request' });
  expect((await run.result).finishReason).toBe('length');
});

test('a combination whose module never finishes loading holds up nobody: stop, other decodes and close all settle', async () => {
  const other = new Engine(options);
  await other.load('story-draft');
  const members = [{ model: 'story-draft' }, { model: 'story-draft' }];
  const url = 'data:text/javascript,await new Promise(() => {}); export const probabilities = ([a]) => a;';
  const endless: DecodeRequest = {
    prompt: 'Once',
    maxTokens: 4,
    method: { kind: 'collaborative', members, combine: { kind: 'custom', url } },
  };
  const plain: DecodeRequest = {
    prompt: 'Once',
    maxTokens: 4,
    method: { kind: 'plain', model: 'story-draft' },
  };
  const stopped = other.decode(endless);
  const kept = other.decode(endless);
  const question = new AbortController();
  const asked = other.candidates(
    { request: endless, tokenIds: [], position: 0 },
    { signal: question.signal },
  );
  expect((await other.decode(plain).result).finishReason).toBe('length');
  stopped.stop();
  expect(await stopped.result).toMatchObject({ finishReason: 'abort', text: '', rounds: [] });
  question.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  expect((await other.decode(endless, { signal: AbortSignal.abort() }).result).finishReason).toBe('abort');
  await other.close();
  expect((await kept.result).finishReason).toBe('abort');
});

interface TokenizerJson {
  readonly added_tokens: readonly object[];
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
}

/** Loads story-draft from another folder, where `change` answers for the files it changes. */
async function loadChanged(
  folder: string,
  change: (file: string, answer: Response) => Promise<Response> | null,
): Promise<void> {
  const networkFetch = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.startsWith(folder)) return networkFetch(input, init);
    const file = url.slice(folder.length);
    const answer = await networkFetch(`${modelsUrl}story-draft/${file}`, init);
    return change(file, answer) ?? answer;
  };
  try {
    await engine.load(folder);
  } finally {
    globalThis.fetch = networkFetch;
  }
}

/** story-draft with a changed tokenizer.json, whose texts token 1846 may end too. */
function loadWithTokenizer(folder: string, changed: (json: TokenizerJson) => object): Promise<void> {
  return loadChanged(folder, (file, answer) => {
    const answerWith = async (change: (json: never) => object) =>
      Response.json(change((await answer.json()) as never));
    if (file === 'tokenizer.json') return answerWith(changed);
    if (file !== 'generation_config.json') return null;
    return answerWith((json: object) => ({ ...json, eos_token_id: [0, 1846] }));
  });
}

test('a tokenizer with more tokens than the logits writes as without them, and names them where they are asked for', async () => {
  const folder = new URL('/longer/story-draft/', siteUrl).href;
  const added = { id: 1846, content: '<|image|>', special: true, normalized: false };
  await loadWithTokenizer(folder, (json) => ({ ...json, added_tokens: [...json.added_tokens, added] }));
  const plain = (model: string, more: Partial<DecodeRequest> = {}): DecodeRequest => ({
    ...{ prompt: 'Once upon a time', maxTokens: 12, sampling: { temperature: 0 } },
    method: { kind: 'plain', model },
    ...more,
  });
  const { tokenIds } = await engine.decode(plain('story-draft')).result;
  expect((await engine.decode(plain(folder)).result).tokenIds).toEqual(tokenIds);
  const members = [{ model: folder }, { model: 'story-draft' }];
  const method: DecodeMethod = {
    kind: 'collaborative',
    members,
    combine: { kind: 'weighted', weights: [0.5, 0.5] },
  };
  const team = plain('', { method });
  expect((await engine.decode(team).result).tokenIds).toEqual(tokenIds);

  const query = { request: plain(folder), tokenIds: [added.id], position: 0 };
  for (const refused of [
    () => engine.decode(plain(folder, { prompt: 'Look: <|image|>' })).result,
    () => engine.decode(plain(folder, { sampling: { logitBias: { [added.id]: 1 } } })).result,
    () => engine.candidates(query),
  ]) {
    await expect(refused()).rejects.toMatchObject({
      code: 'invalid-request',
      message: expect.stringContaining('the token "<|image|>" (1846) is not among the 1846 tokens'),
    });
  }
});

test('a tokenizer of another model, whose own entries exceed the logits, is refused', async () => {
  const folder = new URL('/foreign/story-draft/', siteUrl).href;
  const loading = loadWithTokenizer(folder, (json) => ({
    ...json,
    model: { ...json.model, vocab: { ...json.model.vocab, more: 1846 } },
  }));
  await expect(loading).rejects.toMatchObject({
    code: 'vocabulary-mismatch',
    details: { width: 1846, vocabSize: 1847 },
  });
});

describe('a model whose file holds positions for 64 tokens while its configuration says 512', () => {
  const model = `${siteUrl}short/`;
  beforeAll(() =>
    loadChanged(model, (file, answer) => {
      if (!file.endsWith('.onnx')) return null;
      const shortened = async () => {
        const onnx = new Uint8Array(await answer.arrayBuffer());
        return new Response(withShortTables(onnx, ['cos_cache', 'sin_cache'], 64).slice().buffer);
      };
      return shortened();
    }),
  );
  afterAll(async () => {
    await engine.unload(model);
    await engine.deleteStored(model);
  });

  const endless = { prompt: 'Once upon a time', seed: 1, sampling: { logitBias: { 0: -100 } } };
  const drafter = { kind: 'model', model, draftLength: 5 } as const;
  const combine = { kind: 'weighted' as const, weights: [0.5, 0.5] };
  test.each<[string, DecodeMethod]>([
    ['plain', { kind: 'plain', model }],
    ['with a draft model', { kind: 'speculative', target: model, drafter }],
    [
      'sequential',
      { kind: 'collaborative', members: [{ model }, { model }], combine, schedule: 'sequential' },
    ],
    [
      'alternate',
      { kind: 'collaborative', members: [{ model, draftLength: 3 }, { model: 'story-draft' }], combine },
    ],
  ])('ends a text with `context` at the 64th token: %s', async (_, method) => {
    const { finishReason, promptTokenIds, tokenIds } = await engine.decode({ ...endless, method }).result;
    expect({ finishReason, tokens: promptTokenIds.length + tokenIds.length }).toEqual({
      finishReason: 'context',
      tokens: 64,
    });
  });

  test('as a draft model stops drafting there, and the text goes on', async () => {
    const method = { kind: 'speculative', target: 'story-draft', drafter } as const;
    const { finishReason, rounds } = await engine.decode({ ...endless, maxTokens: 100, method }).result;
    const drafts = rounds.map(({ forwards }) => forwards.some(({ kind }) => kind === 'draft'));
    expect({ finishReason, drafted: drafts.includes(true), atTheEnd: drafts.at(-1) }).toEqual({
      finishReason: 'length',
      drafted: true,
      atTheEnd: false,
    });
  });

  test('refuses a prompt of more tokens as context-full', async () => {
    const prompt = 'Once upon a time '.repeat(20);
    const method = { kind: 'plain', model } as const;
    await expect(engine.decode({ ...endless, prompt, method }).result).rejects.toMatchObject({
      code: 'context-full',
      details: { contextLength: 64 },
    });
  });

  test('says so', async () => {
    const loaded = (await engine.info()).models.find(({ id }) => id === model);
    expect(loaded).toMatchObject({
      contextLength: 64,
      notes: [
        'The model file has positions for only 64 tokens (its configuration says 512), so texts end after 64 tokens.',
      ],
    });
  });
});
