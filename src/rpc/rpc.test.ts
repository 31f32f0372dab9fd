import { expose, releaseProxy, wrap } from 'comlink';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type {
  DecodeResult,
  DecodeRun,
  EngineApi,
  ForwardMeasurement,
  LoadedModel,
  LoadProgress,
  ModelEstimate,
  PrefillProgress,
} from '../engine/engine-api.ts';
import { RoundStream } from '../engine/round-stream.ts';
import { startRun } from '../engine/start-run.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { Round } from '../round/round.ts';
import { EngineHost } from './engine-host.ts';
import type { EngineWire } from './engine-wire.ts';
import { errorFromWire, installErrorTransfer } from './error-transfer.ts';
import { RemoteEngine } from './remote-engine.ts';
import { WorkerLife } from './worker-life.ts';

installErrorTransfer();

const options = {
  backend: 'wasm',
  modelsUrl: 'http://x/',
  catalogueUrl: 'http://x/c',
  hubUrl: 'http://x',
  baseUrl: 'http://x/',
} as const;
const request = { prompt: '', method: { kind: 'plain', model: 'm' } } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Page and worker sides over a real port, around an engine of the test's own. */
async function connectTo(engine: Partial<EngineApi>, closeGraceMs?: number) {
  const { port1, port2 } = new MessageChannel();
  let loseDevice = (_error: EngineError): void => {};
  const createEngine = (_: unknown, onLost: typeof loseDevice): EngineApi => {
    loseDevice = onLost;
    return engine as EngineApi;
  };
  expose(new EngineHost(createEngine), port2);
  const wire = wrap<EngineWire>(port1);
  const life = new WorkerLife(() => {
    wire[releaseProxy]();
    port1.close();
    port2.close();
  });
  ends.push(() => life.end('the test is over'));
  await wire.open(options, 'lock');
  return { remote: new RemoteEngine(wire, life, closeGraceMs), life, wire, loseDevice };
}

/** A run that pushes `rounds` rounds, or goes on until it is stopped. */
function countingRun(rounds: number, signal: AbortSignal | undefined): DecodeRun & { pushed: () => number } {
  const stream = new RoundStream();
  const stop = new AbortController();
  const ended = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  const work = async () => {
    for (let index = 0; index < rounds && !ended.aborted; index++) {
      await stream.push({ index } as Round, ended);
      await turn();
    }
    stream.close();
    const finishReason = ended.aborted ? 'abort' : 'length';
    return { text: 'x', finishReason, rounds: stream.rounds } as unknown as DecodeResult;
  };
  const result = work();
  return {
    result,
    stop: () => stop.abort(),
    update: async () => {},
    pushed: () => stream.rounds.length,
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
  };
}

test('a model and its token arrive together, and no other call knows the token', async () => {
  const asked: unknown[] = [];
  const { remote } = await connectTo({
    load: async (model, { token } = {}) => {
      asked.push(['load', model, token]);
      return { id: 'o/m' } as LoadedModel;
    },
    estimate: async (model, { token } = {}) => {
      asked.push(['estimate', model, token]);
      return { id: 'o/m' } as ModelEstimate;
    },
    deleteStored: async (id) => id.length,
  });
  await remote.load({ repo: 'o/m', revision: 'v1' }, { token: 't' });
  await remote.load('o/m');
  await remote.estimate('o/m', { token: 't' });
  expect(asked).toEqual([
    ['load', { repo: 'o/m', revision: 'v1' }, 't'],
    ['load', 'o/m', undefined],
    ['estimate', 'o/m', 't'],
  ]);
  expect(await remote.deleteStored('o/m')).toBe(3);
});

