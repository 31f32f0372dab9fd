import type { ForwardCosts } from '../../models/forward-costs.ts';
import type { RandomSource } from '../../random/random-source.ts';
import { CpuSampler } from '../../round/cpu-sampler.ts';
import type { MemberDescription } from '../../round/member-description.ts';
import type { Round } from '../../round/round.ts';
import { RoundRecorder } from '../../round/round-recorder.ts';
import type { RoundSampler } from '../../round/round-sampler.ts';
import type { LogitAdjustment } from '../../sample/logit-adjustment.ts';
import { type SamplingParameters, untruncated } from '../../sample/sampling-parameters.ts';
import { TextStream } from '../../tokens/text-stream.ts';
import { type TokenId, tokenId } from '../../tokens/token-id.ts';
import type { Tokenizer } from '../../tokens/tokenizer.ts';
import { assembleDecode } from '../assemble-decode.ts';
import {
  type CombineChange,
  type Decode,
  decodeRounds,
  type FinishReason,
  type WrittenBefore,
} from '../decode-loop.ts';
import type { MethodPlan } from '../method-plan.ts';
import type { FakeModel, FakeSequence } from './fake-model.ts';

/** One letter a token: 0 is "a". */
export function letterTokenizer(vocabSize: number): Tokenizer {
  return {
    vocabSize,
    fingerprint: `letters-${vocabSize}`,
    encode: (text) => [...text].map((letter) => tokenId(letter.charCodeAt(0) - 97)),
    decode: (ids) => ids.map((id) => String.fromCharCode(97 + id)).join(''),
    bytesOf: (id) => [97 + id],
  };
}

export interface FakeDecodeOptions {
  /** Target first, then the drafting model. */
  readonly models: readonly FakeModel[];
  /** Default: one letter a token. */
  readonly tokenizer?: Tokenizer;
  readonly method: MethodPlan;
  readonly random: RandomSource;
  readonly prompt?: readonly number[];
  /** Own prompts of members, by index. */
  readonly memberPrompts?: readonly (readonly number[])[];
  /** Own parameters of members, by index, over the request's. */
  readonly memberSampling?: readonly Partial<SamplingParameters>[];
  readonly sampling?: Partial<SamplingParameters>;
  /** What is done to members' logits, by index. */
  readonly adjustments?: readonly (LogitAdjustment | null)[];
  readonly logprobs?: number;
  readonly maxTokens?: number;
  readonly contextLength?: number;
  /** Of members, by index, over the common one. */
  readonly contextLengths?: readonly number[];
  /** t(k) of members, by index. */
  readonly costs?: readonly ForwardCosts[];
  readonly endTokenIds?: readonly number[];
  /** Of members, by index, in place of the common ones. */
  readonly memberEndTokenIds?: readonly (readonly number[])[];
  readonly stop?: readonly string[];
  readonly signal?: AbortSignal;
  readonly takeTurn?: () => Promise<void>;
  /** Milliseconds of a clock; without one no time passes. */
  readonly now?: () => number;
  readonly onPrefill?: Decode['onPrefill'];
  /** Changes of the combination, by the index of the round they come before. */
  readonly combineChanges?: Readonly<Record<number, CombineChange>>;
  /** Tokens that are drawn before any of them is looked at, as on the GPU; 1 otherwise. */
  readonly maxUnreadDraws?: number;
  /** Rounds after which the device is lost: the decode goes on with new caches and a new sampler. */
  readonly lostAfter?: number;
  /** In place of the sampler that is the oracle: one with a fault, to be caught. */
  readonly createSampler?: (...parts: ConstructorParameters<typeof CpuSampler>) => RoundSampler;
}

/** The oracle for a sampler that reads back late. */
export class LateReadSampler extends CpuSampler {
  override readonly maxUnreadDraws: number;

  constructor(maxUnreadDraws: number, ...parts: ConstructorParameters<typeof CpuSampler>) {
    super(...parts);
    this.maxUnreadDraws = maxUnreadDraws;
  }
}

export interface FakeDecode {
  readonly decode: Decode;
  readonly sequences: readonly FakeSequence[];
  readonly rounds: AsyncGenerator<Round, FinishReason, void>;
}

