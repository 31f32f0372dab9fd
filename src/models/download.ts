import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { EngineError } from '../errors/engine-error.ts';

/** A file on a server, and what is known of it before it arrives. */
export interface RemoteFile {
  /** Absolute. */
  readonly url: string;
  readonly kind: 'json' | 'onnx' | 'text';
  /** The only content that is accepted; null where the address alone is known. */
  readonly expected: { readonly bytes: number; readonly sha256: string } | null;
}

export interface Downloaded {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export interface DownloadOptions {
  readonly fetch: typeof globalThis.fetch;
  /** How the browser's HTTP cache takes part. */
  readonly cache: RequestCache;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file so far, without transport compression; the total is null where nobody told it. */
  readonly onBytes?: ((bytesLoaded: number, bytesTotal: number | null) => void) | undefined;
}

/**
 * `details.reason` of the errors that downloads throw. The first three come with `download`, `too-large` with
 * `out-of-memory`, the rest with `integrity`.
 */
export type DownloadFailure =
  | 'http-status'
  | 'unreachable'
  | 'interrupted'
  | 'too-large'
  | 'length'
  | 'sha256'
  | 'html-page'
  | 'not-json'
  | 'empty';

const INITIAL_CAPACITY_BYTES = 1 << 20;

/** Asks for files as files: servers of single-page apps answer a request for "anything" with their page. */
export const FILE_HEADERS = { accept: 'application/octet-stream, application/json' };

/**
 * Downloads one file, hashing it as it arrives, and checks it.
 * Throws EngineError `download` (no connection, HTTP status, connection lost), `integrity` (other length or hash
 * than expected, an HTML page, no JSON where JSON is wanted), `out-of-memory`; an abort throws the signal's reason.
 */
export async function downloadFile(file: RemoteFile, options: DownloadOptions): Promise<Downloaded> {
  const { signal } = options;
  signal?.throwIfAborted();
  const response = await request(file.url, 'GET', options);
  if (!response.ok) {
    await response.body?.cancel().catch(() => {});
    throw downloadError(
      file.url,
      'http-status',
      `${file.url} cannot be downloaded: the server answered ${response.status} ${response.statusText}`.trimEnd() +
        '. Check the address of the model, or try again later.',
      { status: response.status },
    );
  }
  const announcedBytes = announcedLength(response);
  const { bytes, sha256 } = await readBody(response, file, announcedBytes, options);
  checkContent(file, bytes, sha256, announcedBytes, response.headers.get('content-type') ?? '');
  return {
    bytes,
    sha256,
    etag: response.headers.get('etag'),
    lastModified: response.headers.get('last-modified'),
  };
}

/** One request; a failure without an answer becomes a `download` error with reason `unreachable`. */
export async function request(
  url: string,
  method: 'GET' | 'HEAD',
  { fetch, cache, signal }: DownloadOptions,
): Promise<Response> {
  try {
    return await fetch(url, { method, cache, headers: FILE_HEADERS, signal: signal ?? null });
  } catch (cause) {
    signal?.throwIfAborted();
    throw downloadError(
      url,
      'unreachable',
      `${url} cannot be reached: ${reasonOf(cause)}. Check the connection, the address and whether the server allows other origins, then try again.`,
      { status: null },
      cause,
    );
  }
}

/** Content-Length where it counts the bytes that arrive here; null else (compressed on the way, not told). */
export function announcedLength(response: Response): number | null {
  const encoding = response.headers.get('content-encoding');
  const length = response.headers.get('content-length');
  if (length === null || (encoding !== null && encoding !== 'identity')) return null;
  return Number(length);
}

async function readBody(
  response: Response,
  file: RemoteFile,
  announcedBytes: number | null,
  { signal, onBytes }: DownloadOptions,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; sha256: string }> {
  const totalBytes = file.expected?.bytes ?? announcedBytes;
  const hash = sha256.create();
  let buffer = allocate(totalBytes ?? INITIAL_CAPACITY_BYTES, file.url);
  let length = 0;
  const reader = response.body?.getReader();
  try {
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done) break;
      if (file.expected !== null && length + value.length > file.expected.bytes) {
        throw lengthError(file.url, `more than ${file.expected.bytes}`, file.expected.bytes);
      }
      if (length + value.length > buffer.length) {
        const larger = allocate(Math.max(2 * buffer.length, length + value.length), file.url);
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      buffer.set(value, length);
      hash.update(value);
      length += value.length;
      onBytes?.(length, totalBytes);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof EngineError) {
      await reader?.cancel().catch(() => {});
      throw cause;
    }
    throw downloadError(
      file.url,
      'interrupted',
      `${file.url} broke off after ${length} of ${totalBytes ?? 'an unknown number of'} bytes: ${reasonOf(cause)}. Try again.`,
      { bytesReceived: length, bytesExpected: totalBytes },
      cause,
    );
  }
  return {
    bytes: length === buffer.length ? buffer : buffer.slice(0, length),
    sha256: bytesToHex(hash.digest()),
  };
}

