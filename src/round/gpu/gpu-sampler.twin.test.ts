import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Combine } from '../../combine/combine.ts';
import { contrastiveCombine } from '../../combine/contrastive-combine.ts';
import { geometricCombine } from '../../combine/geometric-combine.ts';
import { weightedCombine } from '../../combine/weighted-combine.ts';
import { SerialQueue } from '../../concurrency/serial-queue.ts';
import { readbackCount } from '../../gpu/readback-counter.ts';
import { hostLogits } from '../../models/cache/logits-handles.ts';
import type { LogitAdjustment } from '../../sample/logit-adjustment.ts';
import { type SamplingParameters, untruncated } from '../../sample/sampling-parameters.ts';
import { tokenId } from '../../tokens/token-id.ts';
import { type AcceptanceChoice, createAcceptance } from '../../verify/create-acceptance.ts';
import { CpuSampler } from '../cpu-sampler.ts';
import { targetsOf } from '../member-description.ts';
import { RoundRecorder } from '../round-recorder.ts';
import type {
  ExtraPosition,
  ProposalFate,
  RoundSampler,
  SamplingPlan,
  TargetList,
} from '../round-sampler.ts';
import { GpuSampler } from './gpu-sampler.ts';
import { countAllocations } from './testing/count-allocations.ts';
import { type GpuBench, openGpuBench } from './testing/gpu-bench.ts';
import { MarginSource } from './testing/margin-source.ts';
import { equalRow, modelLikeRow, oneHotRow, seededNumbers, tiedRow } from './testing/random-rows.ts';

let bench: GpuBench;
beforeAll(async () => {
  bench = await openGpuBench();
});
afterAll(() => bench.device.close());

/** Where the two samplers decide differently, the decision must have been this narrow; see MarginSource. */
const narrowMargin = 2e-5;
/** Probabilities in verdicts, relative to the larger of themselves and 0.01. */
const probabilityTolerance = 2e-5;

interface Setup {
  readonly vocabSize: number;
  readonly seed: number;
  readonly members: number;
  readonly targets?: readonly number[];
  readonly combine: Combine;
  /** Takes its place half way. */
  readonly laterCombine?: Combine;
  readonly acceptance?: AcceptanceChoice;
  readonly sampling?: Partial<SamplingParameters>;
  readonly memberSampling?: readonly Partial<SamplingParameters>[];
  readonly memberAdjustments?: readonly LogitAdjustment[];
  readonly logprobs?: number;
  readonly endTokenIds?: readonly number[];
}

function planOf(setup: Setup): SamplingPlan {
  const sampling = { ...untruncated, ...setup.sampling };
  return {
    vocabSize: setup.vocabSize,
    firstPosition: 7,
    sampling,
    members: Array.from({ length: setup.members }, (_, index) => ({
      sampling: { ...sampling, ...setup.memberSampling?.[index] },
      adjustment: setup.memberAdjustments?.[index] ?? null,
      isTarget: setup.targets?.includes(index) ?? true,
    })),
    combine: setup.combine,
    ...(setup.logprobs !== undefined && { logprobs: setup.logprobs }),
    acceptance: createAcceptance(setup.acceptance ?? { kind: 'exact' }),
    endTokenIds: new Set((setup.endTokenIds ?? []).map(tokenId)),
  };
}

function openSamplers(setup: Setup) {
  const plan = planOf(setup);
  const recorder = new RoundRecorder(() => 0);
  const random = new MarginSource(setup.seed);
  const gpu = new GpuSampler({
    plan,
    seed: setup.seed,
    recorder,
    kernels: bench.kernels,
    queue: new SerialQueue(),
  });
  return { plan, random, cpu: new CpuSampler(plan, random, recorder), gpu };
}

/** Rows wider than the vocabulary, with tempting padding. */
function padded(row: Float32Array): Float32Array {
  const wide = new Float32Array(row.length + 3).fill(999);
  wide.set(row);
  return wide;
}

