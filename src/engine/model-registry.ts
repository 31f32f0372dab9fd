import { host } from '#host';
import { untilAborted } from '../concurrency/until-aborted.ts';
import { EngineError } from '../errors/engine-error.ts';
import { type HubModel, modelName } from '../models/files/hub/hub-model.ts';
import type { LoadProgress } from '../models/files/load-progress.ts';
import { estimateMemory, type MemoryTarget } from '../models/files/memory-estimate.ts';
import { describeModel } from '../models/files/model-files.ts';
import type { FileStore } from '../models/files/storage/file-store.ts';
import { openFileStore } from '../models/files/storage/open-file-store.ts';
import { ModelRuntime } from '../models/session/runtime.ts';
import type { LoadOptions, ModelEstimate, ResolvedEngineOptions } from './engine-api.ts';
import { type LoadedEntry, loadModel } from './load-model.ts';
import { prepareSampler } from './sampler-choice.ts';

/** A load in progress and those who wait for it. */
interface Loading {
  readonly promise: Promise<LoadedEntry>;
  readonly token: string | undefined;
  readonly listeners: Set<(progress: LoadProgress) => void>;
  readonly controller: AbortController;
  callers: number;
}

/** The loaded models, and the runtime they share. */
export class ModelRegistry {
  readonly #options: ResolvedEngineOptions;
  readonly #entries = new Map<string, LoadedEntry>();
  readonly #loading = new Map<string, Loading>();
  #closed: EngineError | null = null;
  #runtime: Promise<ModelRuntime> | null = null;
  #store: Promise<FileStore> | null = null;

  constructor(options: ResolvedEngineOptions) {
    this.#options = options;
  }

  get entries(): readonly LoadedEntry[] {
    return [...this.#entries.values()];
  }

  /** Throws `invalid-request` for a model that is not loaded. */
  entry(model: string): LoadedEntry {
    const entry = this.#entries.get(model);
    if (entry) return entry;
    const loaded = [...this.#entries.keys()];
    throw new EngineError(
      'invalid-request',
      `model "${model}" is not loaded (loaded: ${loaded.join(', ') || 'none'}): call load("${model}") first`,
      { details: { model, loaded } },
    );
  }

  /**
   * Callers of one model share one load; each hears the progress, and may leave it by its own signal. The load itself
   * ends when all have left. A caller with another token than the one that failed tries again with its own.
   */
  async load(model: string | HubModel, options: LoadOptions): Promise<LoadedEntry> {
    const { onProgress, signal, token } = options;
    signal?.throwIfAborted();
    if (this.#closed) throw this.#closed;
    const id = modelName(model, this.#options.hubUrl);
    const loaded = this.#entries.get(id);
    if (loaded) return loaded;
    const loading = this.#loading.get(id) ?? this.#start(model, id, token);
    loading.callers++;
    if (onProgress) loading.listeners.add(onProgress);
    try {
      return await untilAborted(loading.promise, signal);
    } catch (error) {
      if (token === undefined || token === loading.token || signal?.aborted) throw error;
    } finally {
      if (onProgress) loading.listeners.delete(onProgress);
      if (--loading.callers === 0) {
        if (this.#loading.get(id) === loading) this.#loading.delete(id);
        loading.controller.abort(signal?.reason);
      }
    }
    return this.load(model, options);
  }

  /** Settles when no load of the model is in progress, so that it does not appear behind its removal. */
  async loadSettled(model: string): Promise<void> {
    await this.#loading.get(model)?.promise.catch(() => {});
  }

  async remove(model: string): Promise<void> {
    const entry = this.#entries.get(model);
    this.#entries.delete(model);
    await entry?.dispose();
  }

  /** What loading `model` would download and take. */
  async estimate(
    model: string | HubModel,
    { signal, token }: Pick<LoadOptions, 'signal' | 'token'>,
  ): Promise<ModelEstimate> {
    const runtime = await this.runtime();
    const { modelsUrl, catalogueUrl, hubUrl, baseUrl } = this.#options;
    const description = await describeModel(model, {
      modelsUrl,
      bundledCatalogueUrl: catalogueUrl,
      hubUrl,
      baseUrl,
      token,
      signal,
      store: await this.store(),
      target: runtime.weightsTarget,
    });
    const { id, title, dtype, config, weightBytes } = description;
    return {
      id,
      title,
      dtype,
      downloadBytes: weightBytes,
      contextLength: config.contextLength,
      memory: estimateMemory(description, this.#memoryTarget(runtime)),
    };
  }

  #memoryTarget(runtime: ModelRuntime): MemoryTarget {
    const { backend, unpackedBytesLeft: unpackedBytesLimit } = runtime;
    const takenBytes = this.entries.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    return { backend, takenBytes, unpackedBytesLimit, deviceMemory: host.deviceMemory() };
  }

  store(): Promise<FileStore> {
    this.#store ??= openFileStore();
    return this.#store;
  }

  /** A runtime that failed to open is tried again by the next load. */
  runtime(): Promise<ModelRuntime> {
    this.#runtime ??= ModelRuntime.open(this.#options.backend).catch((error: unknown) => {
      this.#runtime = null;
      throw error;
    });
    return this.#runtime;
  }

  /** null before the first load. */
  async openedRuntime(): Promise<ModelRuntime | null> {
    return (await this.#runtime?.catch(() => null)) ?? null;
  }

  /** Frees the caches that no request uses now. */
  freeIdleCaches(): void {
    for (const { pool } of this.#entries.values()) pool.freeIdle();
  }

  /** Frees everything that lived on a device that is gone; the next load opens another. */
  async discard(): Promise<void> {
    const entries = this.entries;
    this.#entries.clear();
    const runtime = this.#runtime;
    this.#runtime = null;
    await Promise.allSettled(entries.map((entry) => entry.dispose()));
    await (await runtime?.catch(() => null))?.close();
  }

  async close(reason: EngineError): Promise<void> {
    this.#closed = reason;
    const loads = [...this.#loading.values()];
    for (const { controller } of loads) controller.abort(reason);
    await Promise.allSettled(loads.map(({ promise }) => promise));
    await this.discard();
  }

  #start(model: string | HubModel, id: string, token: string | undefined): Loading {
    const controller = new AbortController();
    const listeners = new Set<(progress: LoadProgress) => void>();
    const promise = this.#load(model, id, token, controller.signal, (progress) => {
      for (const listener of listeners) listener(progress);
    });
    const loading: Loading = { promise, token, listeners, controller, callers: 0 };
    this.#loading.set(id, loading);
    const settled = () => {
      if (this.#loading.get(id) === loading) this.#loading.delete(id);
    };
    promise.then(settled, settled);
    return loading;
  }

  async #load(
    model: string | HubModel,
    id: string,
    token: string | undefined,
    signal: AbortSignal,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedEntry> {
    const runtime = await this.runtime();
    const entry = await loadModel(model, id, {
      ...this.#options,
      token,
      store: await this.store(),
      runtime,
      memoryTarget: this.#memoryTarget(runtime),
      signal,
      onProgress,
    });
    try {
      signal.throwIfAborted();
      if (entry.model.backend === 'webgpu') await prepareSampler(runtime);
    } catch (error) {
      await entry.dispose();
      throw error;
    }
    this.#entries.set(id, entry);
    return entry;
  }
}
