import type {
  DecodeOptions,
  DecodeRun,
  EngineApi,
  EngineOptions,
  ResolvedEngineOptions,
} from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { resolveOptions } from '../rpc/resolve-options.ts';

/** One connection, those that hold it, and the runs on it that have not ended. */
interface Share {
  readonly engine: Promise<EngineApi>;
  holders: number;
  readonly runs: Set<Promise<unknown>>;
  readonly wanted: Set<() => void>;
}

/** A part in a connection, until it is released. */
export interface EngineLease {
  /** Rejects where the engine cannot be started. */
  readonly engine: Promise<EngineApi>;
  /**
   * Queues a run behind those of all who share the connection.
   * @param engine what `engine` resolved with
   * @returns `turn` settles when the runs before this one have ended; null where there are none
   */
  decode(
    engine: EngineApi,
    request: DecodeRequest,
    options: DecodeOptions,
  ): { readonly run: DecodeRun; readonly turn: Promise<void> | null };
  /** Calls back whenever a run is queued, by whoever shares the connection. @returns ends that */
  onWanted(listener: () => void): () => void;
  /** Whoever opens next gets a new engine; those who hold this one keep it. */
  retire(): void;
  /** The engine ends with the last lease of it. */
  release(): void;
}

/** One engine for all that ask with the same options: one worker, one runtime, each model in memory once. */
export class SharedEngines {
  readonly #connect: (options: ResolvedEngineOptions) => Promise<EngineApi>;
  readonly #shares = new Map<string, Share>();

  constructor(connect: (options: ResolvedEngineOptions) => Promise<EngineApi>) {
    this.#connect = connect;
  }

  /** @throws EngineError `invalid-request` for options that are none */
  open(options: EngineOptions, baseUrl?: string): EngineLease {
    const resolved = resolveOptions(options, baseUrl);
    const { backend, modelsUrl, catalogueUrl, hubUrl } = resolved;
    const key = [backend, modelsUrl, catalogueUrl, hubUrl].join(' ');
    const share = this.#shares.get(key) ?? this.#start(key, resolved);
    share.holders++;
    let isHeld = true;
    return {
      engine: share.engine,
      decode: (engine, request, decodeOptions) => {
        for (const listener of share.wanted) listener();
        const ahead = [...share.runs];
        const run = engine.decode(request, decodeOptions);
        const ended = run.result.then(
          () => {},
          () => {},
        );
        share.runs.add(ended);
        void ended.then(() => share.runs.delete(ended));
        return { run, turn: ahead.length === 0 ? null : Promise.all(ahead).then(() => {}) };
      },
      onWanted: (listener) => {
        share.wanted.add(listener);
        return () => share.wanted.delete(listener);
      },
      retire: () => this.#forget(key, share),
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        if (--share.holders > 0) return;
        this.#forget(key, share);
        // How the closing of an engine ends that nobody holds concerns nobody.
        share.engine.then((engine) => engine.close()).catch(() => {});
      },
    };
  }

  #start(key: string, options: ResolvedEngineOptions): Share {
    const share: Share = { engine: this.#connect(options), holders: 0, runs: new Set(), wanted: new Set() };
    this.#shares.set(key, share);
    // One that did not start is tried again by whoever asks next.
    share.engine.catch(() => this.#forget(key, share));
    return share;
  }

  #forget(key: string, share: Share): void {
    if (this.#shares.get(key) === share) this.#shares.delete(key);
  }
}

/** The engines of all players on the page. Their code is fetched with the first of them. */
export const sharedEngines = new SharedEngines(async (options) =>
  (await import('../rpc/connect.ts')).connect(options),
);
