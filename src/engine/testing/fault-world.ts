import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expose } from 'comlink';
import { vi } from 'vitest';
import { host } from '#host';
import { FakeModel, FakeSequence } from '../../decode/testing/fake-model.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { ByteFile } from '../../host/byte-directory.ts';
import type { Sequence, TokenRun, WantedRows } from '../../models/causal-model.ts';
import { stallMs } from '../../models/files/download/request-file.ts';
import type { Timer } from '../../models/files/download/timer.ts';
import type { LoadedCausalModel } from '../../models/session/ort-causal-model.ts';
import type { ModelLoadOptions, ModelSource } from '../../models/session/runtime.ts';
import { type Answer, type FileServer, file } from '../../models/testing/file-server.ts';
import { MemoryDirectory } from '../../models/testing/memory-directory.ts';
import { MemoryFileStore } from '../../models/testing/memory-file-store.ts';
import { connectEngine } from '../../rpc/connect-engine.ts';
import { EngineHost } from '../../rpc/engine-host.ts';
import { Engine } from '../engine.ts';
import type { EngineApi, ResolvedEngineOptions } from '../engine-api.ts';
import type { Runtime } from '../engine-life.ts';

export type ModelId = 'a' | 'b';
/** A place in the engine's work at which a test can hold it, or have it fail. */
export type Point = 'opening' | 'forward' | `weights ${ModelId}` | `session ${ModelId}`;

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const letters = [...'abcdefghijklmnopqrstuvwxyz '];
const onnx = readFileSync(new URL('../../models/fixtures/packed-4.onnx', import.meta.url));
const weightsPath = 'onnx/model_q4.onnx';

/** A small model of real files, but for the weights, which nobody runs here. */
const modelFiles: Readonly<Record<string, Uint8Array>> = {
  'config.json': text({ model_type: 'llama', max_position_embeddings: 1000, vocab_size: letters.length }),
  'tokenizer.json': text({
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(letters.map((letter, id) => [letter, id])),
      merges: [],
    },
  }),
  [weightsPath]: onnx,
};

const catalogue = text({
  version: 1,
  models: ['a', 'b'].map((id) => ({
    ...{ id, title: id, folder: id, parameters: 1, contextLength: 1000, licence: 'CC0-1.0', family: 'f' },
    ...{ suggestedRole: 'verifier', dtype: 'q4' },
    vocabulary: { size: letters.length, fingerprint: '0'.repeat(64) },
    files: Object.entries(modelFiles).map(([path, bytes]) => ({
      path,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })),
  })),
});

/** Holds work at a point until it is opened. */
export class Gate {
  readonly point: Point;
  /** Resolves when the work is there. */
  readonly reached: Promise<void>;
  /** Times that the work passes before it is held. */
  #passes: number;
  #reach = () => {};
  #open = () => {};
  readonly #opened: Promise<void>;

  constructor(point: Point, passes: number) {
    this.point = point;
    this.#passes = passes;
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  async pass(): Promise<void> {
    if (this.#passes-- > 0) return;
    this.#reach();
    await this.#opened;
  }

  open(): void {
    this.#open();
  }
}

type Mood = 'well' | 'refuses' | 'hangs';

function inMood<T>(mood: Mood, work: () => Promise<T>, onHang: () => void): Promise<T> {
  if (mood === 'hangs') {
    onHang();
    return new Promise(() => {});
  }
  if (mood === 'refuses') return Promise.reject(new DOMException('denied', 'InvalidStateError'));
  return work();
}

/** A folder whose requests are refused, or never answered. */
class FaultyDirectory extends MemoryDirectory {
  mood: Mood = 'well';
  /** Requests that hang. */
  unanswered = 0;

  readonly #ask = <T>(work: () => Promise<T>): Promise<T> => inMood(this.mood, work, () => this.unanswered++);

  constructor() {
    super();
    const { names, read, open, remove, room } = this;
    this.names = () => this.#ask(names);
    this.read = (name) => this.#ask(() => read(name));
    this.open = (name) =>
      this.#ask(async () => {
        const opened = await open(name);
        const faulty: ByteFile = {
          getSize: () => this.#ask(opened.getSize),
          read: (...args) => this.#ask(() => opened.read(...args)),
          write: (...args) => this.#ask(() => opened.write(...args)),
          truncate: (...args) => this.#ask(() => opened.truncate(...args)),
          close: () => this.#ask(opened.close),
        };
        return faulty;
      });
    this.remove = (name) => this.#ask(() => remove(name));
    this.room = () => this.#ask(room);
  }
}

/** Web Locks of one origin. */
class OriginLocks {
  readonly #tails = new Map<string, Promise<void>>();
  refuses = false;
  held = 0;

