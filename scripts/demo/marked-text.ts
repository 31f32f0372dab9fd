import { memberProposer, type Proposer } from '../../src/round/proposer.ts';
import type { Proposal, Round } from '../../src/round/round.ts';
import type { Fate } from '../../src/verify/acceptance.ts';

/** How a terminal shows a piece of text that `proposer` proposed; null where nobody did, or it does not matter who. */
export type Mark = (text: string, proposer: Proposer | null) => string;
/** How a terminal shows the pieces of a text; discarded proposals are not shown. */
export type Marks = Readonly<Record<Exclude<Fate, 'discarded'>, Mark>>;

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

/** A colour and a slant or weight for each member, so that colour alone tells nothing: green, cyan, magenta, blue. */
const memberStyles: readonly (readonly number[])[] = [[32], [36, 3], [35, 2], [34, 2, 3]];
const stylesOf = (proposer: Proposer | null): readonly number[] =>
  memberStyles[(proposer?.kind === 'member' ? proposer.index : 0) % memberStyles.length];

/** A member's letter behind its text, small: ᴬ is member 0. Beyond the letters its number. */
function lettered(text: string, proposer: Proposer | null): string {
  if (proposer?.kind !== 'member') return text;
  const letter = [...'ᴬᴮᶜᴰᴱᶠᴳᴴᴵᴶ'][proposer.index] ?? `(${proposer.index})`;
  return text.replace(/\n*$/, (lineEnds) => letter + lineEnds);
}

/** As styledMarks, with the style of the member that proposed. */
export const styledTeamMarks: Marks = {
  ...styledMarks,
  accepted: (text, proposer) => style(...stylesOf(proposer))(text),
  rejected: (text, proposer) => style(...stylesOf(proposer).slice(1), 31, 9)(text),
};

/** As plainMarks, with the letter of the member that proposed. */
export const plainTeamMarks: Marks = {
  ...plainMarks,
  accepted: lettered,
  rejected: (text, proposer) => `[-${lettered(text, proposer)}-]`,
};

/**
 * Styles on a terminal, unless the user wants no colour (no-color.org) or the terminal has none.
 * @param team models of the members where it matters who proposed, else empty
 */
export function marksFor(
  isTerminal: boolean,
  environment: Readonly<Record<string, string | undefined>>,
  team: readonly string[] = [],
): { marks: Marks; legend: string } {
  const wantsNone = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  const isStyled = isTerminal && !wantsNone;
  if (team.length > 0) {
    const marks = isStyled ? styledTeamMarks : plainTeamMarks;
    const members = team.map((model, member) =>
      marks.accepted(`proposed by ${model}`, memberProposer(member)),
    );
    return {
      marks,
      legend: [...members, marks.rejected('rejected', null), recoveredLegend(marks)].join(' '),
    };
  }
  const marks = isStyled ? styledMarks : plainMarks;
  const legend = [marks.accepted('accepted', null), marks.rejected('rejected', null), recoveredLegend(marks)];
  return { marks, legend: legend.join(' ') };
}

const recoveredLegend = (marks: Marks): string => marks.recovered('recovered', null);

/** A model may write control characters; a terminal must not obey them. */
function harmless(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => ('\n\t'.includes(character) ? character : '\ufffd'));
}

/** What of a round is shown. */
export interface ShownRound extends Pick<Round, 'text'> {
  readonly proposals: readonly Pick<Proposal, 'fate' | 'text' | 'proposer'>[];
}

/**
 * Turns rounds into text with marks. Committed pieces wait until their text is final, since a stop string may
 * still take their end away; rejected ones are shown where they would have stood.
 */
export class MarkedText {
  readonly #marks: Marks;
  #waiting: { fate: Exclude<Fate, 'discarded'>; text: string; proposer: Proposer | null }[] = [];
  /** Final characters that are not shown yet. */
  #finalLength = 0;

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  /** @returns what the round adds to the terminal. */
  add(round: ShownRound): string {
    for (const { fate, text, proposer } of round.proposals) {
      if (fate !== 'discarded') this.#waiting.push({ fate, text, proposer });
    }
    this.#finalLength += round.text.length;
    let shown = '';
    while (this.#waiting.length > 0) {
      const piece = this.#waiting[0];
      if (piece.fate === 'rejected') {
        shown += this.#marks.rejected(harmless(piece.text).replaceAll('\n', '⏎'), piece.proposer);
      } else if (piece.text.length <= this.#finalLength) {
        shown += this.#show(piece.fate, piece.text, piece.proposer);
      } else {
        const final = piece.text.slice(0, this.#finalLength);
        shown += this.#show(piece.fate, final, piece.proposer);
        piece.text = piece.text.slice(final.length);
        break;
      }
      this.#waiting.shift();
    }
    return shown;
  }

  /** @param text final, that is at most #finalLength long */
  #show(fate: Exclude<Fate, 'discarded' | 'rejected'>, text: string, proposer: Proposer | null): string {
    this.#finalLength -= text.length;
    return text === '' ? '' : this.#marks[fate](harmless(text), proposer);
  }
}
