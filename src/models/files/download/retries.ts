import type { EngineError } from '../../../errors/engine-error.ts';
import { failureOf } from './download-errors.ts';
import type { Timer } from './timer.ts';

/** Attempts in a row that brought nothing; the next failure is the caller's. */
const maxAttempts = 5;
const firstDelayMs = 1000;
/** A server that wants to be left alone for longer than this is told to the user instead. */
const longestDelayMs = 60_000;
/** An attempt that brought as much was worth another one, however often the connection breaks. */
const progressBytes = 64 * 1024;

/** The server is busy, or somebody before it: it may answer another time. */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

export function isPassing(status: number): boolean {
  return passingStatuses.has(status);
}

/** How patient one download is with failures that may pass. */
export class Retries {
  readonly #timer: Timer;
  readonly #signal: AbortSignal | undefined;
  readonly #isPatient: boolean;
  #failures = 0;
  /** Bytes that the attempt has brought. */
  #gained = 0;
  #hasGained = false;
  #answered = false;

  /** @param isPatient false: a server that is busy before it has brought anything is not asked again */
  constructor(timer: Timer, signal: AbortSignal | undefined, isPatient = true) {
    this.#timer = timer;
    this.#signal = signal;
    this.#isPatient = isPatient;
  }

  /** The server has answered: if it cannot be reached later, that may pass. One that never did is the wrong address. */
  answered(): void {
    this.#answered = true;
  }

  /** The attempt has brought `bytes` that were missing. */
  brought(bytes: number): void {
    this.#gained += bytes;
    this.#hasGained ||= bytes > 0;
  }

  /**
   * Waits before the next attempt: as long as the server asks for (`retryAfter`, its header), else 1, 2, 4, 8 seconds.
   * Throws `failure` where another attempt is no use, and the signal's reason.
   */
  async afterFailure(failure: EngineError, retryAfter: string | null): Promise<void> {
    this.#failures = this.#gained >= progressBytes ? 1 : this.#failures + 1;
    this.#gained = 0;
    if (!this.#mayPass(failure) || this.#failures >= maxAttempts) throw failure;
    const delayMs = asDelayMs(retryAfter, this.#timer.now()) ?? firstDelayMs * 2 ** (this.#failures - 1);
    if (delayMs > longestDelayMs) throw failure;
    await this.#timer.wait(delayMs, this.#signal);
  }

  #mayPass(failure: EngineError): boolean {
    const reason = failureOf(failure);
    if (reason === 'http-status') {
      return isPassing(Number(failure.details.status)) && (this.#isPatient || this.#hasGained);
    }
    if (reason === 'unreachable') return this.#answered;
    return reason === 'interrupted' || reason === 'stalled';
  }
}

/** Retry-After counts seconds or names a date (RFC 9110, section 10.2.3); null where it says neither. */
export function asDelayMs(retryAfter: string | null, now: number): number | null {
  if (retryAfter === null) return null;
  if (/^\s*\d+\s*$/.test(retryAfter)) return Number(retryAfter) * 1000;
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
