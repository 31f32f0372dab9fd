import { describe, expect, test } from 'vitest';
import { memberProposer } from '../../src/round/proposer.ts';
import type { Fate } from '../../src/verify/acceptance.ts';
import {
  MarkedText,
  type Marks,
  marksFor,
  plainMarks,
  plainTeamMarks,
  type ShownRound,
  styledMarks,
  styledTeamMarks,
} from './marked-text.ts';

/** A round in which these pieces met their fate; `final` is the text that became final. */
function round(final: string, ...pieces: [Fate, string, number?][]): ShownRound {
  return {
    text: final,
    proposals: pieces.map(([fate, text, member]) => ({
      fate,
      text,
      proposer: member === undefined ? null : memberProposer(member),
    })),
  };
}

function shown(...rounds: ShownRound[]): string[] {
  return shownWith(plainMarks, ...rounds);
}

function shownWith(marks: Marks, ...rounds: ShownRound[]): string[] {
  const text = new MarkedText(marks);
  return rounds.map((each) => text.add(each));
}

describe('MarkedText', () => {
  test('shows each fate with its mark and leaves discarded proposals out', () => {
    expect(
      shown(
        round(
          ' a fox ran',
          ['accepted', ' a'],
          ['rejected', ' dog'],
          ['recovered', ' fox'],
          ['discarded', ' x'],
        ),
        round(' home', ['drawn', ' home']),
      ),
    ).toEqual([' a[- dog-]{+ fox+}', ' home']);
  });

  test('holds text back until it is final, and never shows what a stop string took away', () => {
    expect(
      shown(
        round(' a', ['accepted', ' a'], ['accepted', ' fo']),
        round(' fox', ['accepted', 'x ran'], ['rejected', ' by']),
      ),
    ).toEqual([' a', ' fox']);
  });

  test('a piece may become final in parts', () => {
    expect(shown(round('ab', ['drawn', 'abc']), round('cd', ['drawn', 'd']))).toEqual(['ab', 'cd']);
  });

  test('in a team, what was proposed shows who did', () => {
    const rounds = [
      round(' a', ['drawn', ' a']),
      round(
        ' red fox\n ran',
        ['accepted', ' red', 0],
        ['accepted', ' fox\n', 1],
        ['rejected', ' sat', 0],
        ['recovered', ' ran'],
        ['discarded', ' down', 1],
      ),
    ];
    expect(shownWith(plainTeamMarks, ...rounds)).toEqual([' a', ' redᴬ foxᴮ\n[- satᴬ-]{+ ran+}']);
    expect(shownWith(styledTeamMarks, ...rounds)[1]).toBe(
      '\u001b[32m red\u001b[0m\u001b[36;3m fox\n\u001b[0m\u001b[31;9m sat\u001b[0m\u001b[33;1;4m ran\u001b[0m',
    );
  });

  test('control characters of a model do not reach the terminal', () => {
    expect(shown(round('a\u001b[2Jb\n', ['drawn', 'a\u001b[2Jb\n'], ['rejected', '\n']))).toEqual([
      'a\ufffd[2Jb\n[-⏎-]',
    ]);
  });
});

describe('marksFor', () => {
  test.each([
    { isTerminal: true, environment: {}, marks: styledMarks },
    { isTerminal: false, environment: {}, marks: plainMarks },
    { isTerminal: true, environment: { NO_COLOR: '1' }, marks: plainMarks },
    { isTerminal: true, environment: { NO_COLOR: '' }, marks: styledMarks },
    { isTerminal: true, environment: { TERM: 'dumb' }, marks: plainMarks },
  ])('terminal $isTerminal with $environment', ({ isTerminal, environment, marks }) => {
    expect(marksFor(isTerminal, environment).marks).toBe(marks);
  });

  test('the legend of a team names its members', () => {
    const legend = 'proposed by fairyᴬ proposed by spaceᴮ [-rejected-] {+recovered+}';
    expect(marksFor(false, {}, ['fairy', 'space'])).toEqual({ marks: plainTeamMarks, legend });
  });

  /** Takes the colours out of a style: 30 to 37 set the text's colour. */
  const colourless = (text: string): string => text.replace(/\b3[0-7]\b;?/g, '');

  test.each([styledMarks, plainMarks, styledTeamMarks, plainTeamMarks])(
    'accepted, rejected and recovered differ by more than colour',
    (marks) => {
      const shownFates = (['accepted', 'rejected', 'recovered'] as const).map((fate) =>
        colourless(marks[fate]('x', memberProposer(0))),
      );
      expect(new Set(shownFates).size).toBe(3);
    },
  );

  test.each([styledTeamMarks, plainTeamMarks])('four members differ by more than colour', (marks) => {
    const shownMembers = [0, 1, 2, 3].map((member) =>
      colourless(marks.accepted('x', memberProposer(member))).replace(';m', 'm'),
    );
    expect(new Set(shownMembers).size).toBe(4);
  });
});
