import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
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
  /** [members]; null where the clock sees how long a forward takes. */
  #apportioningCosts: readonly ForwardCosts[] | null = null;

  /** @param now milliseconds of a monotonic clock; the time of construction counts as 0 */
  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
  }

  /**
   * From now on forwards are only handed to the device, which works them off while the verdict's read-back waits: a
   * round's forwards share the time of both phases in proportion to what they cost when measured at load.
   * @param costs t_i(k) [members]
   */
  apportionForwards(costs: readonly ForwardCosts[]): void {
    this.#apportioningCosts = costs;
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

  forward<T>(member: number, kind: ForwardKind, tokens: number, work: () => Promise<T>): Promise<T> {
    return this.forwardTogether([member], kind, tokens, work);
  }

  /** One pass over `tokens` tokens of each member's text: a forward of each, with an equal part of its time. */
  async forwardTogether<T>(
    members: readonly number[],
    kind: ForwardKind,
    tokens: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const startMs = this.elapsedMs();
    const result = await this.measureAsync('forward', work);
    const ms = (this.elapsedMs() - startMs) / members.length;
    for (const [index, member] of members.entries()) {
      this.#forwards.push({ member, kind, tokens, startMs: startMs + index * ms, ms, estimated: false });
    }
    return result;
  }

  /** What was collected, and starts anew. */
  take(): RoundRecord {
    const record = { forwards: this.#timedForwards(), msByPhase: this.#msByPhase };
    this.#forwards = [];
    this.#msByPhase = noTime();
    return record;
  }

  #timedForwards(): readonly Forward[] {
    const forwards = this.#forwards;
    const costs = this.#apportioningCosts;
    if (!costs || forwards.length === 0) return forwards;
    const expected = forwards.map(({ member, tokens }) => costAt(costs[member], tokens));
    const expectedMs = expected.reduce((sum, ms) => sum + ms, 0);
    const takenMs = this.#msByPhase.forward + this.#msByPhase.readback;
    let startMs = forwards[0].startMs;
    return forwards.map((forward, index) => {
      // A clock too coarse for a pass measured 0 for all of them.
      const share = expectedMs > 0 ? expected[index] / expectedMs : 1 / forwards.length;
      const ms = takenMs * share;
      const timed = { ...forward, startMs, ms, estimated: true };
      startMs += ms;
      return timed;
    });
  }
}

const noTime = (): Record<Phase, number> => ({ forward: 0, readback: 0, sample: 0, text: 0 });
