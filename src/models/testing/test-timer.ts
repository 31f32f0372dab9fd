import { stallMs } from '../files/download/request-file.ts';
import type { Timer } from '../files/download/timer.ts';

/** A clock that nobody waits for: pauses pass at once and are written down, and a connection stalls when told so. */
export class TestTimer implements Timer {
  /** Milliseconds since 1970. */
  time = Date.UTC(2026, 0, 1);
  /** Pauses between attempts so far. */
  readonly pauses: number[] = [];
  #stallsNext = false;

  now = (): number => this.time;

  wait = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (ms !== stallMs) {
      this.pauses.push(ms);
      this.time += ms;
      return Promise.resolve();
    }
    if (this.#stallsNext) {
      this.#stallsNext = false;
      return Promise.resolve();
    }
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  };

  /** Lets the time run out for the next piece that is waited for. */
  stallNext(): void {
    this.#stallsNext = true;
  }
}
