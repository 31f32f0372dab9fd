const tickMs = 1000;

/**
 * Settles like `work`, or gives it up: a request to the browser's storage may never settle.
 * @param seconds of a thread that was free to hear of the answer
 * @param discard gets what `work` comes to after it was given up
 * @throws DOMException `TimeoutError`
 */
export async function inTime<T>(
  work: Promise<T>,
  seconds: number,
  discard: (late: T) => void = () => {},
): Promise<T> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    let ticks = 0;
    // Not one long timer: while a pass keeps the thread busy, or the tab is frozen, time passes that the request may have
    // settled in.
    timer = setInterval(() => {
      ticks += 1;
      if (ticks < seconds) return;
      work.then(discard, () => {});
      reject(new DOMException(`The storage has not answered for ${seconds} seconds.`, 'TimeoutError'));
    }, tickMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearInterval(timer);
  }
}
