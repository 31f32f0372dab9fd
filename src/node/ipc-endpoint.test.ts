import { EventEmitter } from 'node:events';
import { deserialize, serialize } from 'node:v8';
import { type Endpoint, expose, proxy, type Remote, releaseProxy, wrap } from 'comlink';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { EngineApi, LoadedModel, LoadProgress } from '../engine/engine-api.ts';
import { EngineHost } from '../rpc/engine-host.ts';
import type { EngineWire } from '../rpc/engine-wire.ts';
import { installErrorTransfer } from '../rpc/error-transfer.ts';
import { RemoteEngine } from '../rpc/remote-engine.ts';
import { WorkerLife } from '../rpc/worker-life.ts';
import { ipcEndpoint } from './ipc-endpoint.ts';

installErrorTransfer();

interface Envelope {
  readonly port: number;
  readonly message: unknown;
  readonly closed?: true;
}

const pairs: { disconnect(): void }[] = [];
afterEach(() => {
  for (const pair of pairs.splice(0)) pair.disconnect();
});

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Both ends of a channel that serialises as that of two processes does, in the order of sending. */
function channelPair() {
  const [parent, child] = [new EventEmitter(), new EventEmitter()];
  const sent: Envelope[] = [];
  let isConnected = true;
  const end = (own: EventEmitter, other: EventEmitter, isChild: boolean): Endpoint =>
    ipcEndpoint(
      {
        send: (message) => {
          const bytes = serialize(message);
          if (!isConnected) return;
          sent.push(message as Envelope);
          setImmediate(() => isConnected && other.emit('message', deserialize(bytes)));
        },
        onMessage: (listener) => own.on('message', listener),
        onDisconnect: (listener) => own.on('disconnect', listener),
      },
      isChild,
    );
  const pair = {
    parentEnd: end(parent, child, false),
    childEnd: end(child, parent, true),
    sent,
    /** Ports whose opening has crossed, and whose closing has not. */
    openPorts: () => {
      const opened = sent.flatMap(({ port, message }) => {
        const { argumentList = [] } = (port === 0 ? message : {}) as { argumentList?: { portId?: number }[] };
        return argumentList.flatMap(({ portId }) => portId ?? []);
      });
      const closed = new Set(sent.filter((one) => one.closed).map(({ port }) => port));
      return opened.filter((port) => !closed.has(port));
    },
    deliver: (side: 'parent' | 'child', envelope: Envelope) =>
      (side === 'parent' ? parent : child).emit('message', envelope),
    disconnect: () => {
      isConnected = false;
      parent.emit('disconnect');
      child.emit('disconnect');
    },
  };
  pairs.push(pair);
  return pair;
}

/** What is called over the channel. */
const service = {
  add: (one: number, other: number) => one + other,
  echo: (value: unknown) => value,
  async each(times: number, tell: (index: number) => Promise<unknown>) {
    const answers = [];
    for (let index = 0; index < times; index++) answers.push(await tell(index));
    (tell as unknown as Remote<typeof tell>)[releaseProxy]();
    return answers;
  },
  fail: () => Promise.reject(new RangeError('too far')),
};

function connectService() {
  const pair = channelPair();
  expose(service, pair.childEnd);
  return { ...pair, remote: wrap<typeof service>(pair.parentEnd) };
}

/** MessagePorts that are open, of both sides. */
function watchPorts() {
  const closed = vi.spyOn(MessagePort.prototype, 'close');
  return { closed };
}
afterEach(() => vi.restoreAllMocks());

