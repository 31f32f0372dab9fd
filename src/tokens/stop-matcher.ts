import { toWellFormed } from './well-formed.ts';

/** A token that the text leaves out: where its spelling stands among all spelled, and where in the text. */
interface LeftOut {
  readonly start: number;
  readonly end: number;
  readonly textPosition: number;
}

/**
 * Looks for stop strings in a text that arrives in pieces. A stop string may spell tokens that the text leaves out, whole
 * ones; the text ends where the match begins. The cost of a piece is proportional to its length and the number of
 * stop strings, not to the length of the text before it.
 */
export class StopMatcher {
  /** The text as it is shown, and with everything spelled. A stop string may be complete in either. */
  readonly #shown: readonly Automaton[];
  readonly #spelled: readonly Automaton[];
  readonly #maxLength: number;
  #shownLength = 0;
  #spelledLength = 0;
  /** Those that a match may still reach back to, in their order. */
  #leftOut: readonly LeftOut[] = [];
  #matchStart: number | null = null;

  /** Throws RangeError on an empty stop string: it would match everywhere. */
  constructor(stopStrings: readonly string[]) {
    if (stopStrings.includes('')) throw new RangeError('a stop string must not be empty');
    const texts = stopStrings.map(toWellFormed);
    this.#shown = texts.map((text) => new Automaton(text));
    this.#spelled = texts.map((text) => new Automaton(text));
    this.#maxLength = Math.max(0, ...texts.map((text) => text.length));
  }

  /** Where the earliest match starts in the fed text; null while there is none. */
  get matchStart(): number | null {
    return this.#matchStart;
  }

  /** Length of the fed text that no later match can reach back into; the match's start once there is one. */
  get finalLength(): number {
    if (this.#matchStart !== null) return this.#matchStart;
    return Math.min(
      this.#shownLength - longestMatched(this.#shown),
      this.#textPosition(this.#spelledLength - longestMatched(this.#spelled)),
    );
  }

  /** Feeds the next piece of the text; of the matches in it the one that starts first counts. */
  feed(piece: string): void {
    for (const automaton of this.#shown) {
      for (const end of automaton.feed(piece)) this.#found(this.#shownLength + end - automaton.length);
    }
    this.#feedSpelled(piece, 1);
    this.#shownLength += piece.length;
  }

  /** Feeds a token that the text leaves out. */
  feedLeftOut(spelled: string): void {
    const start = this.#spelledLength;
    const end = start + spelled.length;
    this.#leftOut = [
      ...this.#leftOut.filter((one) => one.end > start - this.#maxLength),
      { start, end, textPosition: this.#shownLength },
    ];
    this.#feedSpelled(spelled, spelled.length);
  }

  /** @param firstEnd where in the piece a match may end at the earliest */
  #feedSpelled(piece: string, firstEnd: number): void {
    for (const automaton of this.#spelled) {
      for (const end of automaton.feed(piece)) {
        const start = this.#spelledLength + end - automaton.length;
        const isWithin = this.#leftOut.some((one) => one.start < start && start < one.end);
        if (end >= firstEnd && !isWithin) this.#found(this.#textPosition(start));
      }
    }
    this.#spelledLength += piece.length;
  }

  #found(start: number): void {
    this.#matchStart = Math.min(this.#matchStart ?? start, start);
  }

  /** Of a position among all spelled, not further back than the longest stop string. */
  #textPosition(position: number): number {
    const next = this.#leftOut.find(({ end }) => position < end);
    if (next) return next.textPosition - Math.max(0, next.start - position);
    return this.#shownLength - (this.#spelledLength - position);
  }
}

const longestMatched = (automata: readonly Automaton[]): number =>
  Math.max(0, ...automata.map(({ matched }) => matched));

/** One stop string as a Knuth-Morris-Pratt automaton over UTF-16 code units. */
class Automaton {
  /** Code units of the string that the end of the fed text matches. */
  matched = 0;
  readonly #text: string;
  /** [text.length]: longest proper prefix of the text that ends text[0..i]. */
  readonly #fallback: readonly number[];

  constructor(text: string) {
    this.#text = text;
    this.#fallback = fallbackTable(text);
  }

  get length(): number {
    return this.#text.length;
  }

  /** Where in the piece the string ends, in code units from its beginning. */
  *feed(piece: string): Generator<number, void, void> {
    for (let i = 0; i < piece.length; i++) {
      if (this.matched === this.#text.length) this.matched = this.#fallback[this.matched - 1]!;
      while (this.matched > 0 && this.#text[this.matched] !== piece[i]) {
        this.matched = this.#fallback[this.matched - 1]!;
      }
      if (this.#text[this.matched] === piece[i]) this.matched++;
      if (this.matched === this.#text.length) yield i + 1;
    }
  }
}

/** For "abab": [0, 0, 1, 2]. */
function fallbackTable(text: string): number[] {
  const fallback = [0];
  for (let i = 1, matched = 0; i < text.length; i++) {
    while (matched > 0 && text[matched] !== text[i]) matched = fallback[matched - 1]!;
    if (text[matched] === text[i]) matched++;
    fallback.push(matched);
  }
  return fallback;
}
