import type { Proposal, Round } from '../../src/round/round.ts';
import type { Fate } from '../../src/verify/acceptance.ts';

/** How a terminal shows the pieces of a text; discarded proposals are not shown. */
export type Marks = Readonly<Record<Exclude<Fate, 'discarded'>, (text: string) => string>>;

const style =
  (...codes: number[]) =>
  (text: string): string =>
    `\u001b[${codes.join(';')}m${text}\u001b[0m`;

/** Green; red and struck through; yellow, bold and underlined; tokens that nobody proposed stay as they are. */
export const styledMarks: Marks = {
  accepted: style(32),
  rejected: style(31, 9),
  recovered: style(33, 1, 4),
  drawn: (text) => text,
};

/** For terminals without colour, and files. */
export const plainMarks: Marks = {
  accepted: (text) => text,
  rejected: (text) => `[-${text}-]`,
  recovered: (text) => `{+${text}+}`,
  drawn: (text) => text,
};

/** Styles on a terminal, unless the user wants no colour (no-color.org) or the terminal has none. */
export function marksFor(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): { marks: Marks; legend: string } {
  const wantsNone = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  const marks = isTerminal && !wantsNone ? styledMarks : plainMarks;
  const legend = (['accepted', 'rejected', 'recovered'] as const).map((fate) => marks[fate](fate)).join(' ');
  return { marks, legend };
}

/** A model may write control characters; a terminal must not obey them. */
function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => ('\n\t'.includes(character) ? character : '\ufffd'));
}

/** What of a round is shown. */
export interface ShownRound extends Pick<Round, 'text'> {
  readonly proposals: readonly Pick<Proposal, 'fate' | 'text'>[];
}

/**
 * Turns rounds into text with marks. Committed pieces wait until their text is final, since a stop string may
 * still take their end away; rejected ones are shown where they would have stood.
 */
export class MarkedText {
  readonly #marks: Marks;
  #waiting: { fate: Exclude<Fate, 'discarded'>; text: string }[] = [];
  /** Final characters that are not shown yet. */
  #finalLength = 0;

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  /** @returns what the round adds to the terminal. */
  add(round: ShownRound): string {
    for (const { fate, text } of round.proposals) {
      if (fate !== 'discarded') this.#waiting.push({ fate, text });
    }
    this.#finalLength += round.text.length;
    let shown = '';
    while (this.#waiting.length > 0) {
      const piece = this.#waiting[0];
      if (piece.fate === 'rejected') {
        shown += this.#marks.rejected(harmless(piece.text).replaceAll('\n', '⏎'));
      } else if (piece.text.length <= this.#finalLength) {
        shown += this.#show(piece.fate, piece.text);
      } else {
        const final = piece.text.slice(0, this.#finalLength);
        shown += this.#show(piece.fate, final);
        piece.text = piece.text.slice(final.length);
        break;
      }
      this.#waiting.shift();
    }
    return shown;
  }

  /** @param text final, that is at most #finalLength long */
  #show(fate: Exclude<Fate, 'discarded' | 'rejected'>, text: string): string {
    this.#finalLength -= text.length;
    return text === '' ? '' : this.#marks[fate](harmless(text));
  }
}
