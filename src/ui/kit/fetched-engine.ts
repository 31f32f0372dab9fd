import type { EngineApi } from '../../engine/engine-api.ts';
import type { ConnectOptions } from '../../rpc/connect.ts';
import { fetchedCode } from './fetched-code.ts';

/**
 * Opens the engine, whose code is fetched after the page is on the screen. An empty `hubUrl` is the Hugging Face hub.
 * @throws EngineError `download` where the code does not arrive, and what `connect` throws
 */
export async function openFetchedEngine({ hubUrl = '', ...options }: ConnectOptions): Promise<EngineApi> {
  const { connect } = await fetchedCode('The engine', () => import('../../rpc/connect.ts'));
  return connect(hubUrl === '' ? options : { ...options, hubUrl });
}
