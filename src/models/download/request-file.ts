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

/**
 * Content-Length where it counts the bytes that arrive here; null else: not told, or compressed on the way. Another
 * origin keeps Content-Encoding to itself and tells the length all the same
 * (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name), so there the length of what servers compress
 * says nothing.
 */
export function announcedLength(response: Response): number | null {
  const encoding = response.headers.get('content-encoding');
  const length = response.headers.get('content-length');
  if (length === null || (encoding !== null && encoding !== 'identity')) return null;
  // Parts are sent as they are.
  const isWhole = response.status !== 206;
  const type = response.headers.get('content-type') ?? '';
  if (response.type === 'cors' && isWhole && /^text\/|json|javascript|xml/.test(type)) return null;
  return Number(length);
}
