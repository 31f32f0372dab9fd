/** Time as a replay sees it; tests bring their own, so that nothing sleeps. */
export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls back once, about that many milliseconds from now, unless the function it returns is called before. */
  after(ms: number, callback: () => void): () => void;
}

/** A timer's longest wait; a longer one would fire at once. */
const longestWaitMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, longestWaitMs));
    return () => clearTimeout(timer);
  },
};
