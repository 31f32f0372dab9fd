import { type ConnectOptions, connect as connectEngine } from '../rpc/connect.ts';
import { type ConnectedEngine, withOpenAi } from './connected-engine.ts';

/**
 * Starts the worker and connects to the engine in it.
 * @throws EngineError `invalid-request` for an option that is none, `worker-lost` where the worker's script cannot be loaded
 */
export async function connect(options?: ConnectOptions): Promise<ConnectedEngine> {
  return withOpenAi(await connectEngine(options));
}
