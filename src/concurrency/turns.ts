let last: Promise<unknown> = Promise.resolve();

/** A request that has not settled after so many seconds of a thread that was free to hear of it never will. */
const patienceTicks = 10;
const tickMs = 1000;

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
    return result instanceof Promise ? inTime(result, discard) : result;
  });
  last = turn.catch(() => {});
  return turn;
}

async function inTime<T>(work: Promise<T>, discard: (late: T) => void): Promise<T> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    let ticks = 0;
    // Not one long timer: while a pass keeps the thread busy, time passes that the request may have settled in.
    timer = setInterval(() => {
      ticks += 1;
      if (ticks < patienceTicks) return;
      work.then(discard, () => {});
      reject(new DOMException('The file system does not answer.', 'TimeoutError'));
    }, tickMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearInterval(timer);
  }
}