/** The prompt of a member. */
export const promptOf = (
  { prompt = [0, 1], memberPrompts }: Pick<FakeDecodeOptions, 'prompt' | 'memberPrompts'>,
  member: number,
): readonly number[] => memberPrompts?.[member] ?? prompt;

const { signal: neverAborted } = new AbortController();

/**
 * The real loop, sampler, drafters and schedules over tables of logits, to be started any number of times: what the
 * decodes have in common is made once.
 */
export function prepareFakeDecode(
  options: Omit<FakeDecodeOptions, 'random'>,
): (random: RandomSource) => FakeDecode {
  const { models, method, combineChanges, now = () => 0, maxUnreadDraws = 1, stop = [] } = options;
  const { logprobs, maxTokens = 20, signal = neverAborted } = options;
  const { takeTurn = async () => {}, onPrefill = () => {} } = options;
  const { createSampler = (...parts) => new LateReadSampler(maxUnreadDraws, ...parts) } = options;
  const { tokenizer = letterTokenizer(models[0].vocabSize) } = options;
  const sampling = { ...untruncated, ...options.sampling };
  const members = models.map(
    (_, index): MemberDescription => ({
      index,
      modelId: `fake-${index}`,
      promptTokenIds: promptOf(options, index).map(tokenId),
      contextLength: options.contextLengths?.[index] ?? options.contextLength ?? 1000,
      costs: options.costs?.[index] ?? [{ tokens: 1, ms: 1 }],
      sampling: { ...sampling, ...options.memberSampling?.[index] },
      adjustment: options.adjustments?.[index] ?? null,
      endTokenIds: new Set((options.memberEndTokenIds?.[index] ?? options.endTokenIds ?? []).map(tokenId)),
      isTarget: method.kind === 'collaborative' || index === 0,
    }),
  );
  return (random) => {
    const recorder = new RoundRecorder(now);
    let round = 0;
    const textStream = new TextStream(tokenizer, stop, promptOf(options, 0).map(tokenId));
    const assemble = (sequences: readonly FakeSequence[], continues?: WrittenBefore) =>
      assembleDecode({
        continues,
        method,
        members,
        sequences,
        vocabSize: tokenizer.vocabSize,
        sampling,
        logprobs,
        textStream,
        recorder,
        maxTokens,
        signal,
        takeTurn,
        readbacks: () => 0,
        onPrefill,
        takeCombineChange: () => combineChanges?.[round++] ?? null,
        createSampler: (plan) => createSampler(plan, random, recorder),
      }).decode;
    const openSequences = () => models.map((model) => model.openSequence());
    let sequences = openSequences();
    let decode = assemble(sequences);
    return {
      get decode() {
        return decode;
      },
      get sequences() {
        return sequences;
      },
      rounds: (async function* () {
        const tokenIds: TokenId[] = [];
        const first = decodeRounds(decode);
        for (let rounds = 0; rounds !== options.lostAfter; rounds++) {
          const next = await first.next();
          if (next.done) return next.value;
          tokenIds.push(...next.value.committed);
          yield next.value;
        }
        recorder.take();
        sequences = openSequences();
        decode = assemble(sequences, { rounds: options.lostAfter ?? 0, tokenIds });
        return yield* decodeRounds(decode);
      })(),
    };
  };
}

export const startFakeDecode = ({ random, ...options }: FakeDecodeOptions): FakeDecode =>
  prepareFakeDecode(options)(random);

export interface FakeResult {
  readonly tokenIds: readonly TokenId[];
  readonly text: string;
  readonly rounds: readonly Round[];
  readonly finishReason: FinishReason;
  readonly sequences: readonly FakeSequence[];
}

export const runFakeDecode = (options: FakeDecodeOptions): Promise<FakeResult> =>
  finishFakeDecode(startFakeDecode(options));

export async function finishFakeDecode({ rounds, sequences }: FakeDecode): Promise<FakeResult> {
  const seen: Round[] = [];
  for (;;) {
    const next = await rounds.next();
    if (next.done) {
      return {
        tokenIds: seen.flatMap(({ committed }) => committed),
        text: seen.map(({ text }) => text).join(''),
        rounds: seen,
        finishReason: next.value,
        sequences,
      };
    }
    seen.push(next.value);
  }
}
