import { host } from '#host';
import type { FileKey } from '../storage/file-store.ts';

/** Lets one download of a file run at a time, in all tabs of the origin. */
export interface FileLocks {
  /** Runs `work` when nobody else works on the file. Rejects with the signal's reason while it waits. */
  run<T>(key: FileKey, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
  /** Runs `work` if nobody works on the file now; answers false, and does not, otherwise. */
  ifFree(key: FileKey, work: () => Promise<void>): Promise<boolean>;
}

/**
 * Web Locks; a tab that is closed gives its locks back. Where the browser has none (outside secure contexts) or refuses
 * them (site data is blocked) work runs without: nothing can be stored there, so no two tabs write one file.
 */
export const webLocks: FileLocks = {
  run: (key, signal, work) => withLock(key, signal ? { signal } : {}, work),
  ifFree: (key, work) =>
    withLock(key, { ifAvailable: true }, async (isFree) => {
      if (isFree) await work();
      return isFree;
    }),
};

async function withLock<T>(
  { url, content }: FileKey,
  options: LockOptions,
  work: (isFree: boolean) => Promise<T>,
): Promise<T> {
  let isAnswered = false;
  try {
    const locks = host.locks();
    const name = `antiphon-file ${url} ${content ?? ''}`;
    const locked = (lock: Lock | null): Promise<T> => {
      isAnswered = true;
      return work(lock !== null);
    };
    if (locks) return (await locks.request(name, options, locked)) as T;
  } catch (error) {
    // The work's own failure, or an abort while it waited. Whatever else fails is the lock itself.
    if (isAnswered) throw error;
    options.signal?.throwIfAborted();
  }
  return work(true);
}