function allocate(byteLength: number, url: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(byteLength);
  } catch (cause) {
    throw new EngineError(
      'out-of-memory',
      `${url} has ${byteLength} bytes, more than this browser can hold in one piece. Choose a smaller model or dtype.`,
      { details: { url, reason: 'too-large', bytes: byteLength }, cause },
    );
  }
}

function checkContent(
  { url, kind, expected }: RemoteFile,
  bytes: Uint8Array,
  sha256: string,
  announcedBytes: number | null,
  contentType: string,
): void {
  if (expected !== null && expected.sha256 === sha256) return;
  if (contentType.startsWith('text/html') || startsLikeMarkup(bytes, kind)) {
    throw integrityError(
      url,
      'html-page',
      `${url} is an HTML page where ${wanted[kind]} should be: the server shows its error page or its app with a status of success. Check the address of the model.`,
    );
  }
  const wantedBytes = expected?.bytes ?? announcedBytes;
  if (wantedBytes !== null && bytes.length !== wantedBytes) throw lengthError(url, bytes.length, wantedBytes);
  if (expected !== null) {
    throw integrityError(
      url,
      'sha256',
      `${url} was altered: its SHA-256 is ${sha256}, the catalogue says ${expected.sha256}. Nothing was kept; try again, or restore the file.`,
      { sha256, sha256Expected: expected.sha256 },
    );
  }
  if (bytes.length === 0)
    throw integrityError(url, 'empty', `${url} is empty. Restore the file, then try again.`);
  if (kind === 'json' && !isJson(bytes)) {
    throw integrityError(
      url,
      'not-json',
      `${url} is not JSON (${bytes.length} bytes). Nothing was kept; restore the file, then try again.`,
    );
  }
}

const wanted: Readonly<Record<RemoteFile['kind'], string>> = {
  json: 'JSON',
  onnx: 'an ONNX model',
  text: 'plain text',
};

/**
 * Neither JSON nor ONNX begins with "<": in ONNX the byte would end a group, and there is none to end. Other text may,
 * as a chat template with `<|im_start|>`.
 */
function startsLikeMarkup(bytes: Uint8Array, kind: RemoteFile['kind']): boolean {
  const markup = kind === 'text' ? /^\uFEFF?\s*<(!doctype|html)/i : /^\uFEFF?\s*</;
  return markup.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, 64)));
}

function isJson(bytes: Uint8Array): boolean {
  try {
    parseJson(bytes);
    return true;
  } catch {
    return false;
  }
}

export const parseJson = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function downloadError(
  url: string,
  reason: DownloadFailure,
  message: string,
  details: Record<string, string | number | null>,
  cause?: unknown,
): EngineError {
  return new EngineError('download', message, { details: { url, reason, ...details }, cause });
}

function integrityError(
  url: string,
  reason: DownloadFailure,
  message: string,
  details: Record<string, string | number | null> = {},
): EngineError {
  return new EngineError('integrity', message, { details: { url, reason, ...details } });
}

function lengthError(url: string, bytesReceived: number | string, bytesExpected: number): EngineError {
  return integrityError(
    url,
    'length',
    `${url} has ${bytesReceived} bytes where ${bytesExpected} are expected: it is truncated or another file. Nothing was kept; try again, or restore the file.`,
    { bytesReceived, bytesExpected },
  );
}