describe('a channel of two processes', () => {
  test('carries calls, answers and failures', async () => {
    const { remote } = connectService();
    expect(await remote.add(2, 3)).toBe(5);
    await expect(remote.fail()).rejects.toMatchObject({ name: 'RangeError', message: 'too far' });
  });

  test.each<[string, unknown]>([
    ['typed arrays', Float32Array.of(1, Number.NaN)],
    ['what JSON has not', { at: new Map([[1, new Set([undefined])]]), big: 2n ** 70n, since: new Date(0) }],
    ['an object that looks like a reference to a port', { portId: 7 }],
    ['an object that looks like an envelope', { port: 1, message: null, closed: true }],
    ['nothing', undefined],
  ])('hands over %s as they are', async (_, value) => {
    expect(await connectService().remote.echo(value)).toEqual(value);
  });

  test('lets the other side call functions that it was given, several at once, each its own', async () => {
    const { remote } = connectService();
    const double = proxy(async (index: number) => 2 * index);
    const square = proxy(async (index: number) => index * index);
    const answers = await Promise.all([remote.each(4, double), remote.each(4, square)]);
    expect(answers).toEqual([
      [0, 2, 4, 6],
      [0, 1, 4, 9],
    ]);
  });

  test('closes the ports of a function that is released, on both sides', async () => {
    const { remote, sent, openPorts } = connectService();
    const { closed } = watchPorts();
    for (let call = 0; call < 5; call++)
      await remote.each(
        2,
        proxy(async () => null),
      );
    await turns();
    expect(sent.filter((one) => one.closed)).not.toHaveLength(0);
    expect(openPorts()).toEqual([]);
    // Of each call one pair a side; closing either end closes both.
    expect(new Set(closed.mock.contexts).size).toBeGreaterThanOrEqual(2 * 5);
  });

  test('closes what is open when it ends, so that no port keeps a process alive', async () => {
    const { remote, disconnect } = connectService();
    const { closed } = watchPorts();
    let called = (): void => {};
    const isCalled = new Promise<void>((resolve) => {
      called = resolve;
    });
    const never = proxy(() => {
      called();
      return new Promise<unknown>(() => {});
    });
    void remote.each(1, never);
    await isCalled;
    expect(closed).not.toHaveBeenCalled();
    disconnect();
    expect(closed).toHaveBeenCalledTimes(2);
    await turns();
  });

  test('refuses what cannot be cloned by name, opens no port for it, and goes on', async () => {
    const { remote, openPorts } = connectService();
    const refused = remote.each(1, async () => null);
    await expect(refused).rejects.toMatchObject({ name: 'DataCloneError' });
    const half = (remote.add as unknown as (...values: unknown[]) => Promise<number>)(
      proxy(() => 1),
      () => 2,
    );
    await expect(half).rejects.toMatchObject({ name: 'DataCloneError' });
    expect(openPorts()).toEqual([]);
    expect(await remote.add(1, 1)).toBe(2);
  });

  test('hears messages of ports that are closed already, or were never opened, and does nothing', async () => {
    const { remote, deliver, sent } = connectService();
    for (const side of ['parent', 'child'] as const) {
      deliver(side, { port: 99, message: { id: 'x' } });
      deliver(side, { port: 99, message: null, closed: true });
    }
    expect(await remote.add(1, 2)).toBe(3);
    expect(sent.filter(({ port }) => port === 99)).toEqual([]);
  });
});

describe('an engine over such a channel', () => {
  function connectTo(engine: Partial<EngineApi>) {
    const pair = channelPair();
    expose(new EngineHost(() => engine as EngineApi), pair.childEnd);
    const wire = wrap<EngineWire>(pair.parentEnd);
    const life = new WorkerLife(() => pair.disconnect());
    return { ...pair, life, remote: new RemoteEngine(wire, life), wire };
  }

  const options = {
    backend: 'wasm',
    modelsUrl: 'file:///m/',
    catalogueUrl: 'file:///m/c',
    hubUrl: 'http://x',
    baseUrl: 'file:///',
  } as const;

  test('tells the progress of loads before their answers, and leaves no port open', async () => {
    const { remote, wire, openPorts } = connectTo({
      load: async (model, { onProgress } = {}) => {
        for (const stage of ['download', 'verify', 'ready'] as const) {
          onProgress?.({ modelId: model, stage } as LoadProgress);
        }
        return { id: model } as LoadedModel;
      },
    });
    await wire.open(options, 'lock');
    for (let load = 0; load < 3; load++) {
      const stages: string[] = [];
      await remote.load('m', { onProgress: ({ stage }) => stages.push(stage) });
      expect(stages).toEqual(['download', 'verify', 'ready']);
    }
    await turns();
    expect(openPorts()).toEqual([]);
  });

  test('refuses a request that cannot cross as invalid', async () => {
    const { remote, wire } = connectTo({});
    await wire.open(options, 'lock');
    const prompt = (() => '') as unknown as string;
    const { result } = remote.decode({ prompt, method: { kind: 'plain', model: 'm' } });
    await expect(result).rejects.toMatchObject({ code: 'invalid-request' });
  });

  test('rejects calls under way when it is lost', async () => {
    const { remote, wire, life } = connectTo({ load: () => new Promise(() => {}) });
    await wire.open(options, 'lock');
    const pending = remote.load('m');
    life.end('the process ended');
    await expect(pending).rejects.toMatchObject({ code: 'worker-lost' });
  });
});
