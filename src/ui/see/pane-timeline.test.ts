import { expect, test } from 'vitest';
import { momentAt, paneTimeline } from './pane-timeline.ts';
import { forward, proposal, round } from './testing/made-rounds.ts';

/** Prompt and first word until 100; A proposes " red", B checks it; B's " hat" is rejected for " cap". */
const turns = [
  round(
    0,
    100,
    [forward(0, 'prefill', 0, 50), forward(1, 'prefill', 50, 40)],
    [proposal(null, 'A', 'drawn')],
  ),
  round(
    1,
    130,
    [forward(0, 'draft', 100, 10), forward(1, 'score', 112, 15)],
    [proposal(0, ' red', 'accepted')],
  ),
  round(
    2,
    150,
    [forward(0, 'score', 131, 16)],
    [proposal(1, ' hat', 'rejected'), proposal(null, ' cap', 'recovered')],
  ),
];

test('the clock starts with the first word, and reading the prompt is not a call', () => {
  const { calls, durationMs } = paneTimeline(turns);
  expect(durationMs).toBe(50);
  expect(calls.map(({ member, startMs, endMs }) => [member, startMs, endMs])).toEqual([
    [0, 0, 10],
    [1, 12, 27],
    [0, 31, 47],
  ]);
});

test('words are proposed by the pass that ends, or by the round before', () => {
  expect(paneTimeline(turns).words).toEqual([
    { text: 'A', by: null, proposedMs: null, decidedMs: 0, isInText: true },
    { text: ' red', by: 0, proposedMs: 10, decidedMs: 30, isInText: true },
    { text: ' hat', by: 1, proposedMs: 30, decidedMs: 50, isInText: false },
    { text: ' cap', by: null, proposedMs: null, decidedMs: 50, isInText: true },
  ]);
});

test.each([
  [0, { ms: 0, decided: 1, proposed: 0, calls: 1, active: 0, isOver: false }],
  [11, { ms: 11, decided: 1, proposed: 1, calls: 1, active: null, isOver: false }],
  [12, { ms: 12, decided: 1, proposed: 1, calls: 2, active: 1, isOver: false }],
  [30, { ms: 30, decided: 2, proposed: 1, calls: 2, active: null, isOver: false }],
  [50, { ms: 50, decided: 4, proposed: 0, calls: 3, active: null, isOver: true }],
  [900, { ms: 50, decided: 4, proposed: 0, calls: 3, active: null, isOver: true }],
])('at %i ms', (positionMs, moment) => {
  expect(momentAt(paneTimeline(turns), positionMs)).toEqual(moment);
});

test('a run without rounds is over at once', () => {
  expect(momentAt(paneTimeline([]), 0)).toMatchObject({ decided: 0, calls: 0, isOver: true });
});
