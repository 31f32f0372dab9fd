import type { OpenAiFinishReason, Usage } from './chat-types.ts';
import { type ChoicePart, type PlacedLogprob, totalUsage } from './write-choices.ts';

/** A choice that is written. */
export interface WholeChoice {
  readonly index: number;
  readonly text: string;
  /** null where none were asked for. */
  readonly logprobs: readonly PlacedLogprob[] | null;
  readonly finishReason: OpenAiFinishReason;
}

/** @param perPrompt choices of each prompt */
export async function collectChoices(
  parts: AsyncIterable<ChoicePart>,
  perPrompt: number,
): Promise<{ readonly choices: readonly WholeChoice[]; readonly usage: Usage }> {
  const choices: WholeChoice[] = [];
  const usages: Usage[] = [];
  let text = '';
  let logprobs: PlacedLogprob[] | null = null;
  for await (const part of parts) {
    text += part.text;
    if (part.logprobs) logprobs = [...(logprobs ?? []), ...part.logprobs];
    if (!part.end) continue;
    choices.push({ index: part.index, text, logprobs, finishReason: part.end.finishReason });
    usages.push(part.end.usage);
    text = '';
    logprobs = null;
  }
  return { choices, usage: totalUsage(usages, perPrompt) };
}

/** @param kind what OpenAI's identifiers of such answers begin with */
export function answerId(kind: 'chatcmpl' | 'cmpl'): string {
  const words = crypto.getRandomValues(new Uint32Array(3));
  return `${kind}-${[...words].map((word) => word.toString(36).padStart(7, '0')).join('')}`;
}

export const secondsNow = (): number => Math.floor(Date.now() / 1000);
