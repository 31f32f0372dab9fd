import { afterAll, beforeAll, expect, test } from 'vitest';
import { purposeCodes } from '../../random/philox-source.ts';
import { argmax, distributionOf } from '../../sample/distribution.ts';
import { untruncated } from '../../sample/sampling-parameters.ts';
import { narrow, wide } from './command-stream.ts';
import { distributionDispatches } from './distribution-dispatches.ts';
import type { Draw } from './plan-section.ts';
import { drawLaw } from './sampler-layout.ts';
import { type GpuBench, openGpuBench } from './testing/gpu-bench.ts';
import { MarginSource } from './testing/margin-source.ts';
import { modelLikeRow, seededNumbers, tiedRow } from './testing/random-rows.ts';
import { holdRows, openStream } from './testing/weigh-rows.ts';

let bench: GpuBench;
beforeAll(async () => {
  bench = await openGpuBench();
});
afterAll(() => bench.device.close());

const seed = 41;

/** The tokens of races over one row, at successive positions. */
async function drawTokens(
  logits: Float32Array,
  laws: readonly { readonly law: number; readonly source: 'logits' | 'weights' }[],
): Promise<number[]> {
  const stream = openStream(bench, logits.length, seed);
  const [logitsSlot] = holdRows(stream, [logits]);
  const weightsSlot = stream.memory.takeSlot();
  const jobs = [{ logitsSlot, weightsSlot, sampling: untruncated }];
  const draws: Draw[] = laws.map(({ law, source }, position) => ({
    law,
    slot: source === 'logits' ? logitsSlot : weightsSlot,
    position,
    purposeCode: purposeCodes.token,
    textIndex: position,
  }));
  stream.run(
    { position: 0, textIndex: 0, jobs, draws },
    [
      ...distributionDispatches(jobs, 0, logits.length),
      wide('race', draws.length),
      narrow('finishRace', draws.length),
    ],
    { textTokens: draws.length },
  );
  stream.flush();
  const words = new Uint32Array(await bench.read(stream.memory.text, 0, draws.length * 8));
  stream.dispose();
  return draws.map((_, index) => words[2 * index]);
}

/** Draws that differ from the twin's must have been won by less than this, relative to the winner's time. */
const narrowMargin = 2e-5;

test.each([
  { vocabSize: 7, draws: 400 },
  { vocabSize: 1846, draws: 200 },
  { vocabSize: 9001, draws: 100 },
  { vocabSize: 262_144, draws: 4 },
])(
  '$draws races over $vocabSize tokens are won by the tokens that win on the CPU',
  async ({ vocabSize, draws }) => {
    const logits = modelLikeRow(vocabSize, seededNumbers(vocabSize));
    const laws = Array.from({ length: draws }, () => ({ law: drawLaw.weights, source: 'weights' }) as const);
    const actual = await drawTokens(logits, laws);
    const weights = new Float64Array(vocabSize);
    distributionOf(logits, untruncated, weights);
    const random = new MarginSource(seed);
    let smallest = Number.POSITIVE_INFINITY;
    for (const [position, token] of actual.entries()) {
      const expected = random.categorical(weights, { position, purpose: 'token' });
      const margin = random.takeSmallest();
      smallest = Math.min(smallest, margin);
      if (token !== expected) {
        console.log(`position ${position}: ${token} instead of ${expected}, margin ${margin}`);
        expect(margin).toBeLessThan(narrowMargin);
      }
    }
    console.log(
      `${vocabSize} tokens: the narrowest of ${draws} races was won by ${smallest.toExponential(1)}`,
    );
  },
);

test('at temperature 0 the lowest id of the largest entry wins, by logits and by weights', async () => {
  const laws = [
    { law: drawLaw.largestLogit, source: 'logits' },
    { law: drawLaw.largestWeight, source: 'weights' },
  ] as const;
  for (const vocabSize of [1, 300, 5000]) {
    const logits = tiedRow(vocabSize, seededNumbers(vocabSize));
    expect(await drawTokens(logits, laws)).toEqual([argmax(logits), argmax(logits)]);
  }
  const negative = Float32Array.from({ length: 700 }, (_, token) => (token === 650 ? -1e30 : -2e30));
  expect(await drawTokens(negative, laws)).toEqual([650, 650]);
});
