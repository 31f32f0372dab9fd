import { expect, test } from 'vitest';
import { recordedRun } from '../../trace/testing/recorded-run.ts';
import { PlaybackStory } from './playback-story.ts';
import { shownText } from './story.ts';

test('a story follows the playhead forward and back, to the result’s text', async () => {
  const trace = await recordedRun();
  const { rounds, result } = trace;
  const playback = new PlaybackStory(trace);
  const early = playback.upTo(rounds.slice(0, 2));
  const later = playback.upTo(rounds.slice(0, 3));
  // What was shown is not shown anew.
  expect(later.tokensByRound[1]).toBe(early.tokensByRound[1]);
  expect(shownText(playback.upTo(rounds))).toBe(result?.text);
  expect(shownText(playback.upTo(rounds.slice(0, 2)))).toBe(shownText(early));
  expect(playback.upTo([]).rounds).toEqual([]);
});
