import type { Page } from 'playwright';

/** What the main thread's observers saw, milliseconds each. */
export interface Watched {
  /** From one animation frame to the next. */
  readonly frameMs: readonly number[];
  /** Tasks of 50 ms and more; shorter ones are not reported. */
  readonly longTaskMs: readonly number[];
  /** Animation frames whose work took 50 ms and more. */
  readonly longFrameMs: readonly number[];
}

/** tsx keeps the names of functions by a helper that is not there in a page. */
export async function allowNames(page: Page): Promise<void> {
  await page.evaluate('globalThis.__name ??= (named) => named');
}

/** Watches the main thread of a page until `end`. */
export async function watchFrames(page: Page): Promise<{ end(): Promise<Watched> }> {
  await allowNames(page);
  const watch = await page.evaluateHandle(() => {
    const frameMs: number[] = [];
    const longTaskMs: number[] = [];
    const longFrameMs: number[] = [];
    const observe = (type: string, into: number[]): PerformanceObserver => {
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) into.push(duration);
      });
      observer.observe({ type });
      return observer;
    };
    const observers = [observe('longtask', longTaskMs), observe('long-animation-frame', longFrameMs)];
    let lastMs: number | null = null;
    let frame = requestAnimationFrame(function next(nowMs) {
      if (lastMs !== null) frameMs.push(nowMs - lastMs);
      lastMs = nowMs;
      frame = requestAnimationFrame(next);
    });
    return {
      async end() {
        cancelAnimationFrame(frame);
        // Entries are handed over in a task of their own.
        await new Promise((resolve) => setTimeout(resolve, 100));
        for (const observer of observers) observer.disconnect();
        return { frameMs, longTaskMs, longFrameMs };
      },
    };
  });
  return { end: () => watch.evaluate((watching) => watching.end()) };
}
