import type { EngineError } from '../../../errors/engine-error.ts';
import { interruptedError, stalledError, unreachableError } from './download-errors.ts';
import type { Timer } from './timer.ts';

/** A connection that brings nothing for so long is given up. */
export const stallMs = 30_000;

/** How a download reaches servers. */
export interface RequestOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly timer: Timer;
  readonly signal?: AbortSignal | undefined;
}

/** Asks for files as files: servers of single-page apps answer a request for "anything" with their page. */
const fileHeaders = { accept: 'application/octet-stream, application/json' };

/**
 * One request; without an answer it throws a `download` error with reason `unreachable` or `stalled`, or the signal's
 * reason.
 */
export async function requestFile(
  url: string,
  init: {
    readonly method: 'GET' | 'HEAD';
    readonly cache: RequestCache;
    readonly headers?: Record<string, string>;
  },
  { fetch, timer, signal }: RequestOptions,
): Promise<Response> {
  // A connection that has stalled is closed, and not only left.
  const connection = new AbortController();
  const answer = fetch(url, {
    ...init,
    headers: { ...fileHeaders, ...init.headers },
    signal: signal ? AbortSignal.any([signal, connection.signal]) : connection.signal,
  }).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw unreachableError(url, cause);
  });
  return unlessStalled(answer, timer, () => {
    connection.abort();
    return stalledError(url, stallMs / 1000, 0, null);
  });
}

/** The same answer, whose body fails where it stalls: for readers that know of no timer. */
export function withStallLimit(response: Response, url: string, timer: Timer): Response {
  const reader = response.body?.getReader();
  if (!reader) return response;
  let received = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const stalled = () => {
        reader.cancel().catch(() => {});
        return stalledError(url, stallMs / 1000, received, null);
      };
      const { done, value } = await unlessStalled(
        reader.read().catch((cause: unknown) => {
          throw interruptedError(url, received, null, cause);
        }),
        timer,
        stalled,
      );
      if (done) return controller.close();
      received += value.byteLength;
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, response);
}

/** Settles like `step`, or throws what `stalled` answers where nothing happens for too long. */
export async function unlessStalled<T>(
  step: Promise<T>,
  timer: Timer,
  stalled: () => EngineError,
): Promise<T> {
  const arrived = new AbortController();
  const stall = timer.wait(stallMs, arrived.signal).then(() => {
    throw stalled();
  });
  stall.catch(() => {});
  try {
    return await Promise.race([step, stall]);
  } finally {
    step.catch(() => {});
    arrived.abort();
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
