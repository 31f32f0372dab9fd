import { describe, expect, test } from 'vitest';
import type { Fate } from '../../verify/acceptance.ts';
import type { Story } from './story.ts';
import { type Step, stepOf, walk } from './story-walk.ts';
import { storyToken } from './testing/story-token.ts';

/** Rounds of tokens; `-` before a text: rejected. A round may show none. */
const story = storyOf([['a'], ['b', '-c', 'd'], [], ['-e'], ['f', 'g']]);

function storyOf(rounds: readonly (readonly string[])[]): Story {
  const tokensByRound = rounds.map((texts, round) =>
    texts.map((text, proposal) => {
      const fate: Fate = text.startsWith('-') ? 'rejected' : 'accepted';
      return storyToken({ text, fate, round, proposal });
    }),
  );
  return { rounds: [], tokensByRound };
}

/** Where the step leads from the token with that text; null where it leads nowhere. */
function from(text: string, step: Step, skipsDropped = false): string | null {
  const token = story.tokensByRound.flat().find((other) => other.text === text);
  return walk(story, token!, step, skipsDropped)?.text ?? null;
}

describe('walking a story', () => {
  test('goes token by token, through rounds that show none, to the ends', () => {
    const forth = [];
    for (let at: string | null = 'a'; at !== null; at = from(at, 'next')) forth.push(at);
    expect(forth).toEqual(['a', 'b', '-c', 'd', '-e', 'f', 'g']);
    const back = [];
    for (let at: string | null = 'g'; at !== null; at = from(at, 'previous')) back.push(at);
    expect(back).toEqual([...forth].reverse());
    expect([from('d', 'first'), from('d', 'last')]).toEqual(['a', 'g']);
  });

  test('goes round by round, back to the beginning of its own first', () => {
    expect([from('a', 'next-round'), from('b', 'next-round'), from('f', 'next-round')]).toEqual([
      'b',
      '-e',
      null,
    ]);
    expect([from('g', 'previous-round'), from('f', 'previous-round'), from('a', 'previous-round')]).toEqual([
      'f',
      '-e',
      null,
    ]);
  });

  test('passes by what is folded away', () => {
    expect([from('b', 'next', true), from('f', 'previous', true)]).toEqual(['d', 'd']);
    expect([from('b', 'next-round', true), from('f', 'previous-round', true)]).toEqual(['f', 'b']);
  });
});

test('keys that are no steps stay free for others', () => {
  const step = (key: string, ctrlKey = false) => stepOf({ key, ctrlKey, metaKey: false });
  expect([step('ArrowRight'), step('ArrowRight', true), step('PageUp'), step('Home')]).toEqual([
    'next',
    'next-round',
    'previous-round',
    'first',
  ]);
  expect([step('x'), step('toString'), step('ArrowDown')]).toEqual([null, null, null]);
});
