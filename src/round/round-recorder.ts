import type { Forward, ForwardKind, Phase } from './round.ts';

export interface RoundRecord {
  readonly forwards: readonly Forward[];
  readonly msByPhase: Readonly<Record<Phase, number>>;
}

/** Collects what happened since the last verdict: forwards and the time each phase took. */
export class RoundRecorder {
  readonly #now: () => number;
  readonly #startMs: number;
  #forwards: Forward[] = [];
  #msByPhase: Record<Phase, number> = noTime();

  /** @param now milliseconds of a monotonic clock; the time of construction counts as 0 */
  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
  }

  /** Milliseconds since the request started to run. */
  elapsedMs(): number {
    return this.#now() - this.#startMs;
  }

  measure<T>(phase: Phase, work: () => T): T {
    const from = this.#now();
    try {
      return work();
    } finally {
      this.#msByPhase[phase] += this.#now() - from;
    }
  }

  async measureAsync<T>(phase: Phase, work: () => Promise<T>): Promise<T> {
    const from = this.#now();
    try {
      return await work();
    } finally {
      this.#msByPhase[phase] += this.#now() - from;
    }
  }

  async forward<T>(member: number, kind: ForwardKind, tokens: number, work: () => Promise<T>): Promise<T> {
    const startMs = this.elapsedMs();
    const result = await this.measureAsync('forward', work);
    this.#forwards.push({ member, kind, tokens, startMs, ms: this.elapsedMs() - startMs, estimated: false });
    return result;
  }

  /** What was collected, and starts anew. */
  take(): RoundRecord {
    const record = { forwards: this.#forwards, msByPhase: this.#msByPhase };
    this.#forwards = [];
    this.#msByPhase = noTime();
    return record;
  }
}

const noTime = (): Record<Phase, number> => ({ forward: 0, readback: 0, sample: 0, text: 0 });