async function holdBoth(
  samplers: { cpu: RoundSampler; gpu: RoundSampler },
  member: number,
  rows: readonly Float32Array[],
) {
  const wide = rows.map(padded);
  const flat = new Float32Array(wide.length * wide[0].length);
  for (const [index, row] of wide.entries()) flat.set(row, index * row.length);
  await samplers.cpu.hold(member, hostLogits(flat, wide.length, wide[0].length), rows.length);
  await samplers.gpu.hold(member, bench.deviceLogits(wide), rows.length);
}

function expectSameFates(actual: readonly ProposalFate[], expected: readonly ProposalFate[]): void {
  const facts = ({ proposer, tokenId, u, fate }: ProposalFate) => ({ proposer, tokenId, u, fate });
  expect(actual.map(facts)).toEqual(expected.map(facts));
  for (const [index, one] of expected.entries()) {
    for (const field of ['q', 'r', 'deviation'] as const) {
      const [a, b] = [actual[index][field], one[field]];
      if (a === null || b === null) expect(a, field).toBe(b);
      else expect(Math.abs(a - b), field).toBeLessThan(probabilityTolerance * Math.max(0.01, b));
    }
  }
}

/** Near-equal tokens may change places, so what stands at a rank is compared by its probability. */
function expectSameLists(
  actual: readonly TargetList[] | undefined,
  expected: readonly TargetList[] | undefined,
): void {
  const numbersOf = (lists: readonly TargetList[] | undefined) =>
    lists?.map(({ probability, top }) => [probability, ...top.map((entry) => entry.probability)]);
  const [ours, theirs] = [numbersOf(actual), numbersOf(expected)];
  expect(ours?.map((list) => list.length)).toEqual(theirs?.map((list) => list.length));
  for (const [position, list] of (theirs ?? []).entries()) {
    for (const [rank, p] of list.entries()) {
      expect(Math.abs(ours![position][rank] - p), `rank ${rank}`).toBeLessThan(
        probabilityTolerance * Math.max(0.01, p),
      );
    }
  }
}

const rowKinds = [modelLikeRow, modelLikeRow, tiedRow, modelLikeRow, modelLikeRow, equalRow, oneHotRow];

/**
 * Drives both samplers through the same random rounds: rows held in pieces, proposals drawn by any member or looked
 * up, verdicts over some or all of them. Rows depend on the position alone, so both may always be fed the same ones.
 * @returns what the verdicts were made of
 */
async function driveTwins(setup: Setup, rounds: number): Promise<ReadonlySet<string>> {
  const samplers = openSamplers(setup);
  const { cpu, gpu, plan, random } = samplers;
  const targets = targetsOf(plan.members);
  const choose = seededNumbers(setup.seed + 1000);
  const rowAt = (member: number, position: number) =>
    rowKinds[position % rowKinds.length](setup.vocabSize, seededNumbers(position * 8 + member));
  const completeRows = async (member: number, wanted: number) => {
    const held = cpu.heldRows(member);
    expect(gpu.heldRows(member)).toBe(held);
    if (held >= wanted) return;
    const first = cpu.committedTokenIds.length + held;
    const rows = Array.from({ length: wanted - held }, (_, index) => rowAt(member, first + index));
    await holdBoth(samplers, member, rows);
  };
  const seen = new Set<string>();
  try {
    for (let round = 0; round < rounds; round++) {
      if (setup.laterCombine && 2 * round === rounds) {
        for (const sampler of [cpu, gpu]) sampler.useCombine(setup.laterCombine);
      }
      for (let wanted = Math.floor(choose() * 4); wanted > 0; wanted--) {
        const kind = choose();
        if (kind < 0.2) {
          const ids = [tokenId(Math.floor(choose() * setup.vocabSize)), tokenId(0)].slice(
            Math.round(choose()),
          );
          for (const sampler of [cpu, gpu]) sampler.proposeTokens(ids);
        } else if (kind < 0.4) {
          for (const member of targets) await completeRows(member, cpu.pendingLength + 1);
          for (const sampler of [cpu, gpu]) await sampler.draw('target');
        } else if (kind < 0.5 && setup.logprobs === undefined) {
          await completeRows(0, cpu.pendingLength + 1);
          for (const sampler of [cpu, gpu]) await sampler.draw({ member: 0 });
        } else {
          const member = Math.floor(choose() * setup.members);
          await completeRows(member, cpu.pendingLength + 1);
          for (const sampler of [cpu, gpu]) await sampler.propose(member);
        }
      }
      const heads = Math.floor(choose() * (cpu.pendingLength + 1));
      // Behind heads that leave tokens pending, nothing may be drawn.
      const extra: ExtraPosition = heads < cpu.pendingLength || choose() < 0.4 ? 'leave' : 'draw-from-target';
      for (const member of new Set([...targets, 0])) await completeRows(member, heads + 1);
      random.takeSmallest();
      const expected = await cpu.verify(heads, extra);
      const before = readbackCount();
      const actual = await gpu.verify(heads, extra);
      expect(readbackCount() - before).toBe(1);
      const margin = random.takeSmallest();
      if (actual.committed.join() !== expected.committed.join() && margin < narrowMargin) {
        console.log(`round ${round}: ${actual.committed} against ${expected.committed}, margin ${margin}`);
        return seen;
      }
      expect(actual.committed).toEqual(expected.committed);
      expect([actual.rejected, actual.ended]).toEqual([expected.rejected, expected.ended]);
      expectSameFates(actual.fates, expected.fates);
      expectSameLists(actual.lists, expected.lists);
      expect(gpu.committedTokenIds).toEqual(cpu.committedTokenIds);
      expect(gpu.pendingLength).toBe(cpu.pendingLength);
      for (const { fate } of actual.fates) seen.add(fate);
      if (actual.ended) seen.add('ended');
      if (choose() < 0.2) for (const sampler of [cpu, gpu]) sampler.release(0, 1);
    }
    return seen;
  } finally {
    cpu.dispose();
    gpu.dispose();
  }
}

