import type { EngineApi } from '../engine/engine-api.ts';
import type { TokenLogprob } from '../round/round.ts';
import { type AnswerShape, openAnswerStream } from './answer-stream.ts';
import type { CallOptions } from './chat-types.ts';
import { answerId, collectChoices, secondsNow } from './collect-choices.ts';
import type { Completion, CompletionLogprobs, CompletionParams, Completions } from './completion-types.ts';
import { completionRequests, fingerprintOf } from './decode-requests.ts';
import { validateCompletionParams } from './params-schema.ts';
import { type PlacedLogprob, writeChoices } from './write-choices.ts';

export const completions = (engine: Pick<EngineApi, 'decode' | 'info'>): Completions => ({
  create: create.bind(null, engine) as Completions['create'],
});

async function create(
  engine: Pick<EngineApi, 'decode' | 'info'>,
  body: CompletionParams,
  { signal }: CallOptions = {},
): Promise<Completion | AsyncGenerator<Completion, void, void>> {
  const params = validateCompletionParams(body);
  const requests = completionRequests(params);
  const perPrompt = params.n ?? 1;
  const common = {
    id: answerId('cmpl'),
    object: 'text_completion',
    created: secondsNow(),
    model: params.model,
    system_fingerprint: await fingerprintOf(params, engine),
  } as const;
  const asksTop = (params.logprobs ?? 0) > 0;
  /** Offsets count from the prompt's beginning. */
  const logprobsOf = (index: number, logprobs: readonly PlacedLogprob[] | null) =>
    completionLogprobs(logprobs, requests[index].prompt.length, asksTop);
  const parts = writeChoices(engine, requests, signal);
  if (params.stream) {
    const includesUsage = params.stream_options?.include_usage ?? false;
    const noUsage = includesUsage ? { usage: null } : {};
    const shape: AnswerShape<Completion> = {
      opening: null,
      chunk: ({ index, text, logprobs, end }) => ({
        ...common,
        choices: [
          {
            index,
            text,
            logprobs: logprobsOf(index, logprobs),
            finish_reason: end?.finishReason ?? null,
          },
        ],
        ...noUsage,
      }),
      usage: (usage) => ({ ...common, choices: [], usage }),
    };
    return openAnswerStream(parts, shape, { includesUsage, perPrompt });
  }
  const { choices, usage } = await collectChoices(parts, perPrompt);
  return {
    ...common,
    choices: choices.map(({ index, text, logprobs, finishReason }) => ({
      index,
      text,
      logprobs: logprobsOf(index, logprobs),
      finish_reason: finishReason,
    })),
    usage,
  };
}

function completionLogprobs(
  logprobs: readonly PlacedLogprob[] | null,
  promptLength: number,
  asksTop: boolean,
): CompletionLogprobs | null {
  if (!logprobs) return null;
  return {
    tokens: logprobs.map(({ text }) => text),
    token_logprobs: logprobs.map(({ logprob }) => logprob),
    top_logprobs: asksTop ? logprobs.map(({ top }) => bestByText(top)) : null,
    text_offset: logprobs.map(({ offset }) => promptLength + offset),
  };
}

/** Most likely first, as they come: of tokens that read alike the first counts. */
function bestByText(top: readonly TokenLogprob[]): Record<string, number> {
  const best = new Map<string, number>();
  for (const { text, logprob } of top) if (!best.has(text)) best.set(text, logprob);
  return Object.fromEntries(best);
}
