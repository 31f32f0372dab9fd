import { afterAll, beforeAll, expect, test } from 'vitest';
import { distributionOf } from '../../sample/distribution.ts';
import { type SamplingParameters, untruncated } from '../../sample/sampling-parameters.ts';
import { type GpuBench, openGpuBench } from './testing/gpu-bench.ts';
import { equalRow, modelLikeRow, seededNumbers, tiedRow } from './testing/random-rows.ts';
import { distributions, openStream } from './testing/weigh-rows.ts';

let bench: GpuBench;
beforeAll(async () => {
  bench = await openGpuBench();
});
afterAll(() => bench.device.close());

/** f32 exponentials of arguments down to -20 or so: a few units in the last place, relative. */
const relativeTolerance = 1e-5;

/**
 * What top-p and min-p keep depends on sums and weights in f32: a token may be kept by one of the two where the sum
 * before it is this near to p, or its weight to min-p. Top-k compares the logits themselves and has no such margin.
 */
const tieTolerance = 2e-6;

interface Case {
  readonly name: string;
  readonly row: Float32Array;
  readonly sampling: SamplingParameters;
}

const caseOf = (
  name: string,
  row: readonly number[] | Float32Array,
  sampling: Partial<SamplingParameters> = {},
): Case => ({ name, row: Float32Array.from(row), sampling: { ...untruncated, ...sampling } });

function twin({ row, sampling }: Case): Float64Array {
  const out = new Float64Array(row.length);
  distributionOf(row, sampling, out);
  return out;
}

/** How nearly top-p or min-p would have decided otherwise about a token. */
function truncationMargin({ row, sampling }: Case, token: number): number {
  const before = new Float64Array(row.length);
  distributionOf(row, { ...sampling, topP: 1, minP: 0 }, before);
  const isAhead = (other: number) => row[other] > row[token] || (row[other] === row[token] && other < token);
  const sumAhead = before.reduce((sum, p, other) => (isAhead(other) ? sum + p : sum), 0);
  const topPMargin = sampling.topP < 1 ? Math.abs(sumAhead - sampling.topP) : 1;
  return Math.min(topPMargin, Math.abs(before[token] / Math.max(...before) - sampling.minP));
}

/** Cases of one vocabulary go through the kernels together. @returns the largest relative difference */
async function compare(cases: readonly Case[]): Promise<number> {
  const answers = await distributions(
    bench,
    cases.map(({ row }) => row),
    cases.map(({ sampling }) => sampling),
  );
  let largest = 0;
  for (const [index, one] of cases.entries()) {
    const expected = twin(one);
    const actual = answers[index];
    const differing = [...expected.keys()].filter(
      (token) => expected[token] > 1e-30 !== actual[token] > 1e-30,
    );
    if (differing.length > 0) {
      for (const token of differing) expect(truncationMargin(one, token)).toBeLessThan(tieTolerance);
      expect(differing.length, `${one.name}: tokens kept by only one of the two`).toBe(1);
      continue;
    }
    for (const [token, p] of expected.entries()) {
      if (p > 1e-30) largest = Math.max(largest, Math.abs(actual[token] / p - 1));
    }
  }
  expect(largest).toBeLessThan(relativeTolerance);
  return largest;
}

const { NEGATIVE_INFINITY: never } = Number;

