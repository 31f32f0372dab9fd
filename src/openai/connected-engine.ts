import type { EngineApi } from '../engine/engine-api.ts';
import { type OpenAiApi, openAiApi } from './openai-api.ts';

/** An engine beside its caller, with the calls that programs written for OpenAI's API know beside its own. */
export type ConnectedEngine = EngineApi & OpenAiApi;

export const withOpenAi = (engine: EngineApi): ConnectedEngine => Object.assign(engine, openAiApi(engine));
