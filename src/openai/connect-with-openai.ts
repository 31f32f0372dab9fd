import type { EngineApi } from '../engine/engine-api.ts';
import { type ConnectOptions, connect as connectEngine } from '../rpc/connect.ts';
import { type OpenAiApi, openAiApi } from './openai-api.ts';

/** An engine in a worker, with the calls that programs written for OpenAI's API know beside its own. */
export type ConnectedEngine = EngineApi & OpenAiApi;

/**
 * Starts the worker and connects to the engine in it.
 * @throws EngineError `invalid-request` for an option that is none, `worker-lost` where the worker's script cannot be loaded
 */
export async function connect(options?: ConnectOptions): Promise<ConnectedEngine> {
  const engine = await connectEngine(options);
  return Object.assign(engine, openAiApi(engine));
}