const range = (length: number) => Array.from({ length }, (_, index) => 5 * index);
const small = { vocabSize: 61, members: 2 } as const;
const pair = weightedCombine([0.6, 0.4]);
/** Strong enough to change most draws; the second looks at no text. */
const memberAdjustments: readonly LogitAdjustment[] = [
  {
    bias: new Map([
      [tokenId(3), 4],
      [tokenId(17), -100],
    ]),
    frequencyPenalty: 1.3,
    presencePenalty: 0.7,
  },
  { bias: new Map([[tokenId(3), 2.5]]), frequencyPenalty: 0, presencePenalty: 0 },
];
const cut = { temperature: 0.9, topK: 30, topP: 0.95, minP: 0.01 } as const;

const setups: readonly (readonly [string, Setup])[] = [
  ['weighted, exact', { ...small, seed: 1, combine: pair }],
  ['weighted, truncated', { ...small, seed: 2, combine: pair, sampling: cut }],
  [
    'weighted, own parameters of members',
    { ...small, seed: 3, combine: pair, memberSampling: [{ topK: 3 }, { temperature: 2, topP: 0.6 }] },
  ],
  [
    'three members, one without weight, then another',
    {
      ...small,
      seed: 4,
      members: 3,
      combine: weightedCombine([2, 0, 1]),
      laterCombine: weightedCombine([0, 1, 3]),
    },
  ],
  ['contrastive', { ...small, seed: 5, combine: contrastiveCombine(0.4, 0), sampling: cut }],
  [
    'contrastive with a mask, then of another strength',
    { ...small, seed: 6, combine: contrastiveCombine(0.5, 0.1), laterCombine: contrastiveCombine(0.1, 0.1) },
  ],
  ['geometric', { ...small, seed: 7, members: 3, combine: geometricCombine([1.5, -0.5, 0.3]) }],
  [
    'speculative',
    { ...small, seed: 18, targets: [0], combine: weightedCombine([1]), sampling: { topP: 0.9 } },
  ],
  ['lenient', { ...small, seed: 9, combine: pair, acceptance: { kind: 'lenient', leniency: 1.6 } }],
  [
    'typical',
    { ...small, seed: 10, combine: pair, acceptance: { kind: 'typical', epsilon: 0.2, delta: 0.4 } },
  ],
  ['coupled', { ...small, seed: 11, combine: pair, acceptance: { kind: 'coupled' }, sampling: cut }],
  ['temperature 0, weighted', { ...small, seed: 12, combine: pair, sampling: { temperature: 0 } }],
  [
    'temperature 0, contrastive with a mask, lenient',
    {
      ...small,
      seed: 13,
      combine: contrastiveCombine(0.4, 0.2),
      sampling: { temperature: 0 },
      acceptance: { kind: 'lenient', leniency: 2 },
    },
  ],
  [
    'temperature 0, speculative, typical',
    {
      ...small,
      seed: 14,
      targets: [1],
      combine: weightedCombine([1]),
      sampling: { temperature: 0 },
      acceptance: { kind: 'typical', epsilon: 0.3, delta: 0.3 },
    },
  ],
  ['end tokens', { ...small, seed: 19, combine: pair, endTokenIds: range(12) }],
  [
    'end tokens, coupled',
    { ...small, seed: 20, combine: pair, endTokenIds: range(12), acceptance: { kind: 'coupled' } },
  ],
  [
    'end tokens at temperature 0',
    { ...small, seed: 21, combine: pair, endTokenIds: range(12), sampling: { temperature: 0 } },
  ],
  ['bias and penalties', { ...small, seed: 25, combine: pair, sampling: cut, memberAdjustments }],
  [
    'bias and penalties at temperature 0, contrastive, more than a tile',
    {
      ...small,
      vocabSize: 5003,
      seed: 26,
      combine: contrastiveCombine(0.4, 0.1),
      sampling: { temperature: 0 },
      memberAdjustments,
    },
  ],
  ['log probabilities', { ...small, seed: 27, combine: pair, sampling: cut, logprobs: 20 }],
  [
    'log probabilities of a few tokens, an end token',
    { ...small, vocabSize: 17, seed: 28, combine: pair, endTokenIds: [3, 11], logprobs: 20 },
  ],
  ['log probabilities of committed tokens alone', { ...small, seed: 29, combine: pair, logprobs: 0 }],
  [
    'log probabilities at temperature 0, weighted',
    { ...small, seed: 30, combine: pair, sampling: { temperature: 0 }, logprobs: 3 },
  ],
  [
    'log probabilities at temperature 0, contrastive, more than a tile, none listed',
    {
      ...small,
      vocabSize: 9001,
      seed: 31,
      combine: contrastiveCombine(0.4, 0.1),
      sampling: { temperature: 0 },
      logprobs: 0,
    },
  ],
  [
    'log probabilities, coupled, more than a tile',
    { ...small, vocabSize: 9001, seed: 32, combine: pair, acceptance: { kind: 'coupled' }, logprobs: 5 },
  ],
  ['a huge temperature', { ...small, seed: 22, combine: pair, sampling: { temperature: 1e30 } }],
  ['a tiny temperature', { ...small, seed: 23, combine: pair, sampling: { temperature: 1e-3, topP: 0.9 } }],
  ['the bundled vocabulary', { ...small, vocabSize: 1846, seed: 15, combine: pair, sampling: { topP: 0.9 } }],
  ['more than a tile', { ...small, vocabSize: 9001, seed: 2 ** 33 + 16, combine: pair }],
  ['a workgroup and one', { ...small, vocabSize: 257, seed: 24, combine: pair }],
];

