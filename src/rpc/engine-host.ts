import { type ProxyMethods, releaseProxy } from 'comlink';
import type { CombineNumbers } from '../combine/combine.ts';
import { Engine, type EngineParts } from '../engine/engine.ts';
import type { DecodeRun, EngineApi, ResolvedEngineOptions } from '../engine/engine-api.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { Callback, CallId, EngineWire } from './engine-wire.ts';
import { type ErrorOnTheWire, errorToWire } from './error-transfer.ts';
import { sendRounds } from './send-rounds.ts';

type CreateEngine = (options: ResolvedEngineOptions, onLost: EngineParts['onLost']) => EngineApi;

/** The worker's side of the port: turns ids back into signals and streams. */
export class EngineHost implements EngineWire {
  readonly #createEngine: CreateEngine;
  #engine: EngineApi | null = null;
  readonly #calls = new Map<CallId, AbortController>();
  readonly #runs = new Map<CallId, DecodeRun>();
  /** Of the GPU device, not reported yet. */
  readonly #losses: ErrorOnTheWire[] = [];
  #wake = (): void => {};

  constructor(createEngine: CreateEngine = (options, onLost) => new Engine(options, { onLost })) {
    this.#createEngine = createEngine;
  }

  async open(options: ResolvedEngineOptions, lifeLock: string): Promise<void> {
    await holdUntilDeath(lifeLock);
    this.#engine = this.#createEngine(options, (error) => {
      this.#losses.push(errorToWire(error));
      this.#wake();
    });
  }

  async nextLoss(): Promise<ErrorOnTheWire> {
    for (;;) {
      const loss = this.#losses.shift();
      if (loss) return loss;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  load: EngineWire['load'] = (call, model, token, onProgress) =>
    this.#abortable(call, [onProgress], async (signal) => {
      const progress = reporter(onProgress);
      try {
        return await this.#opened().load(model, {
          signal,
          onProgress: progress.report,
          ...(token !== null && { token }),
        });
      } finally {
        await progress.reported();
      }
    });

  decode: EngineWire['decode'] = (call, request, onRounds, onPrefill) =>
    this.#abortable(call, [onRounds, onPrefill], async (signal) => {
      const prefill = onPrefill ? reporter(onPrefill) : null;
      const run = this.#opened().decode(request, { signal, ...(prefill && { onPrefill: prefill.report }) });
      this.#runs.set(call, run);
      try {
        await sendRounds(run, onRounds);
        const { rounds: _sent, ...result } = await run.result;
        return result;
      } finally {
        this.#runs.delete(call);
        await prefill?.reported();
      }
    });

  abort(call: CallId): void {
    this.#calls.get(call)?.abort();
  }

  async update(call: CallId, numbers: CombineNumbers): Promise<void> {
    await this.#runs.get(call)?.update(numbers);
  }

  candidates: EngineWire['candidates'] = (call, query) =>
    this.#abortable(call, [], (signal) => this.#opened().candidates(query, { signal }));

  measureForwards: EngineWire['measureForwards'] = (call, model, budgetMs) =>
    this.#abortable(call, [], (signal) =>
      this.#opened().measureForwards(model, { signal, ...(budgetMs !== undefined && { budgetMs }) }),
    );

  estimate: EngineWire['estimate'] = (call, model, token) =>
    this.#abortable(call, [], (signal) =>
      this.#opened().estimate(model, { signal, ...(token !== null && { token }) }),
    );

  storedModels: EngineWire['storedModels'] = () => this.#opened().storedModels();

  deleteStored: EngineWire['deleteStored'] = (id) => this.#opened().deleteStored(id);

  info: EngineWire['info'] = () => this.#opened().info();

  unload: EngineWire['unload'] = (model) => this.#opened().unload(model);

  close: EngineWire['close'] = () => this.#opened().close();

  #opened(): EngineApi {
    if (!this.#engine)
      throw new EngineError('worker-lost', 'the worker was called before it was opened: connect again');
    return this.#engine;
  }

  async #abortable<T>(
    call: CallId,
    callbacks: readonly unknown[],
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController();
    this.#calls.set(call, controller);
    try {
      return await work(controller.signal);
    } finally {
      this.#calls.delete(call);
      for (const callback of callbacks) (callback as Partial<ProxyMethods> | null)?.[releaseProxy]?.();
    }
  }
}

/**
 * Hands reports to a listener of the page's. They travel on a port of their own: an answer, or a failure, that must not
 * overtake the last of them waits for `reported`.
 */
function reporter<T>(listener: Callback<[T]>) {
  let last: Promise<void> = Promise.resolve();
  return {
    report: (value: T) => {
      // A page that is gone, or a listener that throws, is no reason to fail the call.
      last = Promise.resolve(listener(value)).catch(() => {});
    },
    reported: () => last,
  };
}

/**
 * Resolves when this worker holds the lock. The browser gives it to the page when the worker is gone, however it
 * went. Outside secure contexts there are no locks, and nothing to hold.
 */
function holdUntilDeath(lock: string): Promise<void> {
  return new Promise((resolve) => {
    const hold = async (): Promise<void> => {
      const { locks } = (globalThis as { navigator?: { locks?: LockManager } }).navigator ?? {};
      await locks?.request(lock, () => {
        resolve();
        return new Promise(() => {});
      });
    };
    // Denied where site data is blocked: the page then learns of a death from error events only.
    hold().then(resolve, () => resolve());
  });
}
