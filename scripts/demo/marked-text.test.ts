import { describe, expect, test } from 'vitest';
import type { Fate } from '../../src/verify/acceptance.ts';
import { MarkedText, marksFor, plainMarks, type ShownRound, styledMarks } from './marked-text.ts';

/** A round in which these pieces met their fate; `final` is the text that became final. */
function round(final: string, ...pieces: [Fate, string][]): ShownRound {
  return { text: final, proposals: pieces.map(([fate, text]) => ({ fate, text })) };
}

function shown(...rounds: ShownRound[]): string[] {
  const text = new MarkedText(plainMarks);
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

  test.each([styledMarks, plainMarks])(
    'accepted, rejected and recovered differ by more than colour',
    (marks) => {
      // Takes the colours out of the styles: 30 to 37 set the text's colour.
      const colourless = (['accepted', 'rejected', 'recovered'] as const).map((fate) =>
        marks[fate]('x').replace(/\b3[0-7]\b;?/g, ''),
      );
      expect(new Set(colourless).size).toBe(3);
    },
  );
});
