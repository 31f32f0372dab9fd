import type { ForwardItem } from './rhythm-items.ts';

/** Rounds with judged proposals within which alternating members give themselves away. */
const tellingRounds = 2;

/**
 * Finds the forward that drew a proposal. Rounds name a proposal's proposer but not its forward; two facts settle it.
 * A member's proposals are judged in the order in which they were drawn. And a drafting forward always draws one, a
 * scoring one only where members alternate (its bonus): there, and only there, a member has more proposals judged
 * than it made drafting forwards. The first verdict with a bonus shows it: the first one, where it rejects and so
 * discards the bonuses, or else the second, whose first proposal is a bonus.
 */
export class ProposalOrigins {
  /** Forwards of each member that may have drawn what is not judged yet, oldest first. */
  readonly #open = new Map<number, readonly ForwardItem[]>();
  #scoresPropose: boolean | 'unknown' = 'unknown';
  #judgedRounds = 0;

  /** The forwards whose proposals are not judged yet, each member's oldest first. */
  get hanging(): readonly ForwardItem[] {
    return [...this.#open.values()].flat().filter((forward) => this.#proposes(forward));
  }

  /** Takes note of a forward, in the order of time. */
  add(forward: ForwardItem): void {
    const { kind, member } = forward;
    if (kind !== 'draft' && (kind !== 'score' || this.#scoresPropose === false)) return;
    this.#open.set(member, [...this.#openOf(member), forward]);
  }

  /**
   * Finds the forwards behind one round's judged proposals.
   * @param counts how many of each member's were judged
   * @returns each member's, oldest first; fewer than judged for a look-up
   */
  settle(counts: ReadonlyMap<number, number>): ReadonlyMap<number, readonly ForwardItem[]> {
    const settled = new Map<number, readonly ForwardItem[]>();
    for (const [member, count] of counts) {
      const open = this.#openOf(member);
      const drafts = open.filter(({ kind }) => kind === 'draft').length;
      if (count > drafts && open.length > drafts) this.#scoresPropose = true;
      const draws = open.filter((forward) => this.#proposes(forward)).slice(0, count);
      settled.set(member, draws);
      this.#open.set(
        member,
        open.filter((forward) => !draws.includes(forward)),
      );
    }
    if (counts.size > 0) this.#judgedRounds++;
    if (this.#scoresPropose === 'unknown' && this.#judgedRounds >= tellingRounds) {
      this.#scoresPropose = false;
      this.clear();
    }
    return settled;
  }

  /** Nothing is pending any more. */
  clear(): void {
    this.#open.clear();
  }

  #proposes({ kind }: ForwardItem): boolean {
    return kind === 'draft' || this.#scoresPropose === true;
  }

  #openOf(member: number): readonly ForwardItem[] {
    return this.#open.get(member) ?? [];
  }
}
