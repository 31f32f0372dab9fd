/** How long what a round brings takes to its place. */
const arrivalMs = 260;

/** Rounds that have just come, whose tokens are on their way up into the text or down out of it. */
export class Arrivals {
  /** When each came, by number. */
  readonly #cameMs = new Map<number, number>();

  /** True while something is on its way. */
  get isUnderWay(): boolean {
    return this.#cameMs.size > 0;
  }

  add(round: number, nowMs: number): void {
    this.#cameMs.set(round, nowMs);
  }

  clear(): void {
    this.#cameMs.clear();
  }

  /** How far a round has come, 0 … 1: fast at first. */
  shareOf(round: number, nowMs: number): number {
    const cameMs = this.#cameMs.get(round);
    if (cameMs === undefined) return 1;
    const share = Math.min(1, Math.max(0, (nowMs - cameMs) / arrivalMs));
    return 1 - (1 - share) ** 3;
  }

  /** Forgets those that are there. */
  settle(nowMs: number): void {
    for (const [round, cameMs] of this.#cameMs) {
      if (nowMs - cameMs >= arrivalMs) this.#cameMs.delete(round);
    }
  }
}
