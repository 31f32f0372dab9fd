import { expect, test } from 'vitest';
import type { DecodeResult, EngineApi, ResolvedEngineOptions } from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { startRun } from '../engine/start-run.ts';
import { SharedEngines } from './shared-engines.ts';

const base = 'https://example.org/blog/';
const request: DecodeRequest = { prompt: '', method: { kind: 'plain', model: 'a' } };

/** Engines that note what becomes of them, and whose runs end when the test says so. */
function fakeEngines() {
  const opened: ResolvedEngineOptions[] = [];
  const closed: number[] = [];
  const endings: (() => void)[] = [];
  const engines = new SharedEngines(async (options) => {
    const number = opened.push(options) - 1;
    if (options.modelsUrl.includes('broken')) throw new Error('no worker');
    return {
      decode: () =>
        startRun(
          undefined,
          () => new Promise<DecodeResult>((resolve) => endings.push(() => resolve({} as DecodeResult))),
          async () => {},
        ),
      close: async () => {
        closed.push(number);
      },
    } as unknown as EngineApi;
  });
  return { engines, opened, closed, endings };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('the same options mean the same engine, which ends with its last lease', async () => {
  const { engines, opened, closed } = fakeEngines();
  const first = engines.open({}, base);
  const second = engines.open({ backend: 'auto', modelsUrl: 'models/' }, base);
  expect(await first.engine).toBe(await second.engine);
  first.release();
  first.release();
  await settled();
  expect(closed).toEqual([]);
  second.release();
  await settled();
  expect(closed).toEqual([0]);
  await engines.open({}, base).engine;
  expect(opened).toHaveLength(2);
});

test('other options mean another engine', async () => {
  const { engines, opened } = fakeEngines();
  engines.open({}, base);
  engines.open({ backend: 'wasm' }, base);
  engines.open({ modelsUrl: 'https://example.org/models/' }, base);
  expect(opened.map(({ backend, modelsUrl }) => [backend, modelsUrl])).toEqual([
    ['auto', `${base}models/`],
    ['wasm', `${base}models/`],
    ['auto', 'https://example.org/models/'],
  ]);
});

test('options that are none are refused before anything is opened', () => {
  const { engines, opened } = fakeEngines();
  expect(() => engines.open({ backend: 'gpu' as 'wasm' }, base)).toThrow(
    expect.objectContaining({ code: 'invalid-request' }),
  );
  expect(opened).toEqual([]);
});

test('an engine that did not start is tried again by the next', async () => {
  const { engines, opened } = fakeEngines();
  const options = { modelsUrl: 'broken/' };
  const first = engines.open(options, base);
  await expect(first.engine).rejects.toThrow('no worker');
  await expect(engines.open(options, base).engine).rejects.toThrow('no worker');
  expect(opened).toHaveLength(2);
  first.release();
  await settled();
});

test('a retired engine stays with those that hold it', async () => {
  const { engines, closed } = fakeEngines();
  const first = engines.open({}, base);
  first.retire();
  const second = engines.open({}, base);
  expect(await second.engine).not.toBe(await first.engine);
  first.release();
  await settled();
  expect(closed).toEqual([0]);
  expect(await engines.open({}, base).engine).toBe(await second.engine);
});

test('a run has its turn when those before it have ended', async () => {
  const { engines, endings } = fakeEngines();
  const [first, second] = [engines.open({}, base), engines.open({}, base)];
  const engine = await first.engine;
  const { signal } = new AbortController();
  expect(first.decode(engine, request, { signal }).turn).toBeNull();
  let hasTurn = false;
  void second.decode(engine, request, { signal }).turn?.then(() => {
    hasTurn = true;
  });
  await settled();
  expect(hasTurn).toBe(false);
  endings[0]();
  await settled();
  expect(hasTurn).toBe(true);
  endings[1]();
  await settled();
  expect(first.decode(engine, request, { signal }).turn).toBeNull();
});
