import { host } from '#host';
import { untilAborted } from '../concurrency/until-aborted.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { FileLocks } from '../models/files/download/file-locks.ts';
import type { Timer } from '../models/files/download/timer.ts';
import { type HubModel, modelName } from '../models/files/hub/hub-model.ts';
import type { LoadProgress } from '../models/files/load-progress.ts';
import { estimateMemory, type MemoryTarget } from '../models/files/memory-estimate.ts';
import { describeModel } from '../models/files/model-files.ts';
import type { FileStore } from '../models/files/storage/file-store.ts';
import { keepNothing } from '../models/files/storage/no-file-store.ts';
import { PatientFileStore, storageAnswers } from '../models/files/storage/patient-file-store.ts';
import type { LoadOptions, ModelEstimate, ResolvedEngineOptions } from './engine-api.ts';
import type { EngineLife, Runtime } from './engine-life.ts';
import { isDeviceLost } from './is-device-lost.ts';
import { type LoadedEntry, loadModel } from './load-model.ts';
import { prepareSampler } from './sampler-choice.ts';

/** Where the files of models are kept, and how downloads wait. */
export interface FileParts {
  readonly openStore: () => Promise<FileStore>;
  readonly locks: FileLocks;
  readonly timer: Timer;
}

/** A load in progress and those who wait for it. */
interface Loading {
  readonly promise: Promise<LoadedEntry>;
  readonly token: string | undefined;
  readonly listeners: Set<(progress: LoadProgress) => void>;
  readonly controller: AbortController;
  callers: number;
}

/** A loaded model, and what it takes to load it again. */
interface Kept {
  readonly entry: LoadedEntry;
  readonly model: string | HubModel;
  readonly token: string | undefined;
  /** Devices that had been lost when it was loaded. */
  readonly losses: number;
}

/** A load meets a lost device at most so many times. */
const maxAttempts = 2;

/** The loaded models. Those of a lost device stay listed until they are loaded again. */
export class ModelRegistry {
  readonly #options: ResolvedEngineOptions;
  readonly #life: EngineLife;
  readonly #parts: FileParts;
  readonly #kept = new Map<string, Kept>();
  readonly #loading = new Map<string, Loading>();
  #store: Promise<FileStore> | null = null;

  constructor(options: ResolvedEngineOptions, life: EngineLife, parts: FileParts) {
    this.#options = options;
    this.#life = life;
    this.#parts = parts;
  }

  get entries(): readonly LoadedEntry[] {
    return Array.from(this.#kept.values(), ({ entry }) => entry);
  }

  /** Throws `invalid-request` for a model that is not loaded. */
  entry(model: string): LoadedEntry {
    const kept = this.#kept.get(model);
    if (kept) return kept.entry;
    const loaded = [...this.#kept.keys()];
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
    const id = modelName(model, this.#options.hubUrl);
    const kept = this.#kept.get(id);
    if (kept && !this.#isLost(kept)) return kept.entry;
    const loading = this.#loading.get(id) ?? this.#start(model, id, token);
    loading.callers++;
    if (onProgress) loading.listeners.add(onProgress);
    try {
      return await untilAborted(loading.promise, signal);
    } catch (error) {
      if (token === undefined || token === loading.token || signal?.aborted) throw error;
    } finally {
      if (onProgress) loading.listeners.delete(onProgress);
      if (--loading.callers === 0 && this.#loading.get(id) === loading) {
        this.#loading.delete(id);
        loading.controller.abort(signal?.reason);
      }
    }
    return this.load(model, options);
  }

  /** Loads those of the models again that were lost with their device; others must be loaded. */
  async restore(models: readonly string[]): Promise<void> {
    for (const id of models) {
      const kept = this.#kept.get(id);
      if (!kept || !this.#isLost(kept)) continue;
      const { model, token } = kept;
      await this.load(model, token === undefined ? {} : { token });
    }
  }

  /** Settles when no load of the model is in progress, so that it does not appear behind its removal. */
  async loadSettled(model: string): Promise<void> {
    await this.#loading.get(model)?.promise.catch(() => {});
  }

  async remove(model: string): Promise<void> {
    const kept = this.#kept.get(model);
    this.#kept.delete(model);
    await kept?.entry.dispose();
  }

  /** What loading `model` would download and take. */
  async estimate(
    model: string | HubModel,
    { signal, token }: Pick<LoadOptions, 'signal' | 'token'>,
  ): Promise<ModelEstimate> {
    const runtime = await this.#life.runtime();
    const { modelsUrl, catalogueUrl, hubUrl, baseUrl } = this.#options;
    const description = await describeModel(model, {
      modelsUrl,
      bundledCatalogueUrl: catalogueUrl,
      hubUrl,
      baseUrl,
      token,
      signal,
      store: await this.store(),
      locks: this.#parts.locks,
      timer: this.#parts.timer,
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

  #isLost({ entry, losses }: Kept): boolean {
    return entry.model.backend === 'webgpu' && losses !== this.#life.losses;
  }

  #memoryTarget(runtime: Runtime): MemoryTarget {
    const { backend, unpackedBytesLeft: unpackedBytesLimit } = runtime;
    const alive = [...this.#kept.values()].filter((kept) => !this.#isLost(kept));
    const takenBytes = alive.reduce((sum, { entry }) => sum + entry.memoryBytes, 0);
    return { backend, takenBytes, unpackedBytesLimit, deviceMemory: host.deviceMemory() };
  }

  /** Never rejects: where files cannot be kept, models load all the same. */
  store(): Promise<FileStore> {
    this.#store ??= storageAnswers(this.#parts.openStore).then(
      (store) => new PatientFileStore(store),
      () => keepNothing,
    );
    return this.#store;
  }

  /** Frees the caches that no request uses now. */
  freeIdleCaches(): void {
    for (const { pool } of this.entries) pool.freeIdle();
  }

  /** Ends the loads in progress and disposes the models. */
  async close(reason: EngineError): Promise<void> {
    const loads = [...this.#loading.values()];
    for (const { controller } of loads) controller.abort(reason);
    await Promise.allSettled(loads.map(({ promise }) => promise));
    const { entries } = this;
    this.#kept.clear();
    await Promise.allSettled(entries.map((entry) => entry.dispose()));
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
    for (let attempt = 1; ; attempt++) {
      let { losses } = this.#life;
      try {
        const runtime = await this.#life.runtime();
        ({ losses } = this.#life);
        const entry = await this.#loadOn(runtime, model, id, token, signal, onProgress);
        this.#kept.set(id, { entry, model, token, losses });
        return entry;
      } catch (error) {
        if (!isDeviceLost(error)) throw error;
        this.#life.lose(error, losses);
        if (attempt === maxAttempts) throw error;
      }
    }
  }

  async #loadOn(
    runtime: Runtime,
    model: string | HubModel,
    id: string,
    token: string | undefined,
    signal: AbortSignal,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedEntry> {
    const entry = await loadModel(model, id, {
      ...this.#options,
      token,
      store: await this.store(),
      locks: this.#parts.locks,
      timer: this.#parts.timer,
      runtime,
      memoryTarget: this.#memoryTarget(runtime),
      signal,
      onProgress,
    });
    try {
      signal.throwIfAborted();
      if (entry.model.backend === 'webgpu') {
        await prepareSampler(runtime);
        runtime.device?.throwIfUnusable();
      }
    } catch (error) {
      await entry.dispose();
      throw error;
    }
    return entry;
  }
}
