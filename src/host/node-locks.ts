import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { subfolder } from './node-folder.ts';

/** A process that has died stops touching its locks; they are taken over after so long. */
const staleMs = 15_000;
/** A process that is busy with a pass touches them late. */
const touchMs = 3_000;
/** How often a lock that somebody else holds is asked for again. */
const pauseMs = 100;

/**
 * Locks between processes, as the browser's between tabs: a lock is a folder in the cache, which one process can make
 * (https://www.npmjs.com/package/proper-lockfile). Rejects where the cache cannot be written.
 */
export const nodeLocks: Pick<LockManager, 'request'> = {
  async request<T>(
    name: string,
    ...rest: [LockGrantedCallback<T>] | [LockOptions, LockGrantedCallback<T>]
  ): Promise<Awaited<T>> {
    const [options, work] = rest.length === 1 ? [{}, rest[0]] : rest;
    const { ifAvailable = false, signal } = options;
    const path = join(subfolder('locks'), createHash('sha256').update(name).digest('hex').slice(0, 40));
    for (;;) {
      signal?.throwIfAborted();
      const release = await take(path);
      if (release !== null) {
        try {
          return await work({ name, mode: 'exclusive' });
        } finally {
          await release().catch(() => {});
        }
      }
      if (ifAvailable) return await work(null);
      await wait(pauseMs, undefined, { signal }).catch(() => {});
    }
  },
};

/** @returns what gives the lock back; null where another process, or another request of this one, holds it */
async function take(path: string): Promise<(() => Promise<void>) | null> {
  try {
    return await lock(path, {
      realpath: false,
      stale: staleMs,
      update: touchMs,
      // A lock that was lost (the machine slept, a pass took very long): another process may write the same file. What is
      // read is hashed again (FileStore.isExclusive), so mixed bytes are found.
      onCompromised: () => {},
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return null;
    throw error;
  }
}
