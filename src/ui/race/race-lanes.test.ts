import { describe, expect, test } from 'vitest';
import { validateDecodeRequest } from '../../engine/decode-request.ts';
import type { DecodeResult } from '../../engine/engine-api.ts';
import { applyPreset, presets } from '../form/presets.ts';
import { initialForm, toRequest } from '../form/request-form.ts';
import { areOneText, lanesOf, outcomesOf, waysOf } from './race-lanes.ts';

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

function resultOf(
  ms: number,
  forwards: readonly string[],
  tokenIds: readonly number[],
  predicted?: number,
): DecodeResult {
  const round = { atMs: ms, forwards: forwards.map((kind) => ({ kind })) };
  const stats = { tokensPerSecond: 10, speedUp: predicted === undefined ? null : { predicted } };
  return { rounds: [round], tokenIds, stats } as unknown as DecodeResult;
}

test('lanes are measured against the first, forwards without prefill', () => {
  const results = [
    resultOf(900, ['prefill', 'prefill', 'score', 'score', 'score', 'score'], [1, 2]),
    resultOf(600, ['prefill', 'prefill', 'draft', 'score'], [1, 2], 1.7),
  ];
  expect(outcomesOf(results)).toEqual([
    { ms: 900, tokensPerSecond: 10, speedUp: 1, predicted: null, forwards: 4, forwardsSaved: 0, place: 2 },
    { ms: 600, tokensPerSecond: 10, speedUp: 1.5, predicted: 1.7, forwards: 2, forwardsSaved: 2, place: 1 },
  ]);
  expect(areOneText(results)).toBe(true);
  expect(areOneText([...results, resultOf(1, [], [1, 3])])).toBe(false);
});
