import { linkSignals } from '../concurrency/link-signals.ts';
import { RequestQueue } from '../concurrency/request-queue.ts';
import { untilAborted } from '../concurrency/until-aborted.ts';
import type { Candidates } from '../decode/candidates.ts';
import type { MethodPlan } from '../decode/method-plan.ts';
import { EngineError } from '../errors/engine-error.ts';
import { type FileLocks, webLocks } from '../models/files/download/file-locks.ts';
import { browserTimer } from '../models/files/download/timer.ts';
import { openFileStore } from '../models/files/storage/open-file-store.ts';
import { deleteStoredModel, listStoredModels } from '../models/files/storage/stored-models.ts';
import { RoundRecorder } from '../round/round-recorder.ts';
import { type CandidatesQuery, validateCandidatesQuery } from './candidates-query.ts';
import { CombineUpdates } from './combine-updates.ts';
import type {
  DecodeOptions,
  DecodeResult,
  DecodeRun,
  EngineApi,
  EngineInfo,
  ForwardMeasurement,
  HubModel,
  LoadedModel,
  LoadOptions,
  MeasureForwardsOptions,
  ModelEstimate,
  ResolvedEngineOptions,
  StoredModels,
} from './engine-api.ts';
import { EngineLife, type OpenRuntime, openModelRuntime, type Runtime } from './engine-life.ts';
import { findCandidates } from './find-candidates.ts';
import { isDeviceLost } from './is-device-lost.ts';
import { defaultBudgetMs, measureForwards } from './measure-forwards.ts';
import { planMethod } from './method-members.ts';
import { type FileParts, ModelRegistry } from './model-registry.ts';
import { type PreparedDecode, prepareDecode } from './prepared-decode.ts';
import type { DecodeRequest } from './request-types.ts';
import { type RunChannels, runDecode, skippedResult } from './run-decode.ts';
import { startRun } from './start-run.ts';

/** What the engine stands on; tests pass others. */
export interface EngineParts extends FileParts {
  readonly openRuntime: OpenRuntime;
  /** Told once for each GPU device that is lost; the next request opens another. */
  readonly onLost: (error: EngineError) => void;
}

const hostParts: EngineParts = {
  openRuntime: openModelRuntime,
  openStore: () => openFileStore(),
  locks: webLocks,
  timer: browserTimer,
  onLost: () => {},
};

/** Models and the queue of requests on them. Lives in a worker; has no DOM. */
export class Engine implements EngineApi {
  readonly #options: ResolvedEngineOptions;
  readonly #locks: FileLocks;
  readonly #life: EngineLife;
  readonly #registry: ModelRegistry;
  readonly #queue = new RequestQueue();
  readonly #closed = new AbortController();

  constructor(options: ResolvedEngineOptions, parts: Partial<EngineParts> = {}) {
    const { openRuntime, onLost, ...files } = { ...hostParts, ...parts };
    this.#options = options;
    this.#locks = files.locks;
    this.#life = new EngineLife(options.backend, onLost, openRuntime);
    this.#registry = new ModelRegistry(options, this.#life, files);
  }