test('small rows with every trap: ties, −∞, one-hot, tiny and huge temperatures', async () => {
  await compare([
    caseOf('equal logits', [3, 3, 3, 3, 3]),
    caseOf('equal logits, top-p takes the lower ids', [0, 0, 0, 0, 0], { topP: 0.5 }),
    caseOf('equal logits, top-k keeps all ties', [0, 0, 0, 0, 0], { topK: 2 }),
    caseOf('zeros of both signs tie', [0, -0, 0, -0, -1], { topP: 0.3 }),
    caseOf('one-hot', [never, 3, never, never, never], { topK: 2, topP: 0.5, minP: 0.5 }),
    caseOf('−∞ at a huge temperature', [0, never, 0, 7, -7], { temperature: 1e30 }),
    caseOf('a temperature beyond f32', [0, never, 0, 7, -7], { temperature: 1e300 }),
    caseOf('a tiny temperature', [1, 2, 1.9, 2, 0], { temperature: 1e-300 }),
    caseOf('a small temperature', [1, 2, 1.9, 2, 0], { temperature: 1e-3 }),
    caseOf('top-p keeps one token at least', [0, 5, 0, 0, 0], { topP: 1e-30 }),
    caseOf('top-p 0.9999999', [9, 5, 0, -5, -9], { topP: 0.9999999 }),
    caseOf('min-p 1 keeps the largest', [2, 2, 1, 1.999999, 0], { minP: 1 }),
    caseOf('top-k beyond the possible tokens', [1, never, never, 0, never], { topK: 4 }),
    caseOf('top-k beyond the vocabulary', [1, 2, 3, 4, 5], { topK: 900 }),
    caseOf('top-p of what top-k left', [Math.log(4), Math.log(3), Math.log(2), 0, never], {
      topK: 2,
      topP: 0.57,
    }),
    caseOf('top-p exactly at a sum', [Math.log(4), Math.log(3), Math.log(2), 0, never], { topP: 0.7 }),
    caseOf('min-p exactly at a weight', [Math.log(4), Math.log(3), Math.log(2), 0, never], { minP: 0.75 }),
    caseOf('all three', [4, 3, 2, 1, 0], { temperature: 0.7, topK: 4, topP: 0.99, minP: 0.02 }),
    caseOf('logits far from 0', [1e4, 1e4 - 1, 1e4 - 2, -1e4, 1e4], { topP: 0.9 }),
    caseOf('logits at the ends of f32', [3e38, -3e38, 0, 1, 3e38], { topP: 0.9 }),
  ]);
});

test('one token, and vocabularies around the sizes of a workgroup and a tile', async () => {
  const random = seededNumbers(1);
  await compare([caseOf('one token', [-4], { topK: 1, topP: 0.1, minP: 1 })]);
  for (const vocabSize of [255, 257, 4096, 4097]) {
    const truncated = { topK: 40, topP: 0.9, minP: 0.01 };
    await compare([
      caseOf(`${vocabSize}, plain`, modelLikeRow(vocabSize, random)),
      caseOf(`${vocabSize}, truncated`, modelLikeRow(vocabSize, random), truncated),
      caseOf(`${vocabSize}, ties`, tiedRow(vocabSize, random), { topP: 0.77 }),
    ]);
  }
});

test('keeps what the twin keeps, on random rows of the bundled vocabulary', async () => {
  const random = seededNumbers(2);
  const cases: Case[] = [];
  for (let index = 0; index < 48; index++) {
    const row = (index % 3 === 0 ? tiedRow : modelLikeRow)(1846, random);
    cases.push(
      caseOf(`row ${index}`, row, {
        temperature: 0.3 + 2 * random(),
        topK: random() < 0.5 ? 0 : 1 + Math.floor(random() * 60),
        topP: random() < 0.3 ? 1 : 0.05 + 0.94 * random(),
        minP: random() < 0.5 ? 0 : random() ** 3,
      }),
    );
  }
  const largest = await compare(cases);
  console.log(`distributions: relative difference at most ${largest.toExponential(2)}`);
});

test('the largest vocabularies', async () => {
  const random = seededNumbers(3);
  for (const vocabSize of [49_152, 151_669, 262_144]) {
    const last = new Float32Array(vocabSize).fill(never);
    last[vocabSize - 1] = 1;
    await compare([
      caseOf(`${vocabSize}, equal logits`, equalRow(vocabSize), { topK: 7, topP: 0.3 }),
      caseOf(`${vocabSize}, one-hot`, last, { topK: 7, topP: 0.3, minP: 0.1 }),
      caseOf(`${vocabSize}`, modelLikeRow(vocabSize, random), { temperature: 0.8, topP: 0.95 }),
      caseOf(`${vocabSize}`, tiedRow(vocabSize, random), { topK: 50, topP: 0.9 }),
    ]);
  }
});

test('a vocabulary that has more tiles than a race can end is refused', () => {
  expect(() => openStream(bench, 2 ** 20 + 1)).toThrow('1048577 entries');
});
