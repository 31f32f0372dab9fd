import { EngineError } from '../errors/engine-error.ts';

/** Knows when the worker is gone, and then rejects what waits for it: Comlink's calls would never settle. */
export class WorkerLife {
  /** Rejecters of calls that wait for the worker. */
  readonly #waiting = new Set<(reason: EngineError) => void>();
  readonly #terminate: () => void;
  readonly #onWaiting: (isWaiting: boolean) => void;
  #lost: EngineError | null = null;

  /**
   * @param terminate ends the worker and closes its port
   * @param onWaiting told when the first call begins to wait, and when the last one has its answer
   */
  constructor(terminate: () => void, onWaiting: (isWaiting: boolean) => void = () => {}) {
    this.#terminate = terminate;
    this.#onWaiting = onWaiting;
  }

  /** Calls the worker; rejects with `worker-lost` when it is gone already, or before it has answered. */
  guard<T>(call: () => Promise<T>): Promise<T> {
    if (this.#lost) return Promise.reject(this.#lost);
    return new Promise<T>((resolve, reject) => {
      this.#waiting.add(reject);
      if (this.#waiting.size === 1) this.#onWaiting(true);
      call()
        .then(resolve, reject)
        .finally(() => this.#settled(reject));
    });
  }

  /**
   * The worker is gone, or is ended now. Only the first call counts.
   * @returns what calls reject with from now on; null from a later call
   */
  end(message: string, cause?: unknown): EngineError | null {
    if (this.#lost) return null;
    this.#lost = new EngineError('worker-lost', message, { cause });
    this.#terminate();
    for (const reject of this.#waiting) reject(this.#lost);
    this.#waiting.clear();
    return this.#lost;
  }

  #settled(reject: (reason: EngineError) => void): void {
    if (this.#waiting.delete(reject) && this.#waiting.size === 0) this.#onWaiting(false);
  }
}
