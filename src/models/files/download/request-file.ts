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
 * Content-Length where it surely counts the bytes that arrive here; null else: not told, or compressed on the way. Another
 * origin may keep Content-Encoding to itself and tells the length all the same
 * (https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name). So of its whole answers, whatever their type,
 * nobody knows what the length counts. Parts are asked for, and sent, as they are.
 */
export function announcedLength(response: Response): number | null {
  const isUnseen = response.type === 'cors' && response.headers.get('content-encoding') === null;
  return isUnseen && response.status !== 206 ? null : contentLength(response);
}

/**
 * Content-Length where it probably counts the bytes that arrive here; for progress and estimates. Unlike
 * `announcedLength` it takes other origins at their word, but for the types that servers compress.
 */
export function presumedLength(response: Response): number | null {
  const type = response.headers.get('content-type') ?? '';
  const isText = /^text\/|json|javascript|xml/.test(type);
  return response.type === 'cors' && isText ? announcedLength(response) : contentLength(response);
}

/** True where the body is sent in another form than the file has, and says so. */
export function isEncoded(response: Response): boolean {
  const encoding = response.headers.get('content-encoding');
  return encoding !== null && encoding !== 'identity';
}

function contentLength(response: Response): number | null {
  const length = response.headers.get('content-length');
  return length === null || isEncoded(response) ? null : Number(length);
}
