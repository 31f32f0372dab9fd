import { afterAll, beforeAll, expect, test } from 'vitest';
import { contrastiveCombine } from '../combine/contrastive-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import { SerialQueue } from '../concurrency/serial-queue.ts';
import { readbackCount } from '../gpu/readback-counter.ts';
import type { LogitsHandle, Sequence, TokenRun, WantedRows } from '../models/causal-model.ts';
import { GpuSampler } from '../round/gpu/gpu-sampler.ts';
import { type GpuBench, openGpuBench } from '../round/gpu/testing/gpu-bench.ts';
import { MarginSource } from '../round/gpu/testing/margin-source.ts';
import type { Round } from '../round/round.ts';
import { RoundRecorder } from '../round/round-recorder.ts';
import type { RoundSampler, SamplingPlan } from '../round/round-sampler.ts';
import type { LogitAdjustment } from '../sample/logit-adjustment.ts';
import { type SamplingParameters, untruncated } from '../sample/sampling-parameters.ts';
import { TextStream } from '../tokens/text-stream.ts';
import { type TokenId, tokenId } from '../tokens/token-id.ts';
import type { AcceptanceChoice } from '../verify/create-acceptance.ts';
import { assembleDecode } from './assemble-decode.ts';
import { decodeRounds } from './decode-loop.ts';
import type { MethodPlan, ScheduleKind } from './method-plan.ts';
import { LateReadSampler, letterTokenizer } from './testing/fake-decode.ts';
import { FakeModel, type FakeSequence } from './testing/fake-model.ts';

/*
 * The real loop with every schedule, once with each sampler, over tables of logits: same seed, same rounds. The
 * tables depend on what was fed, so a token that the device hands to a forward wrongly changes everything behind it.
 */
let bench: GpuBench;
beforeAll(async () => {
  bench = await openGpuBench();
});
afterAll(() => bench.device.close());

/** Where the samplers decide differently, the decision must have been this narrow; see MarginSource. */
const narrowMargin = 2e-5;

/** A fake sequence whose logits lie on the device, and which is fed from there. */
class DeviceSequence implements Sequence {
  readonly #inner: FakeSequence;
  /** Read-backs of this fake itself, which a model has no need of. */
  readbacks = 0;
  deviceRuns = 0;

  constructor(inner: FakeSequence) {
    this.#inner = inner;
  }

  get kvLength(): number {
    return this.#inner.kvLength;
  }

  forward(run: TokenRun, wanted: 'all' | 'last'): Promise<LogitsHandle>;
  forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null>;
  async forward(run: TokenRun, wanted: WantedRows): Promise<LogitsHandle | null> {
    const ids = run.kind === 'host' ? run.ids : await this.#idsOf(run);
    const logits = await this.#inner.forward({ kind: 'host', length: ids.length, ids }, wanted);
    if (logits?.kind !== 'host') return null;
    const { rows, width, data } = logits;
    return bench.deviceLogits(
      Array.from({ length: rows }, (_, row) => data.subarray(row * width, (row + 1) * width)),
    );
  }

  rollback(length: number): void {
    this.#inner.rollback(length);
  }

  dispose(): void {
    this.#inner.dispose();
  }

  async #idsOf(run: TokenRun & { kind: 'device' }): Promise<readonly TokenId[]> {
    this.readbacks += 1;
    this.deviceRuns += 1;
    const words = new Uint32Array(await bench.read(run.buffer, run.offset * 8, run.length * 8));
    return Array.from({ length: run.length }, (_, index) => tokenId(words[2 * index]));
  }
}

interface Case {
  readonly method: MethodPlan;
  readonly models: readonly FakeModel[];
  readonly sampling?: Partial<SamplingParameters>;
  readonly adjustment?: LogitAdjustment;
  readonly logprobs?: number;
  readonly endTokenIds?: readonly number[];
}

const seed = 23;
const maxTokens = 14;

async function decode(
  { method, models, sampling, adjustment, logprobs, endTokenIds = [] }: Case,
  sequences: readonly Sequence[],
  createSampler: (plan: SamplingPlan, recorder: RoundRecorder) => RoundSampler,
  afterRound: (round: Round) => void,
): Promise<void> {
  const tokenizer = letterTokenizer(models[0].vocabSize);
  const recorder = new RoundRecorder(() => 0);
  const assembled = assembleDecode({
    method,
    sequences,
    members: sequences.map((_, index) => ({
      index,
      modelId: `fake-${index}`,
      promptTokenIds: [0, 1, 2].slice(index % 2).map(tokenId),
      contextLength: 100,
      costs: [{ tokens: 1, ms: 1 }],
      sampling: { ...untruncated, ...sampling },
      adjustment: adjustment ?? null,
      endTokenIds: new Set(endTokenIds.map(tokenId)),
      isTarget: method.kind === 'collaborative' || index === 0,
    })),
    vocabSize: tokenizer.vocabSize,
    sampling: { ...untruncated, ...sampling },
    logprobs,
    textStream: new TextStream(tokenizer, []),
    recorder,
    maxTokens,
    signal: new AbortController().signal,
    takeTurn: async () => {},
    readbacks: () => 0,
    takeCombineChange: () => null,
    onPrefill: () => {},
    createSampler: (plan) => createSampler(plan, recorder),
  });
  for await (const round of decodeRounds(assembled.decode)) afterRound(round);
  assembled.decode.sampler.dispose();
}

const collaborative = (
  schedule: ScheduleKind,
  draftLengths: readonly number[],
  acceptance: AcceptanceChoice = { kind: 'exact' },
): MethodPlan => ({
  kind: 'collaborative',
  acceptance,
  combine: weightedCombine(draftLengths.map(() => 1)),
  schedule,
  defaultProposer: 0,
  draftLengths,
});

