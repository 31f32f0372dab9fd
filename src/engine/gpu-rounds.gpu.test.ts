import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { host } from '#host';
import { Engine } from './engine.ts';
import type { DecodeResult } from './engine-api.ts';
import type { DecodeMethod, DecodeRequest } from './request-types.ts';
import { bundledModels, modelsUrl } from './testing/bundled-models.ts';

/*
 * The engine as users have it, on a bundled model: what reaches the device, and how often it is waited for.
 */
const model = 'story-draft';
const engine = new Engine(bundledModels('webgpu'));

/** Labels of the pipelines compiled so far; those of ONNX Runtime have other names. */
const compiled: string[] = [];

beforeAll(async () => {
  // In Node.js its classes come with the first call.
  await host.gpu();
  for (const name of ['createComputePipeline', 'createComputePipelineAsync'] as const) {
    const create = GPUDevice.prototype[name] as (this: GPUDevice, options: { label?: string }) => never;
    vi.spyOn(GPUDevice.prototype, name).mockImplementation(function (this: GPUDevice, options) {
      compiled.push(options.label ?? '');
      return create.call(this, options);
    });
  }
  await engine.load(model);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await engine.close();
});

const decode = (request: Partial<DecodeRequest>): Promise<DecodeResult> =>
  engine.decode({
    prompt: 'Once upon a time',
    maxTokens: 8,
    seed: 5,
    method: { kind: 'plain', model },
    ...request,
  }).result;

const committed = ({ rounds }: DecodeResult) => rounds.map((round) => round.committed.length);

test('pipelines are compiled while the model is loaded, none in the first rounds', async () => {
  const atLoad = compiled.filter((label) => label.startsWith('SamplerKernels.'));
  expect(atLoad).toContain('SamplerKernels.judge');
  expect(new Set(atLoad).size).toBe(atLoad.length);
  compiled.length = 0;
  await decode({ sampling: { topK: 40, topP: 0.9 } });
  expect(compiled).toEqual([]);
});

test('plain reads up to eight tokens at once, and writes what it writes when each is read', async () => {
  const late = await decode({ maxTokens: 16 });
  const prompt = await decode({ maxTokens: 16, stop: ['a stop string that never comes'] });
  expect(late.tokenIds).toEqual(prompt.tokenIds);
  expect(late.text).toBe(prompt.text);
  expect(committed(late)).toEqual([1, 1, 2, 4, 8]);
  expect(committed(prompt)).toEqual(late.tokenIds.map(() => 1));
  for (const { stats, rounds } of [late, prompt]) expect(stats.readbacks).toBe(rounds.length);
});

const hot = { model, sampling: { temperature: 1.3 } };
const members = [{ model }, hot, { model, prompt: 'Long ago, in' }];
const team = (count: number) => ({
  kind: 'collaborative' as const,
  members: members.slice(0, count),
  combine: { kind: 'weighted' as const, weights: members.slice(0, count).map(() => 1) },
});
const methods: Record<string, DecodeMethod> = {
  'speculative, drafting model': {
    kind: 'speculative',
    target: model,
    drafter: { kind: 'model', model, draftLength: 3 },
  },
  'speculative, look-up': {
    kind: 'speculative',
    target: model,
    drafter: { kind: 'ngram', draftLength: 4, shortestMatch: 1 },
  },
  'collaborative, two members': team(2),
  'collaborative, three members': team(3),
  'collaborative, naive': { ...team(2), schedule: 'naive' },
  'collaborative, black-box, adaptive': { ...team(2), schedule: 'black-box', draftLength: 'adaptive' },
  'collaborative, mixture': { ...team(2), schedule: 'mixture' },
  'collaborative, lenient': { ...team(2), acceptance: { kind: 'lenient', leniency: 2 } },
  'collaborative, typical': { ...team(2), acceptance: { kind: 'typical' } },
  'collaborative, contrastive, γ = (3,1)': {
    ...team(2),
    combine: { kind: 'contrastive', mu: 0.3 },
    members: [{ ...members[0], draftLength: 3 }, hot],
  },
};

