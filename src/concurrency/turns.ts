import { inTime } from './in-time.ts';

let last: Promise<unknown> = Promise.resolve();

/** A request that has not settled after so many seconds of a thread that was free to hear of it never will. */
const patienceSeconds = 10;

/**
 * Runs `work` when all that was asked for before is done, in this worker. To be used for whatever touches the origin
 * private file system: in Chromium (seen in 156) a `createSyncAccessHandle` that is under way while the same worker
 * writes to another file may never settle, and the file it was for stays locked. A request that does not settle is
 * given up, so that it holds up no other.
 * @param discard gets what `work` comes to after it was given up
 * @throws DOMException `TimeoutError`
 */
export function inTurn<T>(work: () => T | Promise<T>, discard: (late: T) => void = () => {}): Promise<T> {
  const turn = last.then(() => {
    const result = work();
    return result instanceof Promise ? inTime(result, patienceSeconds, discard) : result;
  });
  last = turn.catch(() => {});
  return turn;
}
