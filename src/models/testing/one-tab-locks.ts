import type { FileLocks } from '../files/download/file-locks.ts';
import type { FileKey } from '../files/storage/file-store.ts';

/** Locks among the downloads of one test, as Web Locks are among tabs. */
export class OneTabLocks implements FileLocks {
  readonly #tails = new Map<string, Promise<unknown>>();

  async run<T>(key: FileKey, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const name = `${key.url} ${key.content}`;
    const before = this.#tails.get(name) ?? Promise.resolve();
    const turn = before.then(() => {
      signal?.throwIfAborted();
      return work();
    });
    const tail = turn.then(
      () => {},
      () => {},
    );
    this.#tails.set(name, tail);
    void tail.then(() => {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    });
    return turn;
  }

  async ifFree(key: FileKey, work: () => Promise<void>): Promise<boolean> {
    if (this.#tails.has(`${key.url} ${key.content}`)) return false;
    await this.run(key, undefined, work);
    return true;
  }
}
