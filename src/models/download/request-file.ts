import { unreachableError } from './download-errors.ts';
import type { Timer } from './timer.ts';

/** How a download reaches servers. */
export interface RequestOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly timer: Timer;
  readonly signal?: AbortSignal | undefined;
}

/** Asks for files as files: servers of single-page apps answer a request for "anything" with their page. */
const fileHeaders = { accept: 'application/octet-stream, application/json' };

/** One request; without an answer it throws a `download` error with reason `unreachable`, or the signal's reason. */
export async function requestFile(
  url: string,
  init: {
    readonly method: 'GET' | 'HEAD';
    readonly cache: RequestCache;
    readonly headers?: Record<string, string>;
  },
  { fetch, signal }: Pick<RequestOptions, 'fetch' | 'signal'>,
): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      headers: { ...fileHeaders, ...init.headers },
      signal: signal ?? null,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreachableError(url, cause);
  }
}

/** Content-Length where it counts the bytes that arrive here; null else (compressed on the way, not told). */
export function announcedLength(response: Response): number | null {
  const encoding = response.headers.get('content-encoding');
  const length = response.headers.get('content-length');
  if (length === null || (encoding !== null && encoding !== 'identity')) return null;
  return Number(length);
}
