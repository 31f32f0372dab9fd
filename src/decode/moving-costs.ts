import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import type { Forward, Round } from '../round/round.ts';

/** Forwards of a member by whose times its pace is told, and of a width by which the width's own factor is. */
const forwardsOfPace = 9;
const forwardsOfWidth = 15;
/** How far back other widths are compared with one: behind that the pace may have been another. */
const forwardsCompared = 6;
/** Weight of what was measured at load, in forwards of a width. */
const loadWeight = 2;
/** Rounds by which is told what else a row costs. */
const roundsOfOverhead = 16;

/**
 * t_i(k) of each member as it is now, everything that a fed row brings with it (drawing, judging, text) included.
 *
 * Times at load are scaled by two factors: the member's pace, which moves with the machine and the length of the text
 * and is told by its last forwards of whatever width; and one of each width, which corrects the measurement at load.
 * So a width that has not been used for long keeps up with the others.
 *
 * Forwards that are worked off together (on a GPU) are timed together: of a round only the sum is known. Each takes the
 * share of it that it should have by what is known so far, so that rounds of other members and widths, and those of one
 * forward, set right what one round misjudges.
 */
export class MovingCosts {
  readonly #members: readonly MemberCosts[];
  readonly #overheads: { readonly ms: number; readonly rows: number }[] = [];

  /** @param atLoad t_i(k) [members] */
  constructor(atLoad: readonly ForwardCosts[]) {
    this.#members = atLoad.map((costs) => new MemberCosts(costs));
  }

  observe(round: Round): void {
    const { forwards, msByPhase } = round;
    if (forwards.length === 0 || forwards.some(({ kind }) => kind === 'prefill')) return;
    const isEstimated = forwards.some(({ estimated }) => estimated);
    if (isEstimated) this.#observeTogether(forwards);
    else for (const { member, tokens, ms } of forwards) this.#members[member].observe(tokens, ms);
    // Where forwards are worked off later, the wait for them is their time and no other.
    const otherMs = msByPhase.sample + msByPhase.text + (isEstimated ? 0 : msByPhase.readback);
    const rows = forwards.reduce((sum, { tokens }) => sum + tokens, 0);
    this.#overheads.push({ ms: otherMs, rows });
    if (this.#overheads.length > roundsOfOverhead) this.#overheads.shift();
  }

  #observeTogether(forwards: readonly Forward[]): void {
    const kinds = new Map<string, { readonly member: number; readonly tokens: number; expectedMs: number }>();
    let expectedMs = 0;
    let takenMs = 0;
    for (const { member, tokens, ms } of forwards) {
      const oneMs = costAt(this.#members[member].costs, tokens);
      kinds.set(`${member} ${tokens}`, { member, tokens, expectedMs: oneMs });
      expectedMs += oneMs;
      takenMs += ms;
    }
    // Many alike were measured once, not many times.
    for (const kind of kinds.values()) {
      this.#members[kind.member].observe(kind.tokens, (kind.expectedMs * takenMs) / expectedMs);
    }
  }

  /** [members] */
  get costs(): readonly ForwardCosts[] {
    const rows = this.#overheads.reduce((sum, each) => sum + each.rows, 0);
    const rowMs = rows > 0 ? this.#overheads.reduce((sum, { ms }) => sum + ms, 0) / rows : 0;
    return this.#members.map(({ costs }) =>
      costs.map(({ tokens, ms }) => ({ tokens, ms: ms + tokens * rowMs })),
    );
  }
}

interface Timed {
  readonly tokens: number;
  /** Time of a forward ÷ what it took at load. */
  readonly ratio: number;
}

class MemberCosts {
  readonly #atLoad: ForwardCosts;
  readonly #recent: Timed[] = [];
  /** By width, of its last forwards: their ratio ÷ the pace that others had just before. */
  readonly #factors = new Map<number, number[]>();
  /** What #factor answers, until a width is compared again: most rounds compare none. */
  readonly #knownFactors = new Map<number, number>();

  constructor(atLoad: ForwardCosts) {
    this.#atLoad = atLoad;
  }

  observe(tokens: number, ms: number): void {
    const ratio = ms / costAt(this.#atLoad, tokens);
    // A coarse clock reads 0 for a short pass: that says nothing.
    if (!(ratio > 0 && Number.isFinite(ratio))) return;
    const others = this.#recent.slice(-forwardsCompared).filter((each) => each.tokens !== tokens);
    // Without others beside it a slow pass is a slow machine; one of them alone may be a hiccup.
    if (others.length >= 2) {
      const factors = [...(this.#factors.get(tokens) ?? []), ratio / this.#paceOf(others)];
      this.#factors.set(tokens, factors.slice(-forwardsOfWidth));
      this.#knownFactors.clear();
    }
    this.#recent.push({ tokens, ratio });
    if (this.#recent.length > forwardsOfPace) this.#recent.shift();
  }

  get costs(): ForwardCosts {
    const pace = this.#recent.length > 0 ? this.#paceOf(this.#recent) : 1;
    const widths = new Set([...this.#atLoad.map(({ tokens }) => tokens), ...this.#factors.keys()]);
    return [...widths]
      .sort((a, b) => a - b)
      .map((tokens) => ({ tokens, ms: costAt(this.#atLoad, tokens) * pace * this.#factor(tokens) }));
  }

  #paceOf(forwards: readonly Timed[]): number {
    return median(forwards.map(({ tokens, ratio }) => ratio / this.#factor(tokens)));
  }

  /**
   * A width that was never compared has the factor of the nearest one that was: kernels differ between one token and
   * more, hardly among these. Without any it is 1.
   */
  #factor(tokens: number): number {
    let factor = this.#knownFactors.get(tokens);
    if (factor === undefined) {
      factor = this.#factorOfNearest(tokens);
      this.#knownFactors.set(tokens, factor);
    }
    return factor;
  }

  #factorOfNearest(tokens: number): number {
    let nearest: number | null = null;
    for (const width of this.#factors.keys()) {
      if ((width === 1) !== (tokens === 1)) continue;
      if (nearest === null || Math.abs(width - tokens) < Math.abs(nearest - tokens)) nearest = width;
    }
    const factors = nearest === null ? undefined : this.#factors.get(nearest);
    return factors ? median(factors) ** (factors.length / (factors.length + loadWeight)) : 1;
  }
}

/** The lower one of two: what disturbs a clock makes times longer. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}
