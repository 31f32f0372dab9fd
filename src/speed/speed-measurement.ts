import { measureRun, type RunToMeasure } from './measure-run.ts';
import type { SpeedPair } from './speed-up.ts';

/** The pairs of one run at a time, measured in the background and ended by whatever needs the machine. */
export class SpeedMeasurement {
  pairs: readonly SpeedPair[] = [];
  readonly #changed: () => void;
  #abort: AbortController | null = null;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get isUnderWay(): boolean {
    return this.#abort !== null;
  }

  /** Measures a run in place of the one before. Settles when it has ended; where runs fail, with what there was. */
  async measure(run: Omit<RunToMeasure, 'signal'>): Promise<void> {
    this.drop();
    const abort = new AbortController();
    this.#abort = abort;
    this.#changed();
    try {
      for await (const pair of measureRun({ ...run, signal: abort.signal })) {
        if (abort.signal.aborted) return;
        this.pairs = [...this.pairs, pair];
        this.#changed();
      }
    } catch {
      // Whoever runs the engine hears from it that it failed.
    } finally {
      if (this.#abort === abort) this.end();
    }
  }

  /** Ends at once; what was measured stays. */
  end(): void {
    if (!this.#abort) return;
    this.#abort.abort();
    this.#abort = null;
    this.#changed();
  }

  /** Ends, and forgets the run. */
  drop(): void {
    this.end();
    if (this.pairs.length === 0) return;
    this.pairs = [];
    this.#changed();
  }
}
