import { host } from '#host';
import { assembleDecode } from '../decode/assemble-decode.ts';
import { type Decode, decodeRounds, type FinishReason } from '../decode/decode-loop.ts';
import type { MethodPlan } from '../decode/method-plan.ts';
import { sequentialShares, speedUpOf } from '../decode/speed-up.ts';
import { summarize } from '../decode/statistics.ts';
import { turnsAtIntervals } from '../decode/turn-interval.ts';
import { ReadbackTally } from '../gpu/readback-counter.ts';
import type { Lease } from '../models/sequence-pool.ts';
import type { ModelRuntime } from '../models/session/runtime.ts';
import { RoundRecorder } from '../round/round-recorder.ts';
import { TextStream } from '../tokens/text-stream.ts';
import type { CombineUpdates } from './combine-updates.ts';
import type { DecodeOptions, DecodeResult } from './engine-api.ts';
import type { PreparedDecode } from './prepared-decode.ts';
import type { RoundStream } from './round-stream.ts';
import { samplerFactory } from './sampler-choice.ts';

/** What connects a run with whoever asked for it. */
export interface RunChannels {
  readonly updates: CombineUpdates;
  readonly stream: RoundStream;
  readonly signal: AbortSignal;
  readonly onPrefill: DecodeOptions['onPrefill'];
}

/** One decode from its first forward to its result; sequences go back to their pools however it ends. */
export async function runDecode(
  prepared: PreparedDecode,
  method: MethodPlan,
  runtime: ModelRuntime,
  { updates, stream, signal, onPrefill }: RunChannels,
): Promise<DecodeResult> {
  const { request, members, entries, vocabSize } = prepared;
  const [{ tokenizer }] = entries;
  const recorder = new RoundRecorder(() => performance.now());
  const leases: Lease[] = [];
  let decode: Decode | null = null;
  try {
    for (const { index, promptTokenIds } of members) {
      leases.push(await entries[index].pool.acquire(promptTokenIds));
    }
    const models = entries.map(({ model }) => model);
    const sampled = new ReadbackTally();
    const createSampler = await samplerFactory(runtime, models, request.seed, recorder, sampled);
    const ownModels = [...new Set(models)];
    const textStream = new TextStream(
      tokenizer,
      request.stop,
      members[0].promptTokenIds,
      request.specialTokens,
    );
    const assembled = assembleDecode({
      method,
      members,
      sequences: leases.map(({ sequence }) => sequence),
      vocabSize,
      sampling: request.sampling,
      logprobs: request.logprobs,
      tokenizer,
      textStream,
      recorder,
      maxTokens: request.maxTokens,
      signal,
      takeTurn: turnsAtIntervals(host.nextTask, () => performance.now()),
      readbacks: () => ownModels.reduce((sum, { readbacks }) => sum + readbacks, sampled.count),
      takeCombineChange: () => updates.take(),
      onPrefill: (progress) => onPrefill?.(progress),
      createSampler,
    });
    decode = assembled.decode;
    const finishReason = await pump(decode, stream, signal);
    return {
      ...resultWithoutText(prepared, method, runtime, stream, assembled.lossy),
      // After an abort the stream still holds back what could have become a stop string.
      text: stream.rounds.map(({ text }) => text).join('') + textStream.finish(),
      finishReason,
    };
  } finally {
    const written = decode?.sampler.committedTokenIds ?? [];
    decode?.sampler.dispose();
    for (const [member, lease] of leases.entries()) {
      lease.release([...members[member].promptTokenIds, ...written]);
    }
  }
}

/** The result of a request that was taken out of the queue before its turn. */
export function skippedResult(prepared: PreparedDecode, runtime: ModelRuntime): DecodeResult {
  const none = { rounds: [] };
  return {
    ...resultWithoutText(prepared, { kind: 'plain' }, runtime, none, false),
    text: '',
    finishReason: 'abort',
  };
}

function resultWithoutText(
  { request, members, entries }: PreparedDecode,
  method: MethodPlan,
  runtime: ModelRuntime,
  { rounds }: Pick<RoundStream, 'rounds'>,
  lossy: boolean,
): Omit<DecodeResult, 'text' | 'finishReason'> {
  const models = entries.map(({ model }) => model);
  const statistics = summarize(
    rounds,
    members.map(({ modelId }) => modelId),
    runtime.liveGpuBuffers(),
  );
  const costs = members.map((member) => member.costs);
  return {
    promptTokenIds: members[0].promptTokenIds,
    tokenIds: rounds.flatMap(({ committed }) => committed),
    backend: models[0].backend,
    rounds,
    seed: request.seed,
    request,
    lossy,
    stats: { ...statistics, speedUp: speedUpOf(statistics, method, costs, sequentialShares(models)) },
  };
}

async function pump(decode: Decode, stream: RoundStream, signal: AbortSignal): Promise<FinishReason> {
  const rounds = decodeRounds(decode);
  for (;;) {
    const next = await rounds.next();
    if (next.done) return next.value;
    await stream.push(next.value, signal);
  }
}
