import type { EngineApi } from '../engine/engine-api.ts';
import type { TokenLogprob } from '../round/round.ts';
import { type AnswerShape, openAnswerStream } from './answer-stream.ts';
import type {
  CallOptions,
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionParams,
  ChatCompletions,
  ChatLogprobs,
} from './chat-types.ts';
import { answerId, collectChoices, secondsNow } from './collect-choices.ts';
import { chatRequests, fingerprintOf } from './decode-requests.ts';
import { validateChatParams } from './params-schema.ts';
import { type ChoicePart, type PlacedLogprob, writeChoices } from './write-choices.ts';

export const chatCompletions = (engine: Pick<EngineApi, 'decode' | 'info'>): ChatCompletions => ({
  create: create.bind(null, engine) as ChatCompletions['create'],
});

async function create(
  engine: Pick<EngineApi, 'decode' | 'info'>,
  body: ChatCompletionParams,
  { signal }: CallOptions = {},
): Promise<ChatCompletion | AsyncGenerator<ChatCompletionChunk, void, void>> {
  const params = validateChatParams(body);
  const requests = chatRequests(params);
  const common = {
    id: answerId('chatcmpl'),
    created: secondsNow(),
    model: params.model,
    system_fingerprint: await fingerprintOf(params, engine),
  };
  const parts = writeChoices(engine, requests, signal);
  if (params.stream) {
    const includesUsage = params.stream_options?.include_usage ?? false;
    const shape = chunkShape({ ...common, object: 'chat.completion.chunk' }, includesUsage);
    return openAnswerStream(parts, shape, { includesUsage, perPrompt: requests.length });
  }
  const { choices, usage } = await collectChoices(parts, requests.length);
  return {
    ...common,
    object: 'chat.completion',
    choices: choices.map(({ index, text, logprobs, finishReason }) => ({
      index,
      message: { role: 'assistant', content: text, refusal: null },
      logprobs: chatLogprobs(logprobs),
      finish_reason: finishReason,
    })),
    usage,
  };
}

function chunkShape(
  common: Omit<ChatCompletionChunk, 'choices' | 'usage'>,
  includesUsage: boolean,
): AnswerShape<ChatCompletionChunk> {
  const noUsage = includesUsage ? { usage: null } : {};
  return {
    opening: (index) => ({
      ...common,
      choices: [{ index, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }],
      ...noUsage,
    }),
    chunk: ({ index, text, logprobs, end }: ChoicePart) => ({
      ...common,
      choices: [
        {
          index,
          delta: end ? {} : { content: text },
          logprobs: chatLogprobs(logprobs),
          finish_reason: end?.finishReason ?? null,
        },
      ],
      ...noUsage,
    }),
    usage: (usage) => ({ ...common, choices: [], usage }),
  };
}

function chatLogprobs(logprobs: readonly PlacedLogprob[] | null): ChatLogprobs | null {
  if (!logprobs) return null;
  return {
    content: logprobs.map((one) => ({ ...tokenOf(one), top_logprobs: one.top.map(tokenOf) })),
    refusal: null,
  };
}

const tokenOf = ({ text, logprob, bytes }: TokenLogprob) => ({
  token: text,
  logprob,
  bytes: bytes && [...bytes],
});
