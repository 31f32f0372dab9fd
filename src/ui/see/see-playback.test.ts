import { expect, test } from 'vitest';
import type { DecodeResult } from '../../engine/engine-api.ts';
import { SeePlayback } from './see-playback.ts';
import { seenRuns } from './see-run.ts';
import { forward, proposal, round } from './testing/made-rounds.ts';

/** A run of words that come that many milliseconds apart. */
const runOf = (words: number, wordMs: number): DecodeResult => {
  const rounds = Array.from({ length: words }, (_, index) =>
    round(index, 500 + index * wordMs, [forward(0, 'score', 0, 1)], [proposal(null, ' word', 'drawn')]),
  );
  return { rounds, tokenIds: rounds.map(() => 1) } as unknown as DecodeResult;
};

const playbackOf = (reference: DecodeResult, turns: DecodeResult) => {
  const clock = { ms: 0, now: () => clock.ms, after: () => () => {} };
  return { clock, playback: new SeePlayback(seenRuns('P', { reference, turns, pairs: [] }), 'here', clock) };
};

test.each([
  ['a story of 200 words in 2 s takes 30 s', 200, 2000 / 199, 15],
  ['a story of 5 words in 40 ms takes 1.25 s', 5, 10, 31.25],
  ['a story that takes longer than 30 s is not slowed', 100, 400, 1],
  ['a story of one word is over at once', 1, 10, 250],
])('%s', (_, words, wordMs, factor) => {
  const { playback } = playbackOf(runOf(words, wordMs), runOf(words, wordMs / 2));
  expect(playback.maxFactor).toBeCloseTo(factor, 6);
  expect(playback.isOver).toBe(words === 1);
});

test('the clock runs until the slower way has finished, whichever it is', () => {
  for (const [referenceMs, turnsMs] of [
    [10, 20],
    [20, 10],
  ]) {
    const { clock, playback } = playbackOf(runOf(3, referenceMs), runOf(3, turnsMs));
    playback.setFactor(2);
    playback.play();
    clock.ms = 79;
    expect(playback.isOver).toBe(false);
    clock.ms = 80;
    expect(playback.isOver).toBe(true);
    expect(playback.moment('reference')).toMatchObject({ isOver: true, ms: 2 * referenceMs });
    expect(playback.moment('turns')).toMatchObject({ isOver: true, ms: 2 * turnsMs });
  }
});
