import type { FileLocks } from '../download/file-locks.ts';

/** Locks among the downloads of one test, as Web Locks are among tabs. */
export class OneTabLocks implements FileLocks {
  readonly #tails = new Map<string, Promise<unknown>>();

  async run<T>(name: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name) ?? Promise.resolve();
    const turn = before.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    this.#tails.set(
      name,
      turn.catch(() => {}),
    );
    return turn;
  }

  async ifFree(name: string, work: () => Promise<void>): Promise<boolean> {
    if (this.#tails.has(name)) return false;
    await this.run(name, undefined, work);
    return true;
  }
}