test.each(setups)('%s: verdicts are those of the CPU', async (_, setup) => {
  const seen = await driveTwins(setup, 24);
  const fates = ['accepted', 'discarded', 'drawn', 'recovered', 'rejected'];
  expect([...seen].sort()).toEqual((setup.endTokenIds ? [...fates, 'ended'] : fates).sort());
});

test.each([
  { vocabSize: 151_669, acceptance: { kind: 'lenient', leniency: 1.5 } as const, sampling: cut },
  { vocabSize: 262_144, acceptance: { kind: 'typical', epsilon: 0.2, delta: 0.4 } as const, sampling: {} },
])('$vocabSize tokens, $acceptance.kind: verdicts are those of the CPU', async (large) => {
  const samplers = openSamplers({ ...large, members: 2, seed: 25, combine: pair });
  const { cpu, gpu } = samplers;
  const rows = [1, 2, 3, 4, 5, 6].map((seed) => modelLikeRow(large.vocabSize, seededNumbers(seed)));
  await holdBoth(samplers, 0, rows.slice(0, 3));
  await holdBoth(samplers, 1, rows.slice(3));
  for (const sampler of [cpu, gpu]) {
    await sampler.propose(0);
    sampler.proposeTokens([tokenId(large.vocabSize - 1)]);
  }
  const expected = await cpu.verify(2, 'draw-from-target');
  const actual = await gpu.verify(2, 'draw-from-target');
  expectSameFates(actual.fates, expected.fates);
  expect(samplers.random.takeSmallest()).toBeGreaterThan(narrowMargin);
  cpu.dispose();
  gpu.dispose();
});

