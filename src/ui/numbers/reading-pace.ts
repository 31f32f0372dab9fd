/** Eight a second: more changes of a number than anybody reads. */
const paceMs = 125;

/**
 * How often an element renders that shows numbers of a run under way: rounds come faster than one reads, and each
 * change has the page laid out. What comes after a pause is shown at once, what comes last after `paceMs` at most.
 */
export class ReadingPace {
  #nextMs = 0;

  /** Settles when the next rendering is due; to be awaited in the element's `scheduleUpdate`. */
  async turn(): Promise<void> {
    const waitMs = this.#nextMs - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    this.#nextMs = performance.now() + paceMs;
  }
}
