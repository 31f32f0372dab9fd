import type { Round } from '../../round/round.ts';

/** Verdicts that the moving acceptance rate looks back on. */
export const verdictsInView = 32;
/** Rounds that the moving speed looks back on. */
export const roundsInView = 16;

type Column = (number | null)[];

/**
 * What the charts show, a column each and a row for every round after the prefill. The columns grow in place;
 * appending a round costs what the round contains.
 */
export class RhythmSeries {
  /** Time of the verdict, seconds since the request started to run. */
  readonly seconds: number[] = [];
  /** Accepted ÷ (accepted + rejected) over the last verdicts; null before the first. */
  readonly acceptanceRate: Column = [];
  /** Tokens a second over the last rounds. */
  readonly tokensPerSecond: Column = [];
  /** γ asked of each member for the round [members]; null before its column began. */
  readonly draftLengths: Column[] = [];
  /** The last verdicts, oldest first; true = accepted. */
  #verdicts: boolean[] = [];
  /** Time and number of all tokens after each of the last rounds, oldest first. */
  #progress: { readonly atMs: number; readonly tokens: number }[] = [];

  append({ atMs, proposals, committed, draftLengths }: Round): void {
    const before = this.#progress.at(-1);
    this.#progress.push({ atMs, tokens: (before?.tokens ?? 0) + committed.length });
    // The first round is the prefill's.
    if (!before) return;
    for (const { fate } of proposals) {
      if (fate === 'accepted' || fate === 'rejected') this.#verdicts.push(fate === 'accepted');
    }
    this.#verdicts = this.#verdicts.slice(-verdictsInView);
    this.#progress = this.#progress.slice(-1 - roundsInView);
    for (let member = this.draftLengths.length; member < draftLengths.length; member++) {
      this.draftLengths.push(this.seconds.map(() => null));
    }
    this.seconds.push(atMs / 1000);
    this.acceptanceRate.push(share(this.#verdicts));
    this.tokensPerSecond.push(this.#speed());
    for (const [member, column] of this.draftLengths.entries()) column.push(draftLengths[member] ?? null);
  }

  #speed(): number | null {
    const first = this.#progress[0];
    const last = this.#progress[this.#progress.length - 1];
    const ms = last.atMs - first.atMs;
    return ms > 0 ? (1000 * (last.tokens - first.tokens)) / ms : null;
  }
}

function share(verdicts: readonly boolean[]): number | null {
  return verdicts.length > 0 ? verdicts.filter((accepted) => accepted).length / verdicts.length : null;
}
