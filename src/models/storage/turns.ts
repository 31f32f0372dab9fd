let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `work` when all that was asked for before is done, in this worker. To be used for whatever touches the origin
 * private file system: in Chromium (seen in 156) a `createSyncAccessHandle` that is under way while the same worker
 * writes to another file may never settle, and the file it was for stays locked.
 */
export function inTurn<T>(work: () => T | Promise<T>): Promise<T> {
  const turn = last.then(work);
  last = turn.catch(() => {});
  return turn;
}