  readonly request: LockManager['request'] = async <T>(
    name: string,
    ...rest: [LockGrantedCallback<T>] | [LockOptions, LockGrantedCallback<T>]
  ): Promise<Awaited<T>> => {
    const [options, work] = rest.length === 1 ? [{} as LockOptions, rest[0]] : rest;
    if (this.refuses) throw new DOMException('Access is denied.', 'SecurityError');
    const { signal, ifAvailable = false } = options;
    signal?.throwIfAborted();
    const before = this.#tails.get(name);
    if (before && ifAvailable) return await work(null);
    let release = () => {};
    const tail = new Promise<void>((resolve) => {
      release = resolve;
    });
    const behind = (before ?? Promise.resolve()).then(() => tail);
    this.#tails.set(name, behind);
    try {
      await new Promise<void>((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        void (before ?? Promise.resolve()).then(resolve);
      });
      this.held++;
      try {
        return await work({ name, mode: 'exclusive' });
      } finally {
        this.held--;
      }
    } finally {
      release();
      if (this.#tails.get(name) === behind) this.#tails.delete(name);
    }
  };
}

/** Pauses pass at once; connections stall when told so. */
class FaultTimer implements Timer {
  /** What is waited for, and how often it was asked about. */
  readonly #waiting = new Map<() => void, number>();

  now = (): number => 0;

