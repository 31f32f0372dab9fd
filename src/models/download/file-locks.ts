import type { FileKey } from '../storage/file-store.ts';

/** Lets one download of a file run at a time, in all tabs of the origin. */
export interface FileLocks {
  /** Runs `work` when nobody else works on the file. Rejects with the signal's reason while it waits. */
  run<T>(key: FileKey, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>;
  /** Runs `work` if nobody works on the file now; answers false, and does not, otherwise. */
  ifFree(key: FileKey, work: () => Promise<void>): Promise<boolean>;
}

/** Web Locks; a tab that is closed gives its locks back. Outside secure contexts there are none, and nothing is kept. */
export const webLocks: FileLocks = {
  run: async (key, signal, work) => {
    const locks = availableLocks();
    if (!locks) return work();
    const options = signal ? { signal } : {};
    return (await locks.request(lockName(key), options, work)) as Awaited<ReturnType<typeof work>>;
  },
  ifFree: async (key, work) => {
    const locks = availableLocks();
    if (!locks) {
      await work();
      return true;
    }
    return locks.request(lockName(key), { ifAvailable: true }, async (lock) => {
      if (lock === null) return false;
      await work();
      return true;
    });
  },
};

const lockName = ({ url, content }: FileKey): string => `antiphon-file ${url} ${content ?? ''}`;

function availableLocks(): LockManager | undefined {
  return (globalThis as { navigator?: { readonly locks?: LockManager } }).navigator?.locks;
}
