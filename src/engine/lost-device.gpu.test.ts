import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineError } from '../errors/engine-error.ts';
import { ModelRuntime } from '../models/session/runtime.ts';
import { Engine } from './engine.ts';
import type { Runtime } from './engine-life.ts';
import type { DecodeRequest } from './request-types.ts';
import { bundledModels } from './testing/bundled-models.ts';

let engine: Engine;
let runtime: Runtime;
const losses: EngineError[] = [];
beforeEach(async () => {
  losses.length = 0;
  engine = new Engine(bundledModels('webgpu'), {
    openRuntime: async (choice, onLost) => {
      runtime = await ModelRuntime.open(choice, { onLost });
      return runtime;
    },
    onLost: (error) => losses.push(error),
  });
});
afterEach(() => engine.close());

const loseDevice = () => runtime.device?.gpu.destroy();
const state = async () => (await engine.info()).state;

const greedy: DecodeRequest = {
  prompt: 'Once upon a time',
  maxTokens: 24,
  sampling: { temperature: 0 },
  method: {
    kind: 'speculative',
    target: 'story-base',
    drafter: { kind: 'model', model: 'story-draft', draftLength: 3 },
  },
};

test('a text goes on where its device is lost, and says so', async () => {
  await engine.load('story-base');
  await engine.load('story-draft');
  const whole = await engine.decode(greedy).result;
  const run = engine.decode(greedy);
  for await (const round of run) if (round.index === 3 && losses.length === 0) loseDevice();
  const resumed = await run.result;
  expect(losses).toMatchObject([{ code: 'device-lost' }]);
  expect(resumed.resumed).toMatchObject([{ sameText: true, reason: losses[0].message }]);
  expect(resumed.rounds.filter((round) => round.resumed)).toHaveLength(1);
  expect(resumed.tokenIds).toEqual(whole.tokenIds);
  expect(resumed.text).toBe(whole.text);
  expect(whole.resumed).toEqual([]);
  expect(await state()).toBe('open');
});

test('a device that is lost while idle is replaced by the next request, whichever it is', async () => {
  await engine.load('story-draft');
  const plain: DecodeRequest = { ...greedy, maxTokens: 4, method: { kind: 'plain', model: 'story-draft' } };
  const whole = await engine.decode(plain).result;
  const requests = {
    decode: async () => (await engine.decode(plain).result).tokenIds,
    'queued decodes': async () =>
      (await Promise.all([engine.decode(plain).result, engine.decode(plain).result]))[1].tokenIds,
    candidates: async () => {
      const query = { request: plain, tokenIds: whole.tokenIds, position: 1, k: 1 };
      return [
        whole.tokenIds[0],
        (await engine.candidates(query)).combined.top[0].tokenId,
        ...whole.tokenIds.slice(2),
      ];
    },
    load: async () => {
      expect((await engine.load('story-draft')).backend).toBe('webgpu');
      expect((await engine.info()).liveGpuBuffers).toBe(0);
      return (await engine.decode(plain).result).tokenIds;
    },
    estimate: async () => {
      expect((await engine.estimate('story-base')).id).toBe('story-base');
      return (await engine.decode(plain).result).tokenIds;
    },
  };
  for (const [name, request] of Object.entries(requests)) {
    const before = losses.length;
    loseDevice();
    await expect.poll(state).toBe('lost');
    expect((await engine.info()).models.map(({ id }) => id)).toEqual(['story-draft']);
    expect(await request(), name).toEqual(whole.tokenIds);
    expect(await state(), name).toBe('open');
    expect(losses.length, name).toBe(before + 1);
  }
});

test('a load goes on on another device where its own is lost', async () => {
  const load = engine.load('story-draft', {
    onProgress: ({ stage }) => {
      if (stage === 'self-check' && losses.length === 0) loseDevice();
    },
  });
  expect((await load).backend).toBe('webgpu');
  expect(losses).toHaveLength(1);
});

test('a run whose device is lost again and again before it writes a token rejects with device-lost', async () => {
  await engine.load('story-draft');
  const run = engine.decode(
    { ...greedy, method: { kind: 'plain', model: 'story-draft' } },
    { onPrefill: loseDevice },
  );
  await expect(run.result).rejects.toMatchObject({ code: 'device-lost' });
  const next = engine.decode({ ...greedy, maxTokens: 3, method: { kind: 'plain', model: 'story-draft' } });
  expect((await next.result).tokenIds).toHaveLength(3);
});
