import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from '../../engine/decode-request.ts';
import type { DecodeResult } from '../../engine/engine-api.ts';
import type { SpeedPair } from '../../speed/speed-up.ts';
import { applyPreset, presets } from '../form/presets.ts';
import { initialForm, toRequest } from '../form/request-form.ts';
import { areOneText, type Lane, lanesOf, outcomesOf, raceVerdict, rivalOf, waysOf } from './race-lanes.ts';

describe('a race', () => {
  test.each(presets.map((preset) => [preset.title, preset] as const))(
    'of %s runs valid requests under coupled',
    (_title, preset) => {
      const lanes = waysOf(toRequest(applyPreset(initialForm(7), preset)));
      expect(lanes.length).toBeGreaterThan(1);
      for (const { request } of lanes) {
        const { method, seed } = validateDecodeRequest(request);
        expect(seed).toBe(7);
        if (method.kind !== 'plain') expect(method.acceptance).toEqual({ kind: 'coupled' });
      }
    },
  );

  test('takes the usual ways, or the chosen ones beside the reference', () => {
    const request = toRequest(initialForm(7));
    const titles = (kinds?: readonly string[]) => lanesOf(request, kinds).map(({ title }) => title);
    expect(titles()).toEqual(['Sequential', 'Black box', 'Alternate (CoS)']);
    expect(titles(['naive'])).toEqual(['Sequential', 'Naive']);
    expect(titles([])).toEqual(['Sequential']);
  });

  test('needs something to race against', () => {
    expect(lanesOf(toRequest({ ...initialForm(7), method: 'plain' }))).toEqual([]);
  });
});

/** A text of four tokens behind the first. */
function resultOf(
  ms: number,
  forwards: readonly string[],
  tokenIds: readonly number[],
  predicted?: number,
): DecodeResult {
  const rounds = [
    { atMs: 100, forwards: [], committed: [1] },
    { atMs: ms, forwards: forwards.map((kind) => ({ kind })), committed: [1, 2, 3, 4] },
  ];
  const stats = { tokensPerSecond: 10, speedUp: predicted === undefined ? null : { predicted } };
  return { rounds, tokenIds, stats } as unknown as DecodeResult;
}

const raced = [
  resultOf(900, ['prefill', 'prefill', 'score', 'score', 'score', 'score'], [1, 2]),
  resultOf(500, ['prefill', 'prefill', 'draft', 'score'], [1, 2], 1.7),
  resultOf(600, ['score'], [1, 2]),
];
const pairs = (...ratios: readonly number[]): SpeedPair[] =>
  ratios.map((ratio) => ({ methodMs: 10, referenceMs: 10 * ratio }));
const lanes = ['Sequential', 'Black box', 'Naive'].map((title) => ({ title }) as Lane);

test('lanes are measured against the first, the fastest of them over pairs that ran again', () => {
  const outcomes = outcomesOf(raced, pairs(1.8, 1.6));
  expect(rivalOf(raced)).toBe(1);
  expect(outcomes).toMatchObject([
    { ms: 900, speedUp: null, predicted: null, forwards: 4, forwardsSaved: 0, place: 3 },
    { ms: 500, speedUp: { median: 1.8, pairs: 3 }, predicted: 1.7, forwards: 2, forwardsSaved: 2, place: 1 },
    { ms: 600, speedUp: { median: 1.6, pairs: 1, outcome: 'open' }, place: 2 },
  ]);
  expect(areOneText(raced)).toBe(true);
  expect(areOneText([...raced, resultOf(101, [], [1, 3])])).toBe(false);
});

test.each([
  [[1.8, 1.7, 1.9, 1.8], 1, 'won: 1.80 × the speed of Sequential (median of 5 pairs, 1.70 to 2.00 ×).'],
  [[0.8, 0.7, 0.9, 0.8, 0.8], 0, 'won: Black box had 0.80 × its speed (median of 6 pairs, 0.70 to 2.00 ×).'],
  [
    [0.8, 0.9, 1.1, 1.2],
    null,
    'Sequential and Black box are about equally fast here: 1.10 × (median of 5 pairs, 0.80 to 2.00 ×).',
  ],
  [[1.8], null, 'Only 2 of 5 comparisons ran: too few to name a winner.'],
])('whoever was first in one run, the pairs %j decide', (ratios, winner, words) => {
  expect(raceVerdict(lanes, outcomesOf(raced, pairs(...ratios)), 1)).toEqual({ winner, words });
});
