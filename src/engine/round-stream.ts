import type { Round } from '../round/round.ts';

/** Rounds a reader may lag behind before the writer waits: a second or so of a fast decode. */
export const allowedLag = 64;

/**
 * The rounds of one run, readable any number of times from the first one on. A writer waits for the slowest
 * reader (back-pressure); without a reader it does not wait.
 */
export class RoundStream implements AsyncIterable<Round> {
  readonly rounds: Round[] = [];
  /** Rounds each open reader has taken. */
  readonly #readers = new Set<{ taken: number }>();
  #end: { readonly error: unknown } | 'open' | 'closed' = 'open';
  #sleepers: (() => void)[] = [];

  /** Resolves when every reader is at most a few rounds behind, or the stream was closed or released. */
  async push(round: Round, signal: AbortSignal): Promise<void> {
    this.rounds.push(round);
    this.#wake();
    if (this.#lag() <= allowedLag) return;
    const wake = () => this.#wake();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted && this.#lag() > allowedLag) await this.#change();
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  close(): void {
    if (this.#end === 'open') this.#end = 'closed';
    this.#wake();
  }

  /** Readers get what is there, then the error. */
  fail(error: unknown): void {
    if (this.#end === 'open') this.#end = { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Round, void, void> {
    const reader = { taken: 0 };
    this.#readers.add(reader);
    try {
      for (;;) {
        if (reader.taken < this.rounds.length) {
          const round = this.rounds[reader.taken++];
          this.#wake();
          yield round;
        } else if (this.#end === 'open') {
          await this.#change();
        } else if (this.#end === 'closed') {
          return;
        } else {
          throw this.#end.error;
        }
      }
    } finally {
      this.#readers.delete(reader);
      this.#wake();
    }
  }

  #lag(): number {
    let lag = 0;
    for (const { taken } of this.#readers) lag = Math.max(lag, this.rounds.length - taken);
    return lag;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#sleepers.push(resolve));
  }

  #wake(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = [];
    for (const wake of sleepers) wake();
  }
}
