import { expect, test } from 'vitest';
import { host } from '#host';
import { ReadbackTally } from '../gpu/readback-counter.ts';
import { ortQueue } from '../models/ort/ort.ts';
import { ModelRuntime } from '../models/session/runtime.ts';
import { onceUponATime, storyModel } from '../models/testing/load-story-model.ts';
import { CpuSampler } from '../round/cpu-sampler.ts';
import { GpuSampler } from '../round/gpu/gpu-sampler.ts';
import { SamplerKernels } from '../round/gpu/sampler-kernels.ts';
import { MarginSource } from '../round/gpu/testing/margin-source.ts';
import type { Round } from '../round/round.ts';
import { RoundRecorder } from '../round/round-recorder.ts';
import type { RoundSampler, SamplingPlan } from '../round/round-sampler.ts';
import { untruncated } from '../sample/sampling-parameters.ts';
import { TextStream } from '../tokens/text-stream.ts';
import type { Tokenizer } from '../tokens/tokenizer.ts';
import { assembleDecode } from './assemble-decode.ts';
import { decodeRounds } from './decode-loop.ts';

const seed = 3;

/** Ids as words: no text is needed here. */
const numbers: Tokenizer = {
  vocabSize: 1846,
  fingerprint: 'numbers',
  encode: () => [],
  decode: (ids) => ids.map((id) => `${id} `).join(''),
  bytesOf: () => null,
};

test('a model fed from the device writes what one fed from the host writes, with one read-back a round', async () => {
  const runtime = await ModelRuntime.open('webgpu');
  const model = await runtime.loadModel(await storyModel('story-draft'));
  const kernels = await SamplerKernels.create(runtime.device!);
  const sampling = { ...untruncated, temperature: 0.9, topP: 0.95 };
  const sampled = new ReadbackTally();

  const decode = async (createSampler: (plan: SamplingPlan, recorder: RoundRecorder) => RoundSampler) => {
    const recorder = new RoundRecorder(() => performance.now());
    const sequences = [model.openSequence(), model.openSequence()];
    const assembled = assembleDecode({
      method: {
        kind: 'speculative',
        acceptance: { kind: 'exact' },
        drafter: { kind: 'model', draftLength: 5 },
      },
      sequences,
      members: sequences.map((_, index) => ({
        index,
        modelId: `${model.id}#${index}`,
        promptTokenIds: onceUponATime,
        contextLength: model.contextLength,
        costs: model.costs,
        // The drafter is hotter than the target, so that some drafts are rejected.
        sampling: { ...sampling, temperature: sampling.temperature * (1 + index) },
        adjustment: null,
        endTokenIds: new Set(),
        isTarget: index === 0,
      })),
      vocabSize: numbers.vocabSize,
      sampling,
      textStream: new TextStream(numbers, []),
      recorder,
      maxTokens: 10,
      signal: new AbortController().signal,
      takeTurn: host.nextTask,
      readbacks: () => model.readbacks + sampled.count,
      takeCombineChange: () => null,
      onPrefill: () => {},
      createSampler: (plan) => createSampler(plan, recorder),
    });
    const rounds: Round[] = [];
    for await (const round of decodeRounds(assembled.decode)) rounds.push(round);
    assembled.decode.sampler.dispose();
    for (const sequence of sequences) sequence.dispose();
    return rounds;
  };

  const random = new MarginSource(seed);
  const queue: Pick<typeof ortQueue, 'run'> = {
    run: (job) => ortQueue.run(() => sampled.of(async () => job())),
  };
  const expected = await decode((plan, recorder) => new CpuSampler(plan, random, recorder));
  const actual = await decode((plan, recorder) => new GpuSampler({ plan, seed, recorder, kernels, queue }));
  // Both run the same passes, so logits are equal; no decision of this seed is near a tie.
  expect(random.takeSmallest()).toBeGreaterThan(1e-4);
  const facts = ({ proposals, committed, forwards }: Round) => ({
    proposals: proposals.map(({ tokenId, u, fate }) => ({ tokenId, u, fate })),
    forwards: forwards.map(({ member, kind, tokens }) => ({ member, kind, tokens })),
    committed,
  });
  expect(actual.map(facts)).toEqual(expected.map(facts));
  expect(actual.map(({ readbacks }) => readbacks)).toEqual(actual.map(() => 1));
  const fates = new Set(actual.flatMap(({ proposals }) => proposals.map(({ fate }) => fate)));
  expect([...fates]).toEqual(expect.arrayContaining(['accepted', 'rejected', 'recovered', 'drawn']));
  expect(runtime.gpuBufferOwners()).toEqual([]);
  await runtime.close();
});
