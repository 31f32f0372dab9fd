import { toWellFormed } from './well-formed.ts';

/** One stop string as a Knuth-Morris-Pratt automaton over UTF-16 code units. */
interface Pattern {
  readonly text: string;
  /** [text.length]: longest proper prefix of `text` that ends text[0..i]. */
  readonly fallback: readonly number[];
  /** Code units of `text` that the end of the fed text matches. */
  matched: number;
}

/**
 * Looks for stop strings in a text that arrives in pieces. The cost of a piece is proportional to its length
 * and the number of stop strings, not to the length of the text before it.
 */
export class StopMatcher {
  readonly #patterns: readonly Pattern[];
  #length = 0;
  #matchStart: number | null = null;

  /** Throws RangeError on an empty stop string: it would match everywhere. */
  constructor(stopStrings: readonly string[]) {
    this.#patterns = stopStrings.map((stopString) => {
      if (stopString === '') throw new RangeError('a stop string must not be empty');
      const text = toWellFormed(stopString);
      return { text, fallback: fallbackTable(text), matched: 0 };
    });
  }

  /** Where the earliest match starts in the fed text; null while there is none. */
  get matchStart(): number | null {
    return this.#matchStart;
  }

  /** Length of the fed text that no later match can reach back into; the match's start once there is one. */
  get finalLength(): number {
    if (this.#matchStart !== null) return this.#matchStart;
    return this.#length - Math.max(0, ...this.#patterns.map((pattern) => pattern.matched));
  }

  /** Feeds the next piece of the text; of the matches in it the one that starts first counts. */
  feed(piece: string): void {
    for (const pattern of this.#patterns) {
      for (let i = 0; i < piece.length; i++) {
        if (pattern.matched === pattern.text.length) pattern.matched = pattern.fallback[pattern.matched - 1]!;
        while (pattern.matched > 0 && pattern.text[pattern.matched] !== piece[i]) {
          pattern.matched = pattern.fallback[pattern.matched - 1]!;
        }
        if (pattern.text[pattern.matched] === piece[i]) pattern.matched++;
        if (pattern.matched === pattern.text.length) {
          const start = this.#length + i + 1 - pattern.text.length;
          this.#matchStart = Math.min(this.#matchStart ?? start, start);
        }
      }
    }
    this.#length += piece.length;
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
