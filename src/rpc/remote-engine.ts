import { proxy } from 'comlink';
import type { Candidates } from '../decode/candidates.ts';
import type { CandidatesQuery } from '../engine/candidates-query.ts';
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
  LoadProgress,
  MeasureForwardsOptions,
  ModelEstimate,
  StoredModels,
} from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import type { RoundStream } from '../engine/round-stream.ts';
import { startRun } from '../engine/start-run.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { Round } from '../round/round.ts';
import type { CallId, RemoteWire } from './engine-wire.ts';
import { StorageKeeper } from './keep-storage.ts';
import type { WorkerLife } from './worker-life.ts';

/** How long a worker may take to close by itself, in milliseconds; ending it frees everything too. */
const defaultCloseGraceMs = 3000;

/** The page's stand-in for the engine in the worker. */
export class RemoteEngine implements EngineApi {
  readonly #wire: RemoteWire;
  readonly #life: WorkerLife;
  readonly #closeGraceMs: number;
  readonly #keeper: StorageKeeper;
  #lastCall: CallId = 0;

  constructor(
    wire: RemoteWire,
    life: WorkerLife,
    closeGraceMs = defaultCloseGraceMs,
    keeper = new StorageKeeper(),
  ) {
    this.#wire = wire;
    this.#life = life;
    this.#closeGraceMs = closeGraceMs;
    this.#keeper = keeper;
  }

  async load(
    model: string | HubModel,
    { onProgress, signal, token }: LoadOptions = {},
  ): Promise<LoadedModel> {
    signal?.throwIfAborted();
    const call = ++this.#lastCall;
    const progress = listenerProxy<LoadProgress>((report) => {
      this.#keeper.notice(report);
      onProgress?.(report);
    });
    const forget = this.#forwardAbort(call, signal);
    try {
      return await this.#send('model', () => this.#wire.load(call, model, token ?? null, progress.callback));
    } finally {
      progress.settle();
      forget();
    }
  }

  decode(request: DecodeRequest, { signal, onPrefill }: DecodeOptions = {}): DecodeRun {
    const call = ++this.#lastCall;
    return startRun(
      signal,
      (stream, ended) => this.#decode(call, request, stream, ended, onPrefill),
      (numbers) => this.#send('update', () => this.#wire.update(call, numbers)),
    );
  }

  candidates(
    query: CandidatesQuery,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<Candidates> {
    return this.#abortable('query', signal, (call) => this.#wire.candidates(call, query));
  }

  measureForwards(
    model: string,
    { budgetMs, signal }: MeasureForwardsOptions = {},
  ): Promise<ForwardMeasurement> {
    return this.#abortable('model', signal, (call) => this.#wire.measureForwards(call, model, budgetMs));
  }

  estimate(
    model: string | HubModel,
    { signal, token }: Pick<LoadOptions, 'signal' | 'token'> = {},
  ): Promise<ModelEstimate> {
    return this.#abortable('model', signal, (call) => this.#wire.estimate(call, model, token ?? null));
  }

  storedModels(): Promise<StoredModels> {
    return this.#life.guard(() => this.#wire.storedModels());
  }

  deleteStored(id: string): Promise<number> {
    return this.#life.guard(() => this.#wire.deleteStored(id));
  }

  info(): Promise<EngineInfo> {
    return this.#life.guard(() => this.#wire.info());
  }

  unload(model: string): Promise<void> {
    return this.#life.guard(() => this.#wire.unload(model));
  }

  /** A worker that hears nothing, in an endless loop of a custom combination, say, is ended all the same. */
  async close(): Promise<void> {
    const end = () => this.#life.end('the engine was closed: connect again');
    const grace = setTimeout(end, this.#closeGraceMs);
    await this.#life.guard(() => this.#wire.close()).catch(() => {});
    clearTimeout(grace);
    end();
  }

  async #decode(
    call: CallId,
    request: DecodeRequest,
    stream: RoundStream,
    signal: AbortSignal,
    onPrefill: DecodeOptions['onPrefill'],
  ): Promise<DecodeResult> {
    const prefill = onPrefill ? listenerProxy(onPrefill) : null;
    const forget = this.#forwardAbort(call, signal);
    try {
      const onRounds = proxy(async (rounds: readonly Round[]) => {
        for (const round of rounds) await stream.push(round, signal);
      });
      const answer = this.#send('request', () =>
        this.#wire.decode(call, request, onRounds, prefill?.callback ?? null),
      );
      if (signal.aborted) this.#abort(call);
      const result = await answer;
      return { ...result, rounds: stream.rounds };
    } finally {
      prefill?.settle();
      forget();
    }
  }

  /** @param what the message calls that which is sent */
  async #abortable<T>(
    what: string,
    signal: AbortSignal | undefined,
    send: (call: CallId) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const call = ++this.#lastCall;
    const forget = this.#forwardAbort(call, signal);
    try {
      return await this.#send(what, () => send(call));
    } finally {
      forget();
    }
  }

  /** @param what the message calls that which is sent */
  async #send<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await this.#life.guard(call);
    } catch (error) {
      if (!isUncloneable(error)) throw error;
      const message = `the ${what} holds what cannot be sent to a worker: ${error.message}`;
      throw new EngineError('invalid-request', message, { cause: error });
    }
  }

  #forwardAbort(call: CallId, signal: AbortSignal | undefined): () => void {
    if (!signal) return () => {};
    const abort = () => this.#abort(call);
    signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  }

  /** Nobody waits for its answer: the aborted call itself tells. */
  #abort(call: CallId): void {
    this.#life.guard(() => this.#wire.abort(call)).catch(() => {});
  }
}

function reportUncaught(error: unknown): void {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  // Node.js has no such function.
  else {
    queueMicrotask(() => {
      throw error;
    });
  }
}

const isUncloneable = (error: unknown): error is DOMException =>
  error instanceof DOMException && error.name === 'DataCloneError';

/** A listener of the page's, as the worker is given it. Reports still on their way after `settle` are old news. */
function listenerProxy<T>(listener: ((report: T) => void) | undefined) {
  let settled = false;
  const callback = proxy((report: T) => {
    if (settled) return;
    try {
      listener?.(report);
    } catch (error) {
      // The caller's own fault: an uncaught error there, and no reason to fail the call.
      reportUncaught(error);
    }
  });
  return {
    callback,
    settle: () => {
      settled = true;
    },
  };
}