test.each(Object.entries(methods))('%s: one read-back a round', async (_, method) => {
  const { stats, rounds, tokenIds, backend } = await decode({ method, prompt: 'One day, one day, one' });
  expect(backend).toBe('webgpu');
  expect(tokenIds).toHaveLength(8);
  expect(stats.readbacks).toBe(rounds.length);
  expect(rounds.map(({ readbacks }) => readbacks)).toEqual(rounds.map(() => 1));
});

test('coupled: one read-back a round, and the text of sequential, which reads up to eight tokens at once', async () => {
  const coupled = { ...team(2), acceptance: { kind: 'coupled' as const } };
  const taken = await decode({ method: coupled });
  const asked = await decode({ method: { ...coupled, schedule: 'sequential' } });
  expect(taken.tokenIds).toEqual(asked.tokenIds);
  expect(committed(asked)).toEqual([1, 1, 2, 4]);
  for (const { stats, rounds } of [taken, asked]) expect(stats.readbacks).toBe(rounds.length);
});

test('in steady state rounds create nothing but the buffers through which ONNX Runtime uploads its inputs', async () => {
  const buffers: string[] = [];
  const bindGroups: string[] = [];
  const { createBuffer, createBindGroup } = GPUDevice.prototype;
  const spies = [
    vi.spyOn(GPUDevice.prototype, 'createBuffer').mockImplementation(function (this: GPUDevice, options) {
      buffers.push(options.label ?? '');
      return createBuffer.call(this, options);
    }),
    vi.spyOn(GPUDevice.prototype, 'createBindGroup').mockImplementation(function (this: GPUDevice, options) {
      bindGroups.push(options.label ?? '');
      return createBindGroup.call(this, options);
    }),
  ];
  const run = engine.decode({ prompt: 'Once upon a time', maxTokens: 14, seed: 5, method: team(2) });
  const created: object[] = [];
  for await (const { forwards } of run) {
    const [buffersMade, bindGroupsMade] = [buffers.splice(0), bindGroups.splice(0)];
    const named = buffersMade.filter((label) => label !== '');
    created.push({
      named,
      // It names none. In a pass it uploads two values: the rows to keep, and what it computes of the mask.
      beyondUploads: Math.max(0, buffersMade.length - named.length - 2 * forwards.length),
      // It binds anew for each of its kernels, the sampler once for all of its own.
      bindGroupsOfSampler: bindGroupsMade.filter((label) => label.startsWith('SamplerMemory.')),
    });
  }
  for (const spy of spies) spy.mockRestore();
  const nothing = { named: [], beyondUploads: 0, bindGroupsOfSampler: [] };
  expect(created.slice(-8)).toEqual(Array.from({ length: 8 }, () => nothing));
});

test('what another model reads back while it is loaded does not count', async () => {
  // Kept measurements would spare the load all passes whose logits are looked at.
  vi.spyOn(host.keptValues, 'read').mockResolvedValue(null);
  const mapAsync = vi.spyOn(GPUBuffer.prototype, 'mapAsync');
  const loading = new AbortController();
  let load: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    load = engine.load(`${modelsUrl}${model}/`, {
      signal: loading.signal,
      onProgress: ({ stage }) => stage === 'self-check' && resolve(),
    });
  });
  mapAsync.mockClear();
  const { stats, rounds } = await decode({ maxTokens: 16, stop: ['a stop string that never comes'] });
  expect(mapAsync.mock.calls.length).toBeGreaterThan(rounds.length);
  loading.abort(new Error('enough'));
  await expect(load).rejects.toThrow('enough');
  expect(rounds.map(({ readbacks }) => readbacks)).toEqual(rounds.map(() => 1));
  expect(stats.readbacks).toBe(rounds.length);
});
