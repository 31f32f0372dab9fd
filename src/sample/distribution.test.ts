import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argmax, distributionOf, greedyToken, truncatedLogits } from './distribution.ts';
import { type SamplingParameters, untruncated } from './sampling-parameters.ts';
import { normalLogits } from './testing/normal-logits.ts';

const distribution = (logits: readonly number[], sampling: Partial<SamplingParameters> = {}): number[] => {
  const out = new Float64Array(logits.length);
  distributionOf(Float32Array.from(logits), { ...untruncated, ...sampling }, out);
  return [...out];
};

const wideRows = [1, 2, 3].map((seed) => normalLogits(49_152, seed));

/** The same rules written the slow way: a full sort, every exponential, one step after the other. */
function bySorting(
  logits: Float32Array,
  { temperature, topK, topP, minP }: SamplingParameters,
): Float64Array {
  const largest = Math.max(...logits);
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - largest) / temperature));
  const total = () => weights.reduce((sum, weight) => sum + weight, 0);
  if (topK > 0 && topK < logits.length) {
    const kth = logits.toSorted((a, b) => b - a)[topK - 1];
    for (const [token, logit] of logits.entries()) if (logit < kth) weights[token] = 0;
  }
  const order = [...weights.keys()].sort((a, b) => weights[b] - weights[a] || a - b);
  const keepWhile = (stays: (token: number) => boolean) => {
    const end = order.findIndex((token) => !stays(token));
    for (const token of end < 0 ? [] : order.slice(end)) weights[token] = 0;
  };
  if (topP < 1) {
    const mass = topP * total();
    let before = 0;
    keepWhile((token) => {
      const stays = before < mass;
      before += weights[token];
      return stays;
    });
  }
  keepWhile((token) => weights[token] >= minP);
  const scale = 1 / total();
  return weights.map((weight) => weight * scale);
}

function firstDifference(actual: Float64Array, expected: Float64Array): object | null {
  const token = actual.findIndex((probability, index) => !Object.is(probability, expected[index]));
  return token < 0 ? null : { token, actual: actual[token], expected: expected[token] };
}

