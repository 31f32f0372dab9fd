import type { DecodeResult, DecodeRun, EngineApi } from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { EngineError } from '../errors/engine-error.ts';
import type { CommittedLogprob, Round } from '../round/round.ts';
import type { OpenAiFinishReason, Usage } from './chat-types.ts';

/** A token under r, and where it begins in its choice's text. */
export interface PlacedLogprob extends CommittedLogprob {
  readonly offset: number;
}

/** What one round, or the end, of a choice brings. */
export interface ChoicePart {
  readonly index: number;
  readonly text: string;
  /** null where none were asked for. */
  readonly logprobs: readonly PlacedLogprob[] | null;
  /** In the last part of a choice. */
  readonly end: { readonly finishReason: OpenAiFinishReason; readonly usage: Usage } | null;
}

/**
 * Writes one choice after the other. Whoever stops reading stops the run.
 * @throws the signal's reason where it is aborted; EngineError
 */
export async function* writeChoices(
  engine: Pick<EngineApi, 'decode'>,
  requests: readonly DecodeRequest[],
  signal: AbortSignal | undefined,
): AsyncGenerator<ChoicePart, void, void> {
  for (const [index, request] of requests.entries()) {
    signal?.throwIfAborted();
    const run = engine.decode(request, signal ? { signal } : {});
    try {
      yield* partsOf(run, index, signal);
    } finally {
      // After the end it does nothing.
      run.stop();
      run.result.catch(() => {});
    }
  }
}

async function* partsOf(
  run: DecodeRun,
  index: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ChoicePart, void, void> {
  let written = 0;
  for await (const round of run) {
    const { logprobs, end } = placed(round, written);
    written = end;
    if (round.text !== '' || logprobs?.length) yield { index, text: round.text, logprobs, end: null };
  }
  const result = await run.result;
  const finishReason = finishReasonOf(result, signal);
  yield { index, text: '', logprobs: null, end: { finishReason, usage: usageOf(result) } };
}

const stays = { accepted: true, drawn: true, recovered: true, rejected: false, discarded: false } as const;

/** @param start where the round's first token begins in the choice's text */
function placed(
  { proposals, logprobs }: Round,
  start: number,
): { readonly logprobs: readonly PlacedLogprob[] | null; readonly end: number } {
  const pieces = proposals.filter(({ fate }) => stays[fate]).map(({ text }) => text);
  let end = start;
  const offsets = pieces.map((piece) => {
    const offset = end;
    end += piece.length;
    return offset;
  });
  return { logprobs: logprobs?.map((one, index) => ({ ...one, offset: offsets[index] })) ?? null, end };
}

function finishReasonOf({ finishReason }: DecodeResult, signal: AbortSignal | undefined): OpenAiFinishReason {
  switch (finishReason) {
    case 'stop':
    case 'end':
      return 'stop';
    case 'length':
    case 'context':
      return 'length';
    case 'abort':
      signal?.throwIfAborted();
      throw new EngineError('worker-lost', 'the engine was closed during generation: connect again');
  }
}

function usageOf({ promptTokenIds, tokenIds }: DecodeResult): Usage {
  return {
    prompt_tokens: promptTokenIds.length,
    completion_tokens: tokenIds.length,
    total_tokens: promptTokenIds.length + tokenIds.length,
  };
}

/**
 * Of all choices: a prompt is counted once, whatever the number of its choices.
 * @param ends one a choice
 * @param perPrompt choices of each prompt
 */
export function totalUsage(ends: readonly Usage[], perPrompt: number): Usage {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const prompt_tokens = sum(
    ends.filter((_, index) => index % perPrompt === 0).map((one) => one.prompt_tokens),
  );
  const completion_tokens = sum(ends.map((one) => one.completion_tokens));
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}