const plain = (vocabSize: number, own: Partial<Setup> = {}): Setup => ({
  vocabSize,
  seed: 1,
  members: 1,
  combine: weightedCombine([1]),
  ...own,
});

const { NEGATIVE_INFINITY: never, POSITIVE_INFINITY: certain, NaN: undefinedLogit } = Number;
const rowWith = (vocabSize: number, at: number, logit: number) =>
  Float32Array.from({ length: vocabSize }, (_, token) => (token === at ? logit : 0));

test.each([
  { name: 'NaN', row: rowWith(5000, 4999, undefinedLogit) },
  { name: 'NaN first', row: rowWith(5000, 0, undefinedLogit) },
  { name: '+∞', row: rowWith(5000, 4321, certain) },
  { name: 'NaN last of a large vocabulary', row: rowWith(262_144, 262_143, undefinedLogit) },
  { name: 'nothing but −∞', row: new Float32Array(5000).fill(never) },
])('a row with $name fails the verdict as on the CPU', async ({ row }) => {
  const messages: string[] = [];
  for (const sampling of [{}, { temperature: 0 }]) {
    const samplers = openSamplers(plain(row.length, { sampling }));
    await holdBoth(samplers, 0, [row]);
    for (const sampler of [samplers.cpu, samplers.gpu]) {
      const error = await sampler.verify(0, 'draw-from-target').catch((failure: unknown) => failure);
      expect(error).toMatchObject({ code: 'model-unsupported' });
      messages.push((error as Error).message);
      sampler.dispose();
    }
  }
  expect(messages).toEqual(messages.map(() => messages[0]));
});

test('what the amateur takes for certain is no fault: it is ruled out', async () => {
  const samplers = openSamplers({ ...plain(3), members: 2, combine: contrastiveCombine(0.5, 0) });
  await holdBoth(samplers, 0, [Float32Array.from([0, 1, 2])]);
  await holdBoth(samplers, 1, [Float32Array.from([0, 1, certain])]);
  const [expected, actual] = [samplers.cpu, samplers.gpu].map((one) => one.verify(0, 'draw-from-target'));
  expectSameFates((await actual).fates, (await expected).fates);
  samplers.gpu.dispose();
});

test.each([
  { name: 'NaN', row: rowWith(61, 60, undefinedLogit), seen: 'NaN at token 60' },
  { name: '+∞', row: rowWith(61, 0, certain), seen: 'Infinity at token 0' },
  { name: 'nothing but −∞', row: new Float32Array(61).fill(never), seen: 'nothing but -Infinity' },
])(
  'a proposal from a row with $name fails by the time of its verdict, at temperature 0 too',
  async ({ row, seen }) => {
    for (const temperature of [1, 0]) {
      const samplers = openSamplers({
        ...small,
        seed: 1,
        targets: [0],
        combine: weightedCombine([1]),
        sampling: { temperature },
      });
      await holdBoth(samplers, 1, [row]);
      await holdBoth(samplers, 0, [new Float32Array(61), new Float32Array(61)]);
      for (const sampler of [samplers.cpu, samplers.gpu]) {
        const judged = async () => {
          await sampler.propose(1);
          return sampler.verify(1, 'draw-from-target');
        };
        await expect(judged()).rejects.toMatchObject({
          code: 'model-unsupported',
          message: expect.stringContaining(seen),
        });
        sampler.dispose();
      }
    }
  },
);

