import type { EngineApi } from '../engine/engine-api.ts';
import { chatCompletions } from './chat-completions.ts';
import type { ChatCompletions } from './chat-types.ts';
import type { Completions } from './completion-types.ts';
import { completions } from './completions.ts';

/** The two calls that programs written for OpenAI's API begin with, on an engine. */
export interface OpenAiApi {
  readonly chat: { readonly completions: ChatCompletions };
  readonly completions: Completions;
}

/** Nothing is kept here: any number of these may stand on one engine. */
export function openAiApi(engine: Pick<EngineApi, 'decode' | 'info'>): OpenAiApi {
  return { chat: { completions: chatCompletions(engine) }, completions: completions(engine) };
}
