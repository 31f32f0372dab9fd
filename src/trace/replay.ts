import { summarize } from '../decode/statistics.ts';
import type { DecodeResult, DecodeRun } from '../engine/engine-api.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { Round } from '../round/round.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Trace } from './trace.ts';

/** Options of a replay. */
export interface ReplayOptions {
  /** Milliseconds of the recording a millisecond; above 0, default 1. */
  readonly speed?: number;
  /** Waits for `play()`. */
  readonly paused?: boolean;
  readonly clock?: Clock;
}

/**
 * A recorded run that runs again: what takes a live run takes this one. Rounds come at the times of the recording,
 * counted from the start of its request, at any speed; the playhead may be stopped and moved.
 *
 * An iteration that is ahead of a playhead moved backwards starts over: its next round has index 0. It ends with the
 * recording; after that, moving back takes a new iteration. Where the recording was interrupted, iteration and result
 * fail with `invalid-trace` when its last round has come, as those of a live run fail whose worker has died.
 */
export class Replay implements DecodeRun {
  /** Resolves when the playhead first reaches the end, or at `stop()`. */
  readonly result: Promise<DecodeResult>;
  readonly durationMs: number;
  readonly #trace: Pick<Trace, 'rounds' | 'result'>;
  readonly #clock: Clock;
  readonly #sleepers = new Set<() => void>();
  #speed: number;
  #isPaused: boolean;
  #isStopped = false;
  /** The playhead stood here when the clock showed `#sinceMs`. */
  #fromMs = 0;
  #sinceMs: number;

  /** Throws RangeError for a speed that is none. */
  constructor(
    trace: Pick<Trace, 'rounds' | 'result'>,
    { speed = 1, paused = false, clock = systemClock }: ReplayOptions = {},
  ) {
    assertSpeed(speed);
    this.#trace = trace;
    this.#clock = clock;
    this.#speed = speed;
    this.#isPaused = paused;
    this.#sinceMs = clock.now();
    this.durationMs = trace.rounds.at(-1)?.atMs ?? 0;
    this.result = this.#untilEnd();
    // Iterating reports the same failure.
    this.result.catch(() => {});
  }

  /** The playhead, in milliseconds of the recording. */
  get positionMs(): number {
    const passed = this.#isPaused ? 0 : (this.#clock.now() - this.#sinceMs) * this.#speed;
    return Math.min(this.#fromMs + passed, this.durationMs);
  }

  get speed(): number {
    return this.#speed;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** The rounds that have come. */
  get rounds(): readonly Round[] {
    return this.#trace.rounds.slice(0, this.#dueCount());
  }

  play(): void {
    this.#change(() => {
      this.#isPaused = false;
    });
  }

  pause(): void {
    this.#change(() => {
      this.#isPaused = true;
    });
  }

  /** Throws RangeError for a speed that is none. */
  setSpeed(speed: number): void {
    assertSpeed(speed);
    this.#change(() => {
      this.#speed = speed;
    });
  }

  /** Moves the playhead, within the recording; rounds up to there come at once. Throws RangeError for NaN. */
  seek(positionMs: number): void {
    if (Number.isNaN(positionMs)) throw new RangeError('a replay cannot seek to NaN');
    this.#change(() => {
      this.#fromMs = Math.max(0, Math.min(positionMs, this.durationMs));
    });
  }

  /** Ends the replay where it is, with what has come so far. */
  stop(): void {
    this.#change(() => {
      this.#isPaused = true;
      this.#isStopped = true;
    });
  }

  /** A recording cannot be changed: rejects with `invalid-request`. */
  update(): Promise<void> {
    return Promise.reject(new EngineError('invalid-request', 'update: a replay cannot be changed'));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Round, void, void> {
    const { rounds } = this.#trace;
    for (let next = 0; !this.#isStopped; ) {
      if (next > this.#dueCount()) next = 0;
      if (next === rounds.length) {
        if (!this.#trace.result) throw interrupted(rounds.length);
        return;
      }
      if (rounds[next].atMs <= this.positionMs) yield rounds[next++];
      else await this.#changeOr(rounds[next].atMs);
    }
  }

  async #untilEnd(): Promise<DecodeResult> {
    while (!this.#isStopped && this.positionMs < this.durationMs) await this.#changeOr(this.durationMs);
    const { result, rounds } = this.#trace;
    if (!result) throw interrupted(rounds.length);
    return this.#isStopped ? cutTo(this.rounds, result) : result;
  }

  /** Rounds up to the playhead. */
  #dueCount(): number {
    const { rounds } = this.#trace;
    const { positionMs } = this;
    let [low, high] = [0, rounds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rounds[middle].atMs <= positionMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Changes how the playhead moves from where it is now. */
  #change(change: () => void): void {
    if (this.#isStopped) return;
    this.#fromMs = this.positionMs;
    this.#sinceMs = this.#clock.now();
    change();
    for (const wake of this.#sleepers) wake();
  }

  /** Resolves when the playhead reaches a position, roughly, or moves otherwise than it does now. */
  #changeOr(positionMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        cancel();
        this.#sleepers.delete(wake);
        resolve();
      };
      this.#sleepers.add(wake);
      const cancel = this.#isPaused
        ? () => {}
        : this.#clock.after((positionMs - this.positionMs) / this.#speed, wake);
    });
  }
}

function assertSpeed(speed: number): void {
  if (!(speed > 0 && speed < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`a replay cannot run at speed ${speed}: a number above 0 is needed`);
  }
}

function interrupted(rounds: number): EngineError {
  const message = `the recording was interrupted behind round ${rounds - 1}: it has no result`;
  return new EngineError('invalid-trace', rounds === 0 ? 'the recording has no rounds' : message, {
    details: { rounds },
  });
}

/** What a run comes to that is stopped behind these rounds. */
function cutTo(rounds: readonly Round[], whole: DecodeResult): DecodeResult {
  const { members, liveGpuBuffers } = whole.stats;
  const modelIds = members.map(({ modelId }) => modelId).filter((id) => id !== null);
  return {
    ...whole,
    rounds,
    text: rounds.map(({ text }) => text).join(''),
    tokenIds: rounds.flatMap(({ committed }) => committed),
    finishReason: 'abort',
    stats: { ...summarize(rounds, modelIds, liveGpuBuffers), speedUp: null },
  };
}
