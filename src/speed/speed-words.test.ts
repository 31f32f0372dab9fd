import { describe, expect, test } from 'vitest';
import type { DecodeMethod } from '../engine/request-types.ts';
import { measuredSpeedUp } from './speed-up.ts';
import { callsText, speedVerdict, spreadText } from './speed-words.ts';

const measured = (...ratios: readonly number[]) =>
  measuredSpeedUp(ratios.map((ratio) => ({ methodMs: 1, referenceMs: ratio })));

const team = (models: number, schedule: 'alternate' | 'naive' = 'alternate'): DecodeMethod => ({
  kind: 'collaborative',
  members: Array.from({ length: models }, () => ({ model: 'm' })),
  combine: { kind: 'weighted', weights: [1] },
  schedule,
});
const drafted: DecodeMethod = { kind: 'speculative', target: 'm', drafter: { kind: 'ngram' } };

test.each([
  [168, 306, 0, '168 model calls instead of 306: 45 % saved'],
  [330, 306, 0, '330 model calls instead of 306: 8 % more'],
  [0, 0, 0, '0 model calls instead of 0: 0 % saved'],
  [40, 100, 90, '40 model calls instead of 100: 60 % saved, with 90 cheaper calls of the draft model'],
])('calls: %i of %i, %i drafted', (calls, referenceCalls, draftCalls, text) => {
  expect(callsText({ calls, referenceCalls, draftCalls })).toBe(text);
});

test.each([
  [[1.4, 1.5, 1.2], 'median of 3 pairs, 1.20 to 1.50 ×'],
  [[1.4], 'median of 1 pair, 1.40 to 1.40 ×'],
])('the spread of %j has its pairs', (ratios, text) => {
  expect(spreadText(measured(...ratios)!)).toBe(text);
});

describe('the verdict', () => {
  test.each([
    [
      'faster',
      [1.4, 1.6, 1.5, 1.3, 1.7],
      team(2),
      true,
      'the speed of asking both models for every token',
      null,
    ],
    [
      'about as fast, though the median is above 1',
      [0.8, 0.9, 1.1, 1.3, 1.2],
      team(3),
      false,
      'About as fast as asking all 3 models for every token: 1.10 ×',
      null,
    ],
    [
      'slower',
      [0.9, 0.8, 0.7, 0.9, 0.8],
      drafted,
      false,
      'Drafting ahead lost time here: 0.80 × the speed of asking the model itself for every token',
      'Asking the model itself for every token would be faster.',
    ],
  ] as const)('is "%s"', (_, ratios, method, isFaster, words, advice) => {
    const verdict = speedVerdict(measured(...ratios), method, { kind: 'reference' });
    expect(verdict).toMatchObject({ isFaster, words, advice });
  });

  test.each([[[]], [[2, 2, 2, 2]]])('waits for enough pairs: %j', (ratios) => {
    expect(speedVerdict(measured(...ratios), team(2), null)).toBeNull();
  });

  test.each([
    [{ kind: 'schedule', schedule: 'alternate' }, team(2, 'naive'), 'The schedule naive', 'Taking turns'],
    [{ kind: 'schedule', schedule: 'naive' }, team(2), 'Taking turns', 'The schedule naive'],
    [{ kind: 'draft-length', draftLength: 2 }, drafted, 'Drafting ahead', 'A draft length of 2'],
  ] as const)('names what would win: %j', (winner, method, loser, named) => {
    const verdict = speedVerdict(measured(0.8, 0.8, 0.8, 0.8, 0.8), method, winner);
    expect(verdict?.words).toMatch(new RegExp(`^${loser} lost`));
    expect(verdict?.advice).toBe(`${named} would be faster.`);
  });
});