describe('distributionOf', () => {
  test.each([
    { name: 'softmax', logits: [0, Math.log(3)], sampling: {}, expected: [0.25, 0.75] },
    {
      name: 'temperature 2 flattens',
      logits: [0, Math.log(9)],
      sampling: { temperature: 2 },
      expected: [0.25, 0.75],
    },
    {
      name: 'a tiny temperature keeps the maximum alone',
      logits: [1, 2, 1.9],
      sampling: { temperature: 1e-300 },
      expected: [0, 1, 0],
    },
    {
      name: 'a huge temperature is uniform',
      logits: [1, 2, 50],
      sampling: { temperature: 1e300 },
      expected: [1 / 3, 1 / 3, 1 / 3],
    },
    {
      name: '−∞ stays impossible at any temperature',
      logits: [0, -Infinity, 0],
      sampling: { temperature: 1e300 },
      expected: [0.5, 0, 0.5],
    },
    {
      name: 'one-hot',
      logits: [-Infinity, 3, -Infinity],
      sampling: { topK: 2, topP: 0.5, minP: 0.5 },
      expected: [0, 1, 0],
    },
    {
      name: 'top-k keeps ties with the k-th',
      logits: [1, 0, 1, 1],
      sampling: { topK: 2 },
      expected: [1 / 3, 0, 1 / 3, 1 / 3],
    },
    {
      name: 'top-p takes the lower id first on ties',
      logits: [0, 0, 0, 0],
      sampling: { topP: 0.5 },
      expected: [0.5, 0.5, 0, 0],
    },
    {
      name: 'top-p keeps at least one token',
      logits: [0, 5, 0],
      sampling: { topP: 1e-9 },
      expected: [0, 1, 0],
    },
    { name: 'min-p 1 keeps the maxima', logits: [2, 2, 1], sampling: { minP: 1 }, expected: [0.5, 0.5, 0] },
    {
      name: 'top-k beyond the vocabulary keeps all',
      logits: [0, 0],
      sampling: { topK: 9 },
      expected: [0.5, 0.5],
    },
    {
      name: 'top-p counts the mass that top-k left',
      logits: [Math.log(4), Math.log(3), Math.log(2), Math.log(1)],
      sampling: { topK: 2, topP: 0.57 },
      expected: [1, 0, 0, 0],
    },
  ])('$name', ({ logits, sampling, expected }) => {
    const actual = distribution(logits, sampling);
    for (const [token, probability] of expected.entries()) expect(actual[token]).toBeCloseTo(probability, 6);
  });

  test('equals sorting to the last bit on random rows with many ties', () => {
    const logit = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.double({ min: -20, max: 20, noNaN: true }),
      fc.constant(-Infinity),
    );
    fc.assert(
      fc.property(
        fc.array(logit, { minLength: 1, maxLength: 70 }).filter((row) => row.some(Number.isFinite)),
        fc.record({
          temperature: fc.double({ min: 0.05, max: 5, noNaN: true }),
          topK: fc.integer({ min: 0, max: 12 }),
          topP: fc.oneof(fc.constant(1), fc.double({ min: 0.01, max: 0.999, noNaN: true })),
          minP: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.9, noNaN: true })),
        }),
        (row, sampling) => {
          const logits = Float32Array.from(row);
          const actual = new Float64Array(row.length);
          distributionOf(logits, sampling, actual);
          expect(firstDifference(actual, bySorting(logits, sampling))).toBeNull();
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  test.each([
    { topK: 50 },
    { topP: 0.9 },
    { topP: 0.999 },
    { minP: 0.05 },
    { topK: 50, topP: 0.9, minP: 0.02 },
    { topK: 2000, topP: 0.95, temperature: 1.7 },
    { temperature: 0.6 },
  ])('equals sorting to the last bit on rows of 49,152 entries: %o', (sampling) => {
    for (const logits of wideRows) {
      const actual = new Float64Array(logits.length);
      distributionOf(logits, { ...untruncated, ...sampling }, actual);
      expect(firstDifference(actual, bySorting(logits, { ...untruncated, ...sampling }))).toBeNull();
    }
  });

  test.each([
    { name: 'NaN', row: [0, Number.NaN, 1], seen: 'NaN at token 1' },
    { name: '+∞', row: [0, 1, Number.POSITIVE_INFINITY], seen: 'Infinity at token 2' },
    { name: 'nothing but −∞', row: [-Infinity, -Infinity], seen: 'nothing but -Infinity' },
  ])('refuses a row with $name', ({ row, seen }) => {
    const refused = expect.objectContaining({
      code: 'model-unsupported',
      message: expect.stringContaining(seen),
    });
    expect(() => distribution(row)).toThrow(refused);
    expect(() => greedyToken(Float32Array.from(row))).toThrow(refused);
    expect(() => truncatedLogits(Float32Array.from(row), untruncated, new Float64Array(row.length))).toThrow(
      refused,
    );
  });
});

describe('truncatedLogits', () => {
  const { NEGATIVE_INFINITY: cut, MAX_VALUE: most } = Number;
  test.each([
    { name: 'all are divided by T', sampling: { temperature: 0.5 }, expected: [8, 8, -6, -200, cut] },
    { name: 'top-k', sampling: { temperature: 2, topK: 2 }, expected: [2, 2, cut, cut, cut] },
    { name: 'top-p', sampling: { topP: 0.4 }, expected: [4, cut, cut, cut, cut] },
    { name: 'min-p', sampling: { minP: 1e-4 }, expected: [4, 4, -3, cut, cut] },
    {
      name: 'one too unlikely for a number is not cut',
      sampling: { temperature: 0.01 },
      expected: [400, 400, -300, -10_000, cut],
    },
    {
      name: 'what no double holds becomes the largest',
      sampling: { temperature: 1e-308 },
      expected: [most, most, -most, -most, cut],
    },
  ])('$name', ({ sampling, expected }) => {
    const out = new Float64Array(expected.length);
    truncatedLogits(Float32Array.from([4, 4, -3, -100, cut]), { ...untruncated, ...sampling }, out);
    expect([...out]).toEqual(expected);
  });
});

test('the lowest id of the largest entry wins, and among logits some may be impossible', () => {
  expect(argmax(Float32Array.from([1, 4, 4, 2]))).toBe(1);
  expect(greedyToken(Float32Array.from([-Infinity, 1, 4, 4, 2]))).toBe(2);
});
