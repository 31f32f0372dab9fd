import { host } from '#host';
import { assembleDecode } from '../decode/assemble-decode.ts';
import { type Decode, decodeRounds, type FinishReason } from '../decode/decode-loop.ts';
import type { MethodPlan } from '../decode/method-plan.ts';
import { sequentialShares, speedUpOf } from '../decode/speed-up.ts';
import { summarize } from '../decode/statistics.ts';
import { turnsAtIntervals } from '../decode/turn-interval.ts';
import { ReadbackTally } from '../gpu/readback-counter.ts';
import type { Lease } from '../models/sequence-pool.ts';
import type { RoundRecorder } from '../round/round-recorder.ts';
import { TextStream } from '../tokens/text-stream.ts';
import type { TokenId } from '../tokens/token-id.ts';
import type { CombineUpdates } from './combine-updates.ts';
import type { DecodeOptions, DecodeResult, Resumption } from './engine-api.ts';
import type { Runtime } from './engine-life.ts';
import type { PreparedDecode } from './prepared-decode.ts';
import type { RoundStream } from './round-stream.ts';
import { samplerFactory } from './sampler-choice.ts';

/** What connects a run with whoever asked for it. */
export interface RunChannels {
  readonly updates: CombineUpdates;
  readonly stream: RoundStream;
  readonly signal: AbortSignal;
  readonly onPrefill: DecodeOptions['onPrefill'];
  readonly recorder: RoundRecorder;
  /** Losses of the device so far. */
  readonly losses: Omit<Resumption, 'sameText'>[];
}

/**
 * One decode from its first forward to its result; sequences go back to their pools however it ends. After a loss of the
 * device it is called again, on models that are loaded anew, and goes on behind the rounds that were written.
 */
export async function runDecode(
  prepared: PreparedDecode,
  method: MethodPlan,
  runtime: Runtime,
  { updates, stream, signal, onPrefill, recorder, losses }: RunChannels,
): Promise<DecodeResult> {
  const { request, members, entries, vocabSize } = prepared;
  const committed = writtenTokens(stream);
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
    const textStream = textBehind(prepared, committed);
    const assembled = assembleDecode({
      method,
      members,
      sequences: leases.map(({ sequence }) => sequence),
      vocabSize,
      sampling: request.sampling,
      logprobs: request.logprobs,
      textStream,
      recorder,
      maxTokens: request.maxTokens,
      continues: losses.length > 0 ? { rounds: stream.rounds.length, tokenIds: committed } : undefined,
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
      text: writtenText(stream) + textStream.finish(),
      finishReason,
      resumed: losses.map((loss) => ({ ...loss, sameText: assembled.sameText })),
    };
  } finally {
    const written = decode?.sampler.committedTokenIds ?? [];
    decode?.sampler.dispose();
    for (const [member, lease] of leases.entries()) {
      lease.release([...members[member].promptTokenIds, ...written]);
    }
  }
}

/** The result of a request that was aborted before its turn, or while its models were loaded again. */
export function skippedResult(
  prepared: PreparedDecode,
  runtime: Runtime,
  { stream }: Pick<RunChannels, 'stream'>,
): DecodeResult {
  return {
    ...resultWithoutText(prepared, { kind: 'plain' }, runtime, stream, false),
    text: writtenText(stream) + textBehind(prepared, writtenTokens(stream)).finish(),
    finishReason: 'abort',
    resumed: [],
  };
}

const writtenTokens = ({ rounds }: Pick<RoundStream, 'rounds'>): TokenId[] =>
  rounds.flatMap(({ committed }) => committed);

const writtenText = ({ rounds }: Pick<RoundStream, 'rounds'>): string =>
  rounds.map(({ text }) => text).join('');

/** The text of a run whose rounds have committed these tokens already. */
function textBehind(
  { request, members, entries: [{ tokenizer }] }: PreparedDecode,
  committed: readonly TokenId[],
): TextStream {
  const text = new TextStream(tokenizer, request.stop, members[0].promptTokenIds, request.specialTokens);
  for (const token of committed) text.append(token);
  text.takeFinal();
  return text;
}

function resultWithoutText(
  { request, members, entries }: PreparedDecode,
  method: MethodPlan,
  runtime: Runtime,
  { rounds }: Pick<RoundStream, 'rounds'>,
  lossy: boolean,
): Omit<DecodeResult, 'text' | 'finishReason' | 'resumed'> {
  const models = entries.map(({ model }) => model);
  const statistics = summarize(
    rounds,
    members.map(({ modelId }) => modelId),
    runtime.liveGpuBuffers(),
  );
  const costs = members.map((member) => member.costs);
  return {
    promptTokenIds: members[0].promptTokenIds,
    tokenIds: writtenTokens({ rounds }),
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