describe('errors', () => {
  test('keep class, code, details, cause and stack over the port', async () => {
    const cause = new TypeError('of course');
    const thrown = new EngineError('context-full', 'too long', {
      details: { promptTokens: 9, limit: 4 },
      cause,
    });
    const { remote } = await connectTo({ load: () => Promise.reject(thrown) });
    const error = await remote.load('m').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({
      code: 'context-full',
      message: 'too long',
      details: { promptTokens: 9, limit: 4 },
      cause: { name: 'TypeError', message: 'of course' },
      stack: thrown.stack,
    });
  });

  test('an abort stays an AbortError, a plain error an error, a thrown value a value', async () => {
    for (const thrown of [new DOMException('gone', 'AbortError'), new RangeError('r'), 'text']) {
      const { remote } = await connectTo({ load: () => Promise.reject(thrown) });
      const caught = await remote.load('m').catch((error: unknown) => error);
      if (thrown instanceof Error)
        expect(caught).toMatchObject({ name: thrown.name, message: thrown.message });
      else expect(caught).toBe('text');
    }
  });

  test('a cause that has no text does not keep the error from crossing', async () => {
    const cause = Object.create(null);
    const { remote } = await connectTo({
      load: () => Promise.reject(new EngineError('invalid-request', 'no', { cause })),
    });
    await expect(remote.load('m')).rejects.toMatchObject({ code: 'invalid-request', message: 'no' });
  });

  test('a lost GPU device is reported with its code each time, and ends no call', async () => {
    const { remote, wire, loseDevice } = await connectTo({ unload: async () => {} });
    const first = wire.nextLoss();
    await remote.unload('m');
    loseDevice(new EngineError('device-lost', 'gone', { details: { adapter: 'one' } }));
    loseDevice(new EngineError('device-lost', 'gone again'));
    await remote.unload('m');
    const losses = [await first, await wire.nextLoss()];
    expect(losses.map(errorFromWire)).toMatchObject([
      { name: 'EngineError', code: 'device-lost', details: { adapter: 'one' } },
      { code: 'device-lost', message: 'gone again' },
    ]);
  });

  test('a failed decode rejects result and iteration alike', async () => {
    const { remote } = await connectTo({
      decode: () => {
        const stream = new RoundStream();
        const result = Promise.reject<DecodeResult>(new EngineError('device-lost', 'the GPU is gone'));
        result.catch((error: unknown) => stream.fail(error));
        return {
          result,
          stop: () => {},
          update: async () => {},
          [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
        };
      },
    });
    const run = remote.decode(request);
    const lost = expect.objectContaining({ code: 'device-lost' });
    await expect(run.result).rejects.toEqual(lost);
    await expect(run[Symbol.asyncIterator]().next()).rejects.toEqual(lost);
  });
});

describe('a decode', () => {
  test('brings every round in order, and a result that holds them', async () => {
    const { remote } = await connectTo({ decode: (_request, { signal } = {}) => countingRun(20, signal) });
    const run = remote.decode(request);
    const seen: number[] = [];
    for await (const { index } of run) seen.push(index);
    expect(seen).toEqual([...Array(20).keys()]);
    const { rounds, text } = await run.result;
    expect(rounds.map(({ index }) => index)).toEqual(seen);
    expect(text).toBe('x');
  });

  test('left unread runs to its end', async () => {
    const { remote } = await connectTo({ decode: (_request, { signal } = {}) => countingRun(20, signal) });
    expect((await remote.decode(request).result).rounds).toHaveLength(20);
  });

  test('waits for a slow reader: the worker runs ahead by a bounded number of rounds', async () => {
    let worker: ReturnType<typeof countingRun> | undefined;
    const { remote } = await connectTo({
      decode: (_request, { signal } = {}) => {
        worker = countingRun(1000, signal);
        return worker;
      },
    });
    const run = remote.decode(request);
    const reader = run[Symbol.asyncIterator]();
    await reader.next();
    for (let wait = 0; wait < 900; wait++) await turn();
    expect(worker?.pushed()).toBeLessThan(300);
    run.stop();
    expect((await run.result).finishReason).toBe('abort');
  });

  test('hears stop() and an aborted signal, before and while it runs', async () => {
    const { remote } = await connectTo({ decode: (_request, { signal } = {}) => countingRun(1e9, signal) });
    const stopped = remote.decode(request);
    for await (const { index } of stopped) if (index === 3) break;
    stopped.stop();
    expect((await stopped.result).finishReason).toBe('abort');
    const aborted = remote.decode(request, { signal: AbortSignal.abort() });
    expect((await aborted.result).finishReason).toBe('abort');
  });
});

test('a failed decode tells its rounds first, and leaves nothing unhandled', async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  ends.push(() => process.off('unhandledRejection', onUnhandled));
  const prefilled = { tokensFed: 1, tokensTotal: 1 };
  const { remote } = await connectTo({
    decode: (_request, { signal, onPrefill } = {}) =>
      startRun(
        signal,
        async (stream, ended) => {
          onPrefill?.(prefilled);
          for (let index = 0; index < 5; index++) await stream.push({ index } as Round, ended);
          throw new EngineError('device-lost', 'the GPU is gone');
        },
        async () => {},
      ),
  });
  const told: PrefillProgress[] = [];
  const run = remote.decode(request, { onPrefill: (progress) => told.push(progress) });
  const seen: number[] = [];
  const read = async () => {
    for await (const { index } of run) seen.push(index);
  };
  await expect(read()).rejects.toMatchObject({ code: 'device-lost' });
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(told).toEqual([prefilled]);
  // Nobody asks for the result of this one, or reads it.
  remote.decode(request);
  await expect(remote.decode(request).result).rejects.toMatchObject({ code: 'device-lost' });
  for (let wait = 0; wait < 5; wait++) await turn();
  expect(unhandled).toEqual([]);
});