test.each([1, 0])(
  'a broken row behind an end token harms no one: what is drawn there is void, T = %i',
  async (temperature) => {
    const samplers = openSamplers(plain(61, { endTokenIds: [20], sampling: { temperature } }));
    const { gpu } = samplers;
    await holdBoth(samplers, 0, [oneHotRow(61), new Float32Array(61).fill(undefinedLogit)]);
    await gpu.draw('target');
    await gpu.draw('target');
    const { committed, ended, fates } = await gpu.verify(2, 'leave');
    expect({ committed, ended, fates: fates.length }).toEqual({ committed: [20], ended: true, fates: 1 });
    samplers.cpu.dispose();
    gpu.dispose();
  },
);

test('a broken row behind a rejection harms no one, as on the CPU', async () => {
  const setup = { ...small, seed: 1, targets: [0], combine: weightedCombine([1]) };
  const samplers = openSamplers(setup);
  const oneHot = (at: number) => Float32Array.from({ length: 61 }, (_, token) => (token === at ? 0 : never));
  const broken = new Float32Array(61).fill(undefinedLogit);
  await holdBoth(samplers, 1, [oneHot(3), oneHot(4)]);
  await holdBoth(samplers, 0, [oneHot(7), broken, broken]);
  for (const sampler of [samplers.cpu, samplers.gpu]) {
    await sampler.propose(1);
    await sampler.propose(1);
    const verdict = await sampler.verify(2, 'draw-from-target');
    expect(verdict.fates.map(({ tokenId, fate }) => [tokenId, fate])).toEqual([
      [3, 'rejected'],
      [7, 'recovered'],
      [4, 'discarded'],
    ]);
    sampler.dispose();
  }
});

test('the text is fed from the device where tokens were drawn there, else from the host', async () => {
  const samplers = openSamplers({ ...small, seed: 4, combine: pair });
  const { cpu, gpu } = samplers;
  const rows = [1, 2, 3, 4].map((seed) => modelLikeRow(61, seededNumbers(seed)));
  const idsOf = async (from: number) => {
    const run = gpu.textFrom(from);
    if (run.kind === 'host') return { kind: run.kind, ids: [...run.ids] };
    const words = new Uint32Array(await bench.read(run.buffer, run.offset * 8, run.length * 8));
    expect(words.filter((_, index) => index % 2 === 1)).toEqual(new Uint32Array(run.length));
    return { kind: run.kind, ids: [...words.filter((_, index) => index % 2 === 0)] };
  };
  const cpuIds = (from: number) => (cpu.textFrom(from) as { readonly ids: readonly number[] }).ids;
  await holdBoth(samplers, 0, rows);
  await holdBoth(samplers, 1, rows);
  for (const sampler of [cpu, gpu]) {
    await sampler.verify(0, 'draw-from-target');
    await sampler.propose(0);
    await sampler.propose(1);
    sampler.proposeTokens([tokenId(9)]);
  }
  expect(await idsOf(0)).toEqual({ kind: 'device', ids: cpuIds(0) });
  expect(await idsOf(2)).toEqual({ kind: 'device', ids: cpuIds(2) });
  expect(await idsOf(3)).toEqual({ kind: 'host', ids: [9] });
  for (const sampler of [cpu, gpu]) await sampler.verify(1, 'leave');
  // A verdict tells the ids of everything pending.
  expect(await idsOf(0)).toEqual({ kind: 'host', ids: cpuIds(0) });
  cpu.dispose();
  gpu.dispose();
});

