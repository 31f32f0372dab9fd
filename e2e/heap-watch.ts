import type { Page } from '@playwright/test';
import { type HeapUse, PageWorkers } from '../scripts/testing/page-workers.ts';

/** How often the heap is asked for its size. A worker that computes answers when it has ended. */
const everyMs = 5;

/** The largest JavaScript heap of a page's first worker. */
export class HeapWatch {
  /** Objects and buffers together, bytes. */
  peakBytes = 0;
  /** How often the heap told its size. */
  samples = 0;
  readonly #workers: PageWorkers;
  #isOver = false;
  #watching: Promise<void> = Promise.resolve();

  private constructor(workers: PageWorkers) {
    this.#workers = workers;
  }

  /** To be called before the page starts its worker. */
  static async start(page: Page): Promise<HeapWatch> {
    const watch = new HeapWatch(await PageWorkers.watch(page));
    watch.#watching = watch.#watch();
    return watch;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    await this.#workers.end();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    let first: string | undefined;
    while (!this.#isOver) {
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      first ??= this.#workers.ids[0];
      if (first === undefined) continue;
      const use = await this.#workers.call<HeapUse>(first, 'Runtime.getHeapUsage');
      if (!use) break;
      this.samples++;
      this.peakBytes = Math.max(this.peakBytes, use.usedSize + use.backingStorageSize);
    }
  }
}