test('a failed load tells its progress first', async () => {
  const { remote } = await connectTo({
    load: (modelId, { onProgress } = {}) => {
      for (const stage of ['download', 'verify'] as const) onProgress?.({ modelId, stage } as LoadProgress);
      return Promise.reject(new EngineError('integrity', 'broken'));
    },
  });
  const stages: string[] = [];
  const load = remote.load('m', { onProgress: ({ stage }) => stages.push(stage) });
  await expect(load).rejects.toMatchObject({ code: 'integrity' });
  expect(stages).toEqual(['download', 'verify']);
});

test('a decode whose rounds cannot be sent is stopped, and says so', async () => {
  let pushed = () => 0;
  const { remote } = await connectTo({
    decode: (_, { signal } = {}) => {
      const run = countingRun(1e9, signal);
      pushed = run.pushed;
      const unsendable = async function* () {
        for await (const round of run) yield { ...round, text: () => 'x' } as unknown as Round;
      };
      return { ...run, [Symbol.asyncIterator]: unsendable };
    },
  });
  await expect(remote.decode(request).result).rejects.toThrow(/clone/);
  const atEnd = pushed();
  await turn();
  await turn();
  expect(pushed()).toBe(atEnd);
});

describe('an update', () => {
  test('reaches its own run, and a refusal comes back', async () => {
    const told: unknown[] = [];
    const { remote } = await connectTo({
      decode: ({ prompt }, { signal } = {}) => ({
        ...countingRun(1e9, signal),
        update: async (numbers) => {
          if ('mu' in numbers) throw new EngineError('invalid-request', 'no');
          told.push([prompt, numbers]);
        },
      }),
    });
    const [first, second] = ['first', 'second'].map((prompt) => remote.decode({ ...request, prompt }));
    await second.update({ weights: [1, 2] });
    await first.update({ weights: [3, 4] });
    expect(told).toEqual([
      ['second', { weights: [1, 2] }],
      ['first', { weights: [3, 4] }],
    ]);
    await expect(first.update({ mu: 1 })).rejects.toMatchObject({ code: 'invalid-request' });
    const unsendable = { weights: [() => 1] } as unknown as { weights: number[] };
    await expect(first.update(unsendable)).rejects.toMatchObject({ code: 'invalid-request' });
    for (const run of [first, second]) run.stop();
    await Promise.all([first.result, second.result]);
  });

  test('of a run that has ended does nothing', async () => {
    const { remote } = await connectTo({ decode: () => countingRun(1, undefined) });
    const run = remote.decode(request);
    await run.result;
    await expect(run.update({ mu: 1 })).resolves.toBeUndefined();
  });
});

test('a question about candidates is answered, refused and given up over the port', async () => {
  const query = { request, tokenIds: [1], position: 0 };
  const { remote } = await connectTo({
    candidates: async ({ position }, { signal } = {}) => {
      if (position === 1) throw new EngineError('context-full', 'too long');
      if (position === 2) {
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      }
      return { members: [], combined: { top: [], token: null } };
    },
  });
  expect(await remote.candidates(query)).toEqual({ members: [], combined: { top: [], token: null } });
  await expect(remote.candidates({ ...query, position: 1 })).rejects.toMatchObject({ code: 'context-full' });
  const controller = new AbortController();
  const asked = remote.candidates({ ...query, position: 2 }, { signal: controller.signal });
  controller.abort();
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  const late = remote.candidates(query, { signal: controller.signal });
  await expect(late).rejects.toMatchObject({ name: 'AbortError' });
});

test('a measurement of forwards is answered and given up over the port', async () => {
  const { remote } = await connectTo({
    measureForwards: async (model, { budgetMs, signal } = {}) => {
      if (budgetMs === 0) {
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      }
      return { model, passes: [{ tokens: budgetMs ?? 1, ms: [2] }] } as unknown as ForwardMeasurement;
    },
  });
  const passesOf = (tokens: number) => ({ model: 'm', passes: [{ tokens, ms: [2] }] });
  expect(await remote.measureForwards('m')).toEqual(passesOf(1));
  expect(await remote.measureForwards('m', { budgetMs: 7 })).toEqual(passesOf(7));
  const controller = new AbortController();
  const given = remote.measureForwards('m', { budgetMs: 0, signal: controller.signal });
  controller.abort();
  await expect(given).rejects.toMatchObject({ name: 'AbortError' });
});

