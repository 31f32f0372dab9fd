import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Combine } from '../../combine/combine.ts';
import { contrastiveCombine } from '../../combine/contrastive-combine.ts';
import { geometricCombine } from '../../combine/geometric-combine.ts';
import { weightedCombine } from '../../combine/weighted-combine.ts';
import { type SamplingParameters, untruncated } from '../../sample/sampling-parameters.ts';
import { planTargets } from './target-laws.ts';
import { type GpuBench, openGpuBench } from './testing/gpu-bench.ts';
import { modelLikeRow, seededNumbers } from './testing/random-rows.ts';
import { holdRows, openStream, probabilitiesIn } from './testing/weigh-rows.ts';

let bench: GpuBench;
beforeAll(async () => {
  bench = await openGpuBench();
});
afterAll(() => bench.device.close());

/** f32 sums of logits up to some tens: an error of 1e-6 in a logit is one of 1e-6, relative, in its probability. */
const relativeTolerance = 2e-5;

interface Case {
  readonly name: string;
  readonly combine: Combine;
  readonly rows: readonly Float32Array[];
  readonly sampling?: Partial<SamplingParameters>;
  readonly memberSampling?: readonly Partial<SamplingParameters>[];
}

/** r as the GPU forms it, and as its twin does. */
async function bothLaws({ combine, rows, sampling, memberSampling }: Case) {
  const own = { ...untruncated, ...sampling };
  const stream = openStream(bench, rows[0].length);
  const slots = holdRows(stream, rows);
  const members = rows.map((logits, member) => ({
    logits,
    sampling: { ...own, ...memberSampling?.[member] },
  }));
  const { targetSlots, dispatches, ...section } = planTargets(
    {
      vocabSize: rows[0].length,
      sampling: own,
      members: members.map((member) => ({ sampling: member.sampling, adjustment: null, isTarget: true })),
      combine,
    },
    stream,
    [{ offset: 0, law: 'target' }],
    { rowSlot: (member) => slots[member], ownSlot: () => null },
    () => stream.memory.takeSlot(),
  );
  stream.run({ position: 0, textIndex: 0, ...section }, dispatches);
  const actual = await probabilitiesIn(bench, stream, targetSlots[0]);
  stream.dispose();
  const expected = new Float64Array(rows[0].length);
  combine.distribution(members, own, expected);
  return { actual, expected };
}

const { NEGATIVE_INFINITY: never, POSITIVE_INFINITY: certain } = Number;
const random = seededNumbers(9);
const row = (vocabSize = 1846) => modelLikeRow(vocabSize, random);
const logits = (...values: number[]) => Float32Array.from(values);
const cut = { temperature: 0.8, topK: 50, topP: 0.9, minP: 0.02 };

const cases: readonly Case[] = [
  {
    name: 'weighted, the largest vocabulary',
    combine: weightedCombine([0.6, 0.4]),
    rows: [row(262_144), row(262_144)],
    memberSampling: [{ topP: 0.95 }, {}],
  },
  {
    name: 'contrastive with a mask, a vocabulary of an odd size',
    combine: contrastiveCombine(0.3, 0.01),
    rows: [row(151_669), row(151_669)],
    sampling: { temperature: 0.8, topP: 0.9 },
  },
  { name: 'weighted', combine: weightedCombine([1, 3]), rows: [row(), row()] },
  {
    name: 'weighted, own parameters',
    combine: weightedCombine([0.2, 0.5, 0.3]),
    rows: [row(5000), row(5000), row(5000)],
    memberSampling: [{ topK: 4 }, { temperature: 0.3 }, cut],
  },
  {
    name: 'weighted, a broken member without weight',
    combine: weightedCombine([0, 1]),
    rows: [logits(Number.NaN, 0, 1), logits(1, 2, never)],
  },
  { name: 'contrastive', combine: contrastiveCombine(0.3, 0), rows: [row(), row()], sampling: cut },
  { name: 'contrastive with a mask', combine: contrastiveCombine(0.7, 0.05), rows: [row(5000), row(5000)] },
  {
    name: 'a mask of 1 keeps the largest',
    combine: contrastiveCombine(0.5, 1),
    rows: [logits(2, 2, 1, never), logits(1, 0, -9, 0)],
  },
  {
    name: 'what the amateur takes for certain is ruled out, and so is what either takes for impossible',
    combine: contrastiveCombine(0.5, 0),
    rows: [logits(1, 1, never, 0), logits(certain, never, 0, 0)],
  },
  { name: 'geometric', combine: geometricCombine([1.5, -0.5]), rows: [row(), row()], sampling: cut },
  {
    name: 'geometric, three members, one without weight and broken',
    combine: geometricCombine([0.5, 0, 0.7]),
    rows: [logits(0, 1, 2), logits(Number.NaN, certain, never), logits(2, -1, never)],
  },
];

test.each(cases)('$name: r is that of the CPU', async (one) => {
  const { actual, expected } = await bothLaws(one);
  const differing = expected.findIndex((p, token) => p > 1e-30 !== actual[token] > 1e-30);
  expect(differing, 'first token kept by only one of the two').toBe(-1);
  const largest = expected.reduce(
    (most, p, token) => (p > 1e-30 ? Math.max(most, Math.abs(actual[token] / p - 1)) : most),
    0,
  );
  console.log(`${one.name}: relative difference at most ${largest.toExponential(2)}`);
  expect(largest).toBeLessThan(relativeTolerance);
});