  wait = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (ms !== stallMs) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.set(resolve, 0);
      signal?.addEventListener(
        'abort',
        () => {
          this.#waiting.delete(resolve);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  };

  /** The time runs out for what has been waited for when this was called so many times before. */
  stall(calls: number): void {
    for (const [resolve, before] of this.#waiting) {
      this.#waiting.set(resolve, before + 1);
      if (before >= calls) resolve();
    }
  }
}

/** The server, the storage and the locks that tabs share, and the points at which their work can be held. */
export class FaultWorld {
  readonly server: FileServer;
  readonly directory = new FaultyDirectory();
  readonly store = new MemoryFileStore(this.directory);
  readonly locks = new OriginLocks();
  readonly timer = new FaultTimer();
  opensStore: Mood = 'well';
  readonly tabs: Tab[] = [];
  readonly #gates: Gate[] = [];
  readonly #failures: { readonly point: Point; readonly tab: Tab; readonly fail: () => void }[] = [];

  constructor(server: FileServer) {
    this.server = server;
    vi.spyOn(host, 'locks').mockReturnValue(this.locks);
    this.calm();
  }

  /** The server is well again, and storage has room. */
  calm(): void {
    const { answers } = this.server;
    answers.clear();
    answers.set('/catalogue.json', file(catalogue));
    this.directory.quotaBytes = Infinity;
    for (const id of ['a', 'b'] as const) {
      for (const [path, bytes] of Object.entries(modelFiles)) {
        const isWeights = path === weightsPath;
        answers.set(`/${id}/${path}`, isWeights ? this.#heldWeights(id, bytes) : file(bytes));
      }
    }
  }

  /** The weights of a model come like this from now on. */
  serve(id: ModelId, answer: (weights: Uint8Array) => Answer): void {
    this.server.answers.set(`/${id}/${weightsPath}`, answer(onnx));
  }

  /** So does every file; one whose content is fixed by nothing stays as it is where `altered`. */
  serveAll(answer: (bytes: Uint8Array) => Answer, altered: boolean): void {
    const { answers } = this.server;
    if (!altered) answers.set('/catalogue.json', answer(catalogue));
    for (const id of ['a', 'b']) {
      for (const [path, bytes] of Object.entries(modelFiles)) answers.set(`/${id}/${path}`, answer(bytes));
    }
  }

  /** Requests of storage that hang. */
  get unanswered(): number {
    return this.directory.unanswered;
  }

  async openTab(): Promise<Tab> {
    const tab = await Tab.open(this);
    this.tabs.push(tab);
    return tab;
  }

  hold(point: Point, passes = 0): Gate {
    const gate = new Gate(point, passes);
    this.#gates.push(gate);
    return gate;
  }

  /** What happens when the tab's work is next at the point. */
  failAt(point: Point, tab: Tab, fail: () => void): void {
    this.#failures.push({ point, tab, fail });
  }

  /** Work is at a point: a tab's, or the server's. */
  async at(point: Point, tab?: Tab): Promise<void> {
    for (const gate of this.#gates) if (gate.point === point) await gate.pass();
    const index = this.#failures.findIndex((failure) => failure.point === point && failure.tab === tab);
    if (index >= 0) this.#failures.splice(index, 1)[0]?.fail();
  }

  /** Files of which storage has a part. */
  async parts(): Promise<string[]> {
    const files = await this.store.list();
    return files.filter(({ complete }) => !complete).map(({ path }) => path);
  }

  async end(): Promise<void> {
    for (const tab of this.tabs) await tab.end();
    vi.restoreAllMocks();
  }

  /** Half of the file, and the rest when the gate is open; or the rest that is asked for. */
  #heldWeights(id: ModelId, bytes: Uint8Array): Answer {
    return async (response, request) => {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const headers = { 'content-length': bytes.length - start, etag: '"weights"' };
      if (start > 0) {
        const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
        response.writeHead(206, { ...headers, 'content-range': range });
        response.end(bytes.subarray(start));
        return;
      }
      const half = bytes.length >> 1;
      response.writeHead(200, headers);
      response.write(bytes.subarray(0, half));
      await this.at(`weights ${id}`);
      response.end(bytes.subarray(half));
    };
  }
}

/** One page and its worker: a caller's engine over a real port. */
export class Tab {
  readonly world: FaultWorld;
  readonly losses: EngineError[] = [];
  engine!: Engine;
  api!: EngineApi;
  isDead = false;
  #runtime: TableRuntime | null = null;
  #die: (message: string) => void = () => {};

  private constructor(world: FaultWorld) {
    this.world = world;
  }

  static async open(world: FaultWorld): Promise<Tab> {
    const tab = new Tab(world);
    const { origin } = world.server;
    const { port1, port2 } = new MessageChannel();
    const create = (options: ResolvedEngineOptions) => {
      tab.engine = new Engine(options, {
        openRuntime: async (_, onLost) => {
          tab.#runtime = new TableRuntime(tab, onLost);
          await tab.#runtime.open();
          return tab.#runtime;
        },
        openStore: () =>
          inMood(
            world.opensStore,
            async () => world.store,
            () => world.directory.unanswered++,
          ),
        timer: world.timer,
        onLost: (error) => tab.losses.push(error),
      });
      return tab.engine;
    };
    expose(new EngineHost(create), port2);
    tab.api = await connectEngine({
      thread: {
        endpoint: port1,
        lifeLock: 'life',
        watch: (lost) => {
          tab.#die = lost;
        },
        opened: () => {},
        terminate: () => {
          port1.close();
          port2.close();
        },
      },
      options: {
        backend: 'auto',
        modelsUrl: `${origin}/`,
        catalogueUrl: `${origin}/catalogue.json`,
        hubUrl: `${origin}/hub`,
        baseUrl: `${origin}/`,
      },
      onLost: () => {},
    });
    return tab;
  }

  /** @param again where the device that replaces it is lost too */
  loseDevice(again?: Point): void {
    this.#runtime?.lose(again);
  }

  /** The worker is gone, and with it what it held: its connections and its locks. */
  die(): void {
    this.isDead = true;
    this.#die('the worker died; connect again');
    void this.engine.close();
  }

  async end(): Promise<void> {
    this.#die('the test is over');
    await this.engine.close();
  }
}

/** A runtime whose models are tables of logits on a device that can be lost. */
class TableRuntime implements Runtime {
  readonly backend = 'webgpu';
  readonly backendReason = 'tables';
  readonly weightsTarget = { backend: 'webgpu', hasShaderF16: false } as const;
  readonly unpackedBytesLeft = 0;
  readonly device = null;
  readonly threads = 1;
  readonly #tab: Tab;
  readonly #onLost: (error: EngineError) => void;
  /** Where the next device is lost. */
  #again: Point | undefined;
  /** The device, by its number; null while it is lost. */
  #device: number | null = 0;
  #devices = 1;

  constructor(tab: Tab, onLost: (error: EngineError) => void) {
    this.#tab = tab;
    this.#onLost = onLost;
  }

  liveGpuBuffers = (): number => 0;
  liveGpuBytes = (): number => 0;
  gpuBufferOwners = (): string[] => [];

  open(): Promise<void> {
    return this.#at('opening');
  }

  lose(again?: Point): void {
    this.#again = again;
    this.#device = null;
    this.#onLost(lostError());
  }

  async reopen(): Promise<void> {
    this.#device = this.#devices++;
    if (this.#again) this.#tab.world.failAt(this.#again, this.#tab, () => this.lose());
    await this.#at('opening');
  }

  #at(point: Point): Promise<void> {
    return this.#tab.world.at(point, this.#tab);
  }

  async loadModel(
    { id, vocabSize }: ModelSource,
    { signal, onStage }: ModelLoadOptions = {},
  ): Promise<LoadedCausalModel> {
    onStage?.('create-session');
    const device = this.#device;
    await this.#at(`session ${id as ModelId}`);
    signal?.throwIfAborted();
    const check = () => {
      if (device === null || device !== this.#device) throw lostError();
    };
    check();
    const table = new FakeModel({ vocabSize, seed: 1, memory: 1 });
    return {
      id,
      backend: 'webgpu',
      width: table.width,
      contextLength: 1000,
      noise: { maxLogitDifference: 0, meanTotalVariation: 0 },
      costs: [{ tokens: 1, ms: 1 }],
      readbacks: 0,
      notes: [],
      openSequence: () => new HeldSequence(table, () => this.#at('forward'), check),
      copyPrefix: table.copyPrefix,
      dispose: async () => {},
    };
  }

  close = async (): Promise<void> => {};
}

class HeldSequence extends FakeSequence {
  readonly #arrive: () => Promise<void>;
  readonly #check: () => void;

  constructor(model: FakeModel, arrive: () => Promise<void>, check: () => void) {
    super(model);
    this.#arrive = arrive;
    this.#check = check;
  }

  override forward: Sequence['forward'] = (async (run: TokenRun, wanted: WantedRows) => {
    await this.#arrive();
    this.#check();
    return super.forward(run, wanted);
  }) as Sequence['forward'];
}

const lostError = (): EngineError =>
  new EngineError('device-lost', 'The GPU device was lost; the next request opens another one.');

export const outOfMemory = (): never => {
  throw new EngineError('out-of-memory', 'There is no room left.');
};