test('a load reports progress until it settles, and hears its signal', async () => {
  const progress = { modelId: 'm', stage: 'download' } as LoadProgress;
  const { remote } = await connectTo({
    load: async (model, { onProgress, signal } = {}) => {
      onProgress?.(progress);
      await turn();
      if (model === 'slow')
        await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      return { id: model } as LoadedModel;
    },
  });
  const seen: LoadProgress[] = [];
  expect(await remote.load('m', { onProgress: (report) => seen.push(report) })).toEqual({ id: 'm' });
  expect(seen).toEqual([progress]);
  const controller = new AbortController();
  const slow = remote.load('slow', { signal: controller.signal, onProgress: () => controller.abort() });
  await expect(slow).rejects.toMatchObject({ name: 'AbortError' });
});

test('the progress of a prefill reaches the page before the result', async () => {
  const reports = [256, 300].map((tokensFed) => ({ tokensFed, tokensTotal: 300 }));
  const { remote } = await connectTo({
    decode: (_request, { signal, onPrefill } = {}) => {
      for (const report of reports) onPrefill?.(report);
      return countingRun(2, signal);
    },
  });
  const seen: PrefillProgress[] = [];
  await remote.decode(request, { onPrefill: (report) => seen.push(report) }).result;
  expect(seen).toEqual(reports);
  expect((await remote.decode(request).result).finishReason).toBe('length');
});

test('a listener that throws neither fails the load nor goes unheard', async () => {
  const told: unknown[] = [];
  const original = globalThis.reportError;
  globalThis.reportError = (error: unknown) => void told.push(error);
  ends.push(() => {
    globalThis.reportError = original;
  });
  const { remote } = await connectTo({
    load: async (model, { onProgress } = {}) => {
      onProgress?.({ modelId: model, stage: 'ready' } as LoadProgress);
      return { id: model } as LoadedModel;
    },
  });
  const mine = new Error('mine');
  const onProgress = () => {
    throw mine;
  };
  expect(await remote.load('m', { onProgress })).toEqual({ id: 'm' });
  expect(told).toEqual([mine]);
});

test('where there is no reportError, as in Node.js, a listener that throws is an uncaught error', async () => {
  expect(globalThis.reportError).toBeUndefined();
  const uncaught: (() => void)[] = [];
  const spied = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation((task) => void uncaught.push(task));
  ends.push(() => spied.mockRestore());
  const { remote } = await connectTo({
    load: async (model, { onProgress } = {}) => {
      onProgress?.({ modelId: model, stage: 'ready' } as LoadProgress);
      return { id: model } as LoadedModel;
    },
  });
  const onProgress = () => {
    throw new Error('mine');
  };
  expect(await remote.load('m', { onProgress })).toEqual({ id: 'm' });
  expect(uncaught).toHaveLength(1);
  expect(uncaught[0]).toThrow('mine');
});

test('the worker is held while a call waits for it, and no longer', async () => {
  const held: boolean[] = [];
  const life = new WorkerLife(
    () => {},
    (isWaiting) => held.push(isWaiting),
  );
  let answer = (): void => {};
  const slow = life.guard(() => new Promise<void>((resolve) => (answer = resolve)));
  await life.guard(async () => {});
  expect(held).toEqual([true]);
  answer();
  await slow;
  await turn();
  expect(held).toEqual([true, false]);
  await expect(life.guard(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await turn();
  expect(held).toEqual([true, false, true, false]);
  // How a worker that is ended is let go of is for `terminate` to say.
  const lost = life.guard(() => new Promise(() => {}));
  life.end('over');
  await expect(lost).rejects.toMatchObject({ code: 'worker-lost' });
  await turn();
  expect(held).toEqual([true, false, true, false, true]);
});

test('a request that cannot cross the port is an invalid request', async () => {
  const { remote } = await connectTo({});
  const unsendable = { ...request, prompt: (() => '') as unknown as string };
  await expect(remote.decode(unsendable).result).rejects.toMatchObject({ code: 'invalid-request' });
});

test('a dead worker rejects every pending and every later call', async () => {
  const forever = () => new Promise<never>(() => {});
  const { remote, life } = await connectTo({
    load: forever,
    info: forever,
    decode: () => ({ ...countingRun(0, undefined), result: forever() }),
  });
  const run = remote.decode(request);
  const iterated = run[Symbol.asyncIterator]().next();
  const pending = Promise.allSettled([remote.load('m'), remote.info(), run.result, iterated]);
  await turn();
  life.end('the worker died');
  const lost = {
    status: 'rejected',
    reason: expect.objectContaining({ name: 'EngineError', code: 'worker-lost' }),
  };
  expect(await pending).toEqual([lost, lost, lost, lost]);
  await expect(remote.info()).rejects.toMatchObject({ code: 'worker-lost' });
});

test('closing ends a worker that does not answer, and what waits for it', async () => {
  const forever = () => new Promise<never>(() => {});
  const { remote } = await connectTo({ info: forever, close: forever }, 1);
  const pending = remote.info();
  await remote.close();
  await expect(pending).rejects.toMatchObject({ code: 'worker-lost' });
});