  async load(model: string | HubModel, options: LoadOptions = {}): Promise<LoadedModel> {
    return (await this.#registry.load(model, options)).description;
  }

  estimate(
    model: string | HubModel,
    options: Pick<LoadOptions, 'signal' | 'token'> = {},
  ): Promise<ModelEstimate> {
    return this.#registry.estimate(model, options);
  }

  async storedModels(): Promise<StoredModels> {
    return listStoredModels(await this.#registry.store());
  }

  async deleteStored(id: string): Promise<number> {
    return deleteStoredModel(await this.#registry.store(), this.#locks, id);
  }

  decode(request: DecodeRequest, { signal, onPrefill }: DecodeOptions = {}): DecodeRun {
    const updates = new CombineUpdates();
    const open = linkSignals(this.#closed.signal, signal);
    return startRun(
      open.signal,
      (stream, ended) =>
        this.#enqueue(request, { updates, stream, signal: ended, onPrefill }).finally(open.release),
      async (numbers) => updates.offer(numbers),
    );
  }

  async candidates(
    query: CandidatesQuery,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Candidates> {
    this.#closed.signal.throwIfAborted();
    const valid = validateCandidatesQuery(query);
    const prepared = prepareDecode(valid.request, this.#registry);
    return this.#inTurn(prepared, options.signal, async (signal) => {
      const method = await this.#planMethod(prepared, signal);
      return (ready) => findCandidates(ready, method, valid, signal);
    });
  }

  async measureForwards(
    model: string,
    { budgetMs = defaultBudgetMs, signal: asked }: MeasureForwardsOptions = {},
  ): Promise<ForwardMeasurement> {
    this.#closed.signal.throwIfAborted();
    const prepared = prepareDecode({ prompt: 'a', method: { kind: 'plain', model } }, this.#registry);
    return this.#inTurn(
      prepared,
      asked,
      async (signal) =>
        ({ entries: [entry] }) =>
          measureForwards(entry, this.#life.opened as Runtime, { budgetMs, signal }),
    );
  }

  async info(): Promise<EngineInfo> {
    const runtime = this.#life.opened;
    return {
      state: this.#life.state,
      backend: runtime?.backend ?? null,
      backendReason: runtime?.backendReason ?? 'No model is loaded yet.',
      threads: runtime?.threads ?? 1,
      models: this.#registry.entries.map(({ description }) => description),
      liveGpuBuffers: runtime?.liveGpuBuffers() ?? 0,
      liveGpuBytes: runtime?.liveGpuBytes() ?? 0,
    };
  }

  async unload(model: string): Promise<void> {
    // Outside the queue: a download must not hold up what runs on other models.
    await this.#registry.loadSettled(model);
    await this.#queue.run(() => this.#registry.remove(model));
  }

  async close(): Promise<void> {
    const reason = new EngineError('worker-lost', 'the engine was closed: connect again');
    this.#closed.abort(reason);
    await this.#queue.run(async () => {
      await this.#registry.close(reason);
      await this.#life.close(reason);
    });
  }

  async #enqueue(
    request: DecodeRequest,
    given: Omit<RunChannels, 'recorder' | 'losses'>,
  ): Promise<DecodeResult> {
    this.#closed.signal.throwIfAborted();
    const { updates, stream, signal } = given;
    const prepared = prepareDecode(request, this.#registry);
    updates.open(prepared.request.method);
    // It was opened to load the models.
    const runtime = this.#life.opened as Runtime;
    const skipped = () => skippedResult(prepared, runtime, given);
    let method: MethodPlan;
    try {
      method = await this.#planMethod(prepared, signal);
    } catch (error) {
      if (signal.aborted) return skipped();
      throw error;
    }
    const decode = async (): Promise<DecodeResult> => {
      const channels: RunChannels = {
        ...given,
        recorder: new RoundRecorder(() => performance.now()),
        losses: [],
      };
      try {
        return await this.#onModels(prepared, signal, {
          work: (ready) => runDecode(ready, method, runtime, channels),
          written: () => stream.rounds.reduce((sum, { committed }) => sum + committed.length, 0),
          onLost: ({ message }, tokens) => {
            channels.losses.push({ tokens, reason: message });
            channels.recorder.take();
            updates.giveBack();
          },
        });
      } catch (error) {
        // Aborted while its models were loaded again.
        if (signal.aborted && error === signal.reason) return skipped();
        throw error;
      }
    };
    return this.#queue.run(decode, signal, skipped);
  }

  /**
   * Before the request waits for its turn: a module is the user's, and one that never finishes loading must hold up
   * nobody else.
   */
  #planMethod({ request }: PreparedDecode, signal: AbortSignal): Promise<MethodPlan> {
    return untilAborted(planMethod(request, this.#options.baseUrl), signal);
  }

  /** Prepares work that writes no text, and does it when its turn has come; rejects with the reason of a signal. */
  async #inTurn<T>(
    prepared: PreparedDecode,
    asked: AbortSignal | undefined,
    prepare: (signal: AbortSignal) => Promise<Work<T>['work']>,
  ): Promise<T> {
    const { signal, release } = linkSignals(this.#closed.signal, asked);
    try {
      const work = await prepare(signal);
      return await this.#queue.run(
        () => this.#onModels(prepared, signal, { work, written: () => 0 }),
        signal,
        () => {
          throw signal.reason;
        },
      );
    } finally {
      release();
    }
  }

  /** Does work whose turn has come, on the models as they are now. It is done again on another device if theirs is lost. */
  async #onModels<T>(
    prepared: PreparedDecode,
    signal: AbortSignal,
    { work, written, onLost }: Work<T>,
  ): Promise<T> {
    let ready = prepared;
    for (let writtenBefore = -1; ; ) {
      const ids = ready.entries.map(({ description }) => description.id);
      await untilAborted(this.#registry.restore(ids), signal);
      const before = ready;
      // A model may have been unloaded, and loaded anew, while the request waited.
      const isCurrent = ready.entries.every((entry) => this.#registry.entry(entry.description.id) === entry);
      if (!isCurrent) ready = prepareDecode(prepared.request, this.#registry);
      if (written() > 0) assertSameFiles(before, ready);
      const { losses } = this.#life;
      try {
        return await work(ready);
      } catch (error) {
        // What waits for later requests must not keep the next one from having room.
        if (error instanceof EngineError && error.code === 'out-of-memory') this.#registry.freeIdleCaches();
        if (!isDeviceLost(error)) throw error;
        this.#life.lose(error, losses);
        // Lost again before anything came of it: another device would go the same way.
        if (written() <= writtenBefore) throw error;
        writtenBefore = written();
        onLost?.(error, writtenBefore);
      }
    }
  }
}

interface Work<T> {
  work(ready: PreparedDecode): Promise<T>;
  /** Tokens written so far. */
  written(): number;
  /** Told before the work is done again. */
  onLost?(error: EngineError, written: number): void;
}

/** A text that is begun must not go on with other weights. */
function assertSameFiles(before: PreparedDecode, after: PreparedDecode): void {
  for (const [index, { description }] of before.entries.entries()) {
    const { id, sha256 } = description;
    if (after.entries[index].description.sha256 === sha256) continue;
    throw new EngineError(
      'device-lost',
      `The GPU device was lost, and ${id} came back with other weights, so the text cannot go on: decode again.`,
      { details: { model: id } },
    );
  }
}
