import { expect, test } from 'vitest';
import type { DecodeResult, DecodeRun, EngineApi, EngineInfo, LoadedModel } from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { BackendKind } from '../models/causal-model.ts';
import type { Round } from '../round/round.ts';
import { type Effort, type MeasureProgress, measureDevice } from './measure-device.ts';
import { bundledPlan, planFor } from './measure-plan.ts';
import { readMeasurement } from './measurement.ts';
import { measurementOf, passesOf } from './testing/example-measurement.ts';

const { host } = measurementOf();
const effort: Effort = { backendMs: 50_000, passesMs: 3000, pairsMs: 10_000, pairs: 5, tokens: 24 };

/** How long things take on a device; what does not matter to a test is left out. */
interface Speeds {
  readonly downloadMs?: number;
  readonly checkMs?: number;
  /** Of one token of `plain` and `sequential`; other methods take half. */
  readonly tokenMs?: number;
}

/** Engines on a clock of their own, and what was asked of them. */
function device({ downloadMs = 0, checkMs = 0, tokenMs = 10 }: Speeds = {}) {
  const asked: string[] = [];
  const requests: DecodeRequest[] = [];
  let nowMs = 0;
  let closed = 0;
  const decode = (request: DecodeRequest): DecodeRun => {
    requests.push(request);
    const { method, maxTokens = 1 } = request;
    const isReference =
      method.kind === 'plain' || (method.kind === 'collaborative' && method.schedule === 'sequential');
    const ms = isReference ? tokenMs : tokenMs / 2;
    nowMs += ms * maxTokens;
    const rounds = Array.from(
      { length: maxTokens },
      (_, index) => ({ atMs: ms * (index + 1), committed: [1], text: ' a' }) as unknown as Round,
    );
    const result = { rounds, stats: { acceptanceRate: 0.9 } } as unknown as DecodeResult;
    return { result: Promise.resolve(result), stop: () => {} } as unknown as DecodeRun;
  };
  const engineOn = (backend: BackendKind): EngineApi =>
    ({
      load: async (id: string, { onProgress } = {}) => {
        asked.push(`load ${id}`);
        const progress = { modelId: id, file: null, filesDone: 0, filesTotal: 1, cached: false };
        onProgress?.({ ...progress, stage: 'download', bytesLoaded: 1, bytesTotal: 2 });
        nowMs += downloadMs;
        onProgress?.({ ...progress, stage: 'self-check', bytesLoaded: 2, bytesTotal: 2 });
        nowMs += checkMs;
        return {
          ...{ id, title: id, backend, bytes: id.length, sha256: 'a'.repeat(64), notes: [] },
          noise: { maxLogitDifference: 0, meanTotalVariation: 0 },
          costs: [{ tokens: 1, ms: tokenMs }],
        } as unknown as LoadedModel;
      },
      measureForwards: async (model) => {
        asked.push(`measure ${model}`);
        return {
          ...{ model, backend, threads: 2, adapter: null, passes: passesOf((tokens) => tokens) },
          onnxRuntime: { version: '1.30.0', build: 'jspi' },
        };
      },
      decode,
      info: async () => ({ backendReason: 'as asked for', threads: 2 }) as EngineInfo,
      close: async () => {
        closed += 1;
      },
    }) as Partial<EngineApi> as EngineApi;
  return { asked, requests, engineOn, now: () => nowMs, closed: () => closed };
}

test('both backends are measured with the bundled models, and the report can be read back', async () => {
  const { engineOn, now, asked, requests, closed } = device();
  const seen: MeasureProgress[] = [];
  const measurement = await measureDevice({
    ...{ connect: async (backend) => engineOn(backend), plan: bundledPlan, host, effort, now },
    onProgress: (progress) => seen.push(progress),
  });
  expect(readMeasurement(JSON.stringify(measurement))).toEqual(measurement);
  expect(measurement.backends.map(({ backend, outcome }) => [backend, outcome])).toEqual([
    ['wasm', 'measured'],
    ['webgpu', 'measured'],
  ]);
  for (const one of measurement.backends) {
    if (one.outcome !== 'measured') continue;
    expect(one.methods.map(({ kind, pairs }) => [kind, pairs])).toEqual([
      ['speculative', Array(5).fill({ methodMs: 5, referenceMs: 10 })],
      ['turns', Array(5).fill({ methodMs: 5, referenceMs: 10 })],
    ]);
  }
  expect(asked.slice(0, 6)).toEqual([
    ...['load story-base', 'load story-draft', 'measure story-base', 'measure story-draft'],
    ...['load story-fairy', 'load story-space'],
  ]);
  expect(new Set(requests.map(({ method }) => method.acceptance?.kind ?? method.kind))).toEqual(
    new Set(['coupled', 'plain']),
  );
  expect(closed()).toBe(2);
  const shares = seen.map(({ share }) => share);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBeLessThanOrEqual(1);
});