const models = [31, 32, 33].map((one) => new FakeModel({ vocabSize: 12, seed: one, spread: 1.5 }));
const [one, two, three] = models;
const cut = { temperature: 0.8, topK: 8, topP: 0.9 } as const;

const cases: readonly (readonly [string, Case])[] = [
  ['plain', { models: [one], method: { kind: 'plain' } }],
  ['plain, cut', { models: [one], sampling: cut, method: { kind: 'plain' } }],
  ['plain at temperature 0', { models: [one], sampling: { temperature: 0 }, method: { kind: 'plain' } }],
  ['plain, to an end token', { models: [one], endTokenIds: [9], method: { kind: 'plain' } }],
  [
    'speculative with a model',
    {
      models: [one, two],
      sampling: cut,
      method: {
        kind: 'speculative',
        acceptance: { kind: 'exact' },
        drafter: { kind: 'model', draftLength: 4 },
      },
    },
  ],
  [
    'speculative with a model, to an end token',
    {
      models: [one, one],
      endTokenIds: [9],
      method: {
        kind: 'speculative',
        acceptance: { kind: 'coupled' },
        drafter: { kind: 'model', draftLength: 4 },
      },
    },
  ],
  [
    'speculative with a look-up',
    {
      models: [new FakeModel({ vocabSize: 3, seed: 5, memory: 1 })],
      method: {
        kind: 'speculative',
        acceptance: { kind: 'exact' },
        drafter: { kind: 'ngram', draftLength: 3, longestMatch: 2, shortestMatch: 1 },
      },
    },
  ],
  ['sequential', { models: [one, two], method: collaborative('sequential', [1, 1]) }],
  ['black-box', { models: [one, two], method: collaborative('black-box', [3, 1]) }],
  ['naive', { models: [one, two], method: collaborative('naive', [3, 1]) }],
  ['mixture', { models: [one, two], method: collaborative('mixture', [1, 1]) }],
  ['alternate', { models: [one, two], method: collaborative('alternate', [1, 1]), sampling: cut }],
  ['alternate, γ = (3,2,1)', { models, method: collaborative('alternate', [3, 2, 1]) }],
  [
    'alternate, coupled',
    { models, method: collaborative('alternate', [2, 1, 1], { kind: 'coupled' }), sampling: cut },
  ],
  [
    'alternate, lenient',
    { models: [one, two], method: collaborative('alternate', [2, 2], { kind: 'lenient', leniency: 2 }) },
  ],
  [
    'alternate, γ = (2,1,1), with bias and penalties',
    {
      models,
      method: collaborative('alternate', [2, 1, 1]),
      adjustment: { bias: new Map([[tokenId(4), 2]]), frequencyPenalty: 0.8, presencePenalty: 0.5 },
    },
  ],
  [
    'plain, with penalties for text that is not read yet',
    {
      models: [one],
      method: { kind: 'plain' },
      logprobs: 3,
      adjustment: { bias: new Map(), frequencyPenalty: 2, presencePenalty: 0.5 },
    },
  ],
  [
    'alternate, contrastive at temperature 0',
    {
      models: [one, three],
      sampling: { temperature: 0 },
      method: { ...collaborative('alternate', [2, 2]), combine: contrastiveCombine(0.3, 0.1) } as MethodPlan,
    },
  ],
];

test.each(cases)('%s: the rounds are those of the CPU, with one read-back each', async (name, options) => {
  const random = new MarginSource(seed);
  const expected: { readonly round: Round; readonly margin: number }[] = [];
  await decode(
    options,
    options.models.map((model) => model.openSequence()),
    (plan, recorder) => new LateReadSampler(8, plan, random, recorder),
    (round) => expected.push({ round, margin: random.takeSmallest() }),
  );

  const sequences = options.models.map((model) => new DeviceSequence(model.openSequence()));
  const readbacks = () => sequences.reduce((count, sequence) => count - sequence.readbacks, readbackCount());
  const before = readbacks();
  const live = bench.device.buffers.liveBuffers;
  let rounds = 0;
  let narrow = false;
  await decode(
    options,
    sequences,
    (plan, recorder) =>
      new GpuSampler({ plan, seed, recorder, kernels: bench.kernels, queue: new SerialQueue() }),
    (actual) => {
      const { round, margin } = expected[rounds] ?? {};
      rounds += 1;
      const facts = ({ proposals, committed, text, forwards, kvLengths, logprobs }: Round) => ({
        logprobs: logprobs?.map(({ tokenId, top }) => [tokenId, ...top.map((one) => one.tokenId)]),
        proposals: proposals.map(({ proposer, tokenId, u, fate }) => ({ proposer, tokenId, u, fate })),
        forwards: forwards.map(({ member, kind, tokens }) => ({ member, kind, tokens })),
        committed,
        text,
        kvLengths,
      });
      if (narrow) return;
      if (round && actual.text !== round.text && margin! < narrowMargin) {
        console.log(`${name}, round ${rounds}: "${actual.text}" against "${round.text}", margin ${margin}`);
        narrow = true;
      } else expect(facts(actual)).toEqual(facts(round!));
    },
  );
  expect(readbacks() - before).toBe(rounds);
  expect(bench.device.buffers.liveBuffers).toBe(live);
  // Tokens that follow one another unread are handed over on the device.
  if (!name.includes('look-up')) {
    expect(sequences.some(({ deviceRuns }) => deviceRuns > 0)).toBe(true);
  }
});
