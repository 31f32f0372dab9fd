import { RequestQueue } from '../concurrency/request-queue.ts';
import { untilAborted } from '../concurrency/until-aborted.ts';
import type { Candidates } from '../decode/candidates.ts';
import type { MethodPlan } from '../decode/method-plan.ts';
import { EngineError } from '../errors/engine-error.ts';
import { webLocks } from '../models/files/download/file-locks.ts';
import { deleteStoredModel, listStoredModels } from '../models/files/storage/stored-models.ts';
import { type CandidatesQuery, validateCandidatesQuery } from './candidates-query.ts';
import { CombineUpdates } from './combine-updates.ts';
import type {
  DecodeOptions,
  DecodeResult,
  DecodeRun,
  EngineApi,
  EngineInfo,
  HubModel,
  LoadedModel,
  LoadOptions,
  ModelEstimate,
  ResolvedEngineOptions,
  StoredModels,
} from './engine-api.ts';
import { findCandidates } from './find-candidates.ts';
import { planMethod } from './method-members.ts';
import { ModelRegistry } from './model-registry.ts';
import { type PreparedDecode, prepareDecode } from './prepared-decode.ts';
import type { DecodeRequest } from './request-types.ts';
import { type RunChannels, runDecode, skippedResult } from './run-decode.ts';
import { startRun } from './start-run.ts';

/** Models and the queue of requests on them. Lives in a worker; has no DOM. */
export class Engine implements EngineApi {
  readonly #options: ResolvedEngineOptions;
  readonly #registry: ModelRegistry;
  readonly #queue = new RequestQueue();
  readonly #closed = new AbortController();

  constructor(options: ResolvedEngineOptions) {
    this.#options = options;
    this.#registry = new ModelRegistry(options);
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
    return deleteStoredModel(await this.#registry.store(), webLocks, id);
  }

  decode(request: DecodeRequest, { signal, onPrefill }: DecodeOptions = {}): DecodeRun {
    const updates = new CombineUpdates();
    return startRun(
      this.#untilClosed(signal),
      (stream, ended) => this.#enqueue(request, { updates, stream, signal: ended, onPrefill }),
      async (numbers) => updates.offer(numbers),
    );
  }

  async candidates(
    query: CandidatesQuery,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Candidates> {
    const valid = validateCandidatesQuery(query);
    const prepared = prepareDecode(valid.request, this.#registry);
    const signal = this.#untilClosed(options.signal);
    const method = await this.#planMethod(prepared, signal);
    return this.#queue.run(
      () => this.#onModels(prepared, (ready) => findCandidates(ready, method, valid, signal)),
      signal,
      () => {
        throw signal.reason;
      },
    );
  }

  async info(): Promise<EngineInfo> {
    const runtime = await this.#registry.openedRuntime();
    return {
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
    await this.#queue.run(() => this.#registry.close(reason));
  }

  async #enqueue(request: DecodeRequest, channels: RunChannels): Promise<DecodeResult> {
    const { updates, signal } = channels;
    const prepared = prepareDecode(request, this.#registry);
    updates.open(prepared.request.method);
    const runtime = await this.#registry.runtime();
    const skipped = () => skippedResult(prepared, runtime);
    let method: MethodPlan;
    try {
      method = await this.#planMethod(prepared, signal);
    } catch (error) {
      if (signal.aborted) return skipped();
      throw error;
    }
    return this.#queue.run(
      () => this.#onModels(prepared, (ready) => runDecode(ready, method, runtime, channels)),
      signal,
      skipped,
    );
  }

  /**
   * Before the request waits for its turn: a module is the user's, and one that never finishes loading must hold up
   * nobody else.
   */
  #planMethod({ request }: PreparedDecode, signal: AbortSignal): Promise<MethodPlan> {
    return untilAborted(planMethod(request, this.#options.baseUrl), signal);
  }

  #untilClosed(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([this.#closed.signal, signal]) : this.#closed.signal;
  }

  /** Does work whose turn has come, on the models as they are now. */
  async #onModels<T>(prepared: PreparedDecode, work: (ready: PreparedDecode) => Promise<T>): Promise<T> {
    // A model may have been unloaded, and loaded anew, while the request waited.
    const isCurrent = prepared.entries.every((entry) => this.#registry.entry(entry.description.id) === entry);
    const ready = isCurrent ? prepared : prepareDecode(prepared.request, this.#registry);
    try {
      return await work(ready);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'device-lost') await this.#registry.discard();
      // What waits for later requests must not keep the next one from having room.
      if (error instanceof EngineError && error.code === 'out-of-memory') this.#registry.freeIdleCaches();
      throw error;
    }
  }
}