test('rounds of every kind make nothing on the device once the first have made room, and dispose frees all', async () => {
  const base = bench.device.buffers.liveBuffers;
  // A model's logits come and go with its passes: here they stay.
  const rows = bench.deviceLogits([1, 2, 3].map((seed) => padded(modelLikeRow(61, seededNumbers(seed)))));
  const logits = { ...rows, dispose: () => {} };
  const samplers = [
    openSamplers({ ...small, seed: 5, combine: pair, sampling: cut }),
    openSamplers({ ...small, seed: 5, combine: contrastiveCombine(0.4, 0.1), sampling: { temperature: 0 } }),
    openSamplers({ ...small, seed: 5, combine: pair, acceptance: { kind: 'lenient', leniency: 2 } }),
    openSamplers({
      ...small,
      seed: 5,
      combine: pair,
      acceptance: { kind: 'coupled' },
      memberAdjustments,
      logprobs: 20,
    }),
  ].map(({ gpu }) => gpu);
  const round = async (gpu: GpuSampler) => {
    for (const member of [0, 1]) await gpu.hold(member, logits, 3);
    await gpu.propose(0);
    gpu.proposeTokens([tokenId(3)]);
    gpu.textFrom(gpu.committedTokenIds.length);
    await gpu.verify(2, 'draw-from-target');
    for (const member of [0, 1]) gpu.release(member, 0);
    for (const member of [0, 1]) await gpu.hold(member, logits, 3);
    for (let drawn = 0; drawn < 3; drawn++) {
      await gpu.draw('target');
      gpu.textFrom(gpu.committedTokenIds.length + drawn);
    }
    await gpu.verify(3, 'leave');
  };
  for (const gpu of samplers) {
    for (let index = 0; index < 2; index++) await round(gpu);
    const allocations = countAllocations(bench.device.gpu);
    for (let index = 0; index < 4; index++) await round(gpu);
    allocations.stop();
    expect(allocations.made).toEqual([]);
    gpu.dispose();
  }
  const allocations = countAllocations(bench.device.gpu);
  bench.deviceLogits([new Float32Array(1)]).dispose();
  allocations.stop();
  expect(allocations.made, 'the counter counts').toEqual(['createBuffer']);
  rows.dispose();
  expect(bench.device.buffers.liveBuffers).toBe(base);
});

test('many proposals make more room without losing a row', async () => {
  const samplers = openSamplers(plain(11, { seed: 6 }));
  const { cpu, gpu } = samplers;
  const rows = Array.from({ length: 41 }, (_, index) => modelLikeRow(11, seededNumbers(index)));
  await holdBoth(samplers, 0, rows);
  for (const sampler of [cpu, gpu]) for (let index = 0; index < 40; index++) await sampler.propose(0);
  const expected = await cpu.verify(40, 'draw-from-target');
  const actual = await gpu.verify(40, 'draw-from-target');
  expectSameFates(actual.fates, expected.fates);
  expect(actual.committed).toHaveLength(41);
  cpu.dispose();
  gpu.dispose();
});

test('a text that outgrows its buffer keeps its beginning', async () => {
  const { gpu } = openSamplers(plain(11));
  const oneHot = padded(Float32Array.from({ length: 11 }, (_, token) => (token === 5 ? 0 : never)));
  const ids = Array.from({ length: 600 }, (_, index) => tokenId(index % 11));
  gpu.proposeTokens(ids.slice(0, 300));
  gpu.proposeTokens(ids.slice(300));
  await gpu.hold(0, bench.deviceLogits(Array.from({ length: 601 }, () => oneHot)), 601);
  await gpu.propose(0);
  const run = gpu.textFrom(0);
  if (run.kind !== 'device') throw new Error('the text was to lie on the device');
  const words = new Uint32Array(await bench.read(run.buffer, 0, run.length * 8));
  expect([...words.filter((_, index) => index % 2 === 0)]).toEqual([...ids, 5]);
  gpu.dispose();
});

test('more proposals than one workgroup judges are refused with both numbers', async () => {
  const { gpu } = openSamplers(plain(11));
  gpu.proposeTokens(Array.from({ length: 257 }, () => tokenId(1)));
  await expect(gpu.verify(0, 'leave')).rejects.toThrow(
    '257 proposals are pending, the GPU judges 256 at most',
  );
  gpu.dispose();
});

test('a device that is lost between two rounds fails the next verdict with its own error', async () => {
  const own = await openGpuBench();
  const gpu = new GpuSampler({
    plan: planOf(plain(11)),
    seed: 1,
    recorder: new RoundRecorder(() => 0),
    kernels: own.kernels,
    queue: new SerialQueue(),
  });
  const row = padded(new Float32Array(11));
  await gpu.hold(0, own.deviceLogits([row]), 1);
  await gpu.verify(0, 'draw-from-target');
  own.device.gpu.destroy();
  await gpu.hold(0, own.deviceLogits([row]), 1);
  await expect(gpu.verify(0, 'draw-from-target')).rejects.toMatchObject({ code: 'device-lost' });
  gpu.dispose();
  expect(own.device.buffers.liveBuffers).toBe(0);
});