test('a backend that is not there is reported with its reason', async () => {
  const { engineOn, now } = device();
  const { backends } = await measureDevice({
    ...{ plan: bundledPlan, host, effort, now },
    connect: async (backend) => {
      if (backend === 'wasm') return engineOn(backend);
      throw new EngineError('invalid-request', 'The webgpu backend was requested but …', {
        details: { reason: 'no graphics adapter was found' },
      });
    },
  });
  expect(backends[1]).toEqual({
    ...{ outcome: 'unavailable', backend: 'webgpu', reason: 'no graphics adapter was found' },
  });
});

test('what WASM fails with is thrown, and the engine closed', async () => {
  const { engineOn, now, closed } = device();
  const load = async (): Promise<never> => {
    throw new EngineError('download', 'no connection');
  };
  const measured = measureDevice({
    ...{ plan: bundledPlan, host, effort, now },
    connect: async (backend) => ({ ...engineOn(backend), load }),
  });
  await expect(measured).rejects.toThrow('no connection');
  expect(closed()).toBe(1);
});

test.each<{ what: string; speeds: Speeds; tokens: number; failures: readonly (string | null)[] }>([
  { what: 'a fast device writes whole texts', speeds: {}, tokens: 24, failures: [null, null] },
  { what: 'a slow one shorter texts', speeds: { tokenMs: 100 }, tokens: 10, failures: [null, null] },
  {
    what: 'downloads take nothing of the time',
    speeds: { downloadMs: 600_000 },
    tokens: 24,
    failures: [null, null],
  },
  {
    what: 'checks do, and what has not begun in time is skipped',
    speeds: { checkMs: 30_000 },
    tokens: 4,
    failures: ['no time was left for it', 'no time was left for it'],
  },
  {
    what: 'models whose checks would take too long are not loaded',
    speeds: { checkMs: 18_000 },
    tokens: 24,
    failures: [null, 'no time was left for it'],
  },
])('$what', async ({ speeds, tokens, failures }) => {
  const { engineOn, now } = device(speeds);
  const { backends } = await measureDevice({
    ...{
      connect: async (backend) => engineOn(backend),
      plan: bundledPlan,
      host,
      effort,
      now,
      backends: ['wasm'],
    },
  });
  const [one] = backends;
  if (one.outcome !== 'measured') throw new Error(one.reason);
  expect(one.methods.map(({ failure }) => failure)).toEqual(failures);
  expect(one.methods[0].request.maxTokens).toBe(tokens);
});

test('the smallest of other models drafts for the largest, and all take turns; a single one looks up', async () => {
  const loaded = ['aa', 'aaaa', 'a'].map((id) => ({ id, bytes: id.length }) as LoadedModel);
  const { speculative, turns } = planFor(['aa', 'aaaa', 'a']).methodsOf(loaded);
  expect(speculative).toMatchObject({ target: 'aaaa', drafter: { kind: 'model', model: 'a' } });
  expect(turns).toMatchObject({ members: [{ model: 'aa' }, { model: 'aaaa' }, { model: 'a' }] });
  expect(planFor(['a']).methodsOf(loaded.slice(2))).toMatchObject({
    speculative: { target: 'a', drafter: { kind: 'ngram' } },
    turns: null,
  });
});

test('an abort ends it with the reason of the signal, and closes the engine', async () => {
  const { engineOn, now, closed } = device();
  const abort = new AbortController();
  const measured = measureDevice({
    ...{ connect: async (backend) => engineOn(backend), plan: bundledPlan, host, effort, now },
    signal: abort.signal,
    onProgress: ({ what }) => {
      if (what.includes('2 of 5 pairs')) abort.abort(new Error('cancelled'));
    },
  });
  await expect(measured).rejects.toThrow('cancelled');
  expect(closed()).toBe(1);
});
