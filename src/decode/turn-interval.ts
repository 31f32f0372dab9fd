/** No message waits longer for the thread than this or one round, whichever is longer. */
export const turnIntervalMs = 4;

/**
 * Takes a turn where the last one is a few milliseconds old, and goes on at once where it is not. A turn puts the
 * thread to sleep and wakes it again, for every round of a fast decode; nobody can tell an abort that is heard after
 * four milliseconds from one that is heard after two.
 * @param nextTask resolves in a new task
 * @param now milliseconds of a monotonic clock
 */
export function turnsAtIntervals(nextTask: () => Promise<void>, now: () => number): () => Promise<void> {
  let lastMs = Number.NEGATIVE_INFINITY;
  return async () => {
    if (now() - lastMs < turnIntervalMs) return;
    await nextTask();
    lastMs = now();
  };
}
