import { EngineError } from '../../../errors/engine-error.ts';
import type { ContentHash } from './content-hash.ts';
import type { RemoteFile } from './remote-file.ts';

/**
 * `details.reason` of the errors that downloads throw. The first six come with `download`, `too-large` with
 * `out-of-memory`, the rest with `integrity`.
 */
export type DownloadFailure =
  | 'http-status'
  | 'missing'
  | 'access'
  | 'unreachable'
  | 'interrupted'
  | 'stalled'
  | 'too-large'
  | 'length'
  | 'hash'
  | 'html-page'
  | 'lfs-pointer'
  | 'not-json'
  | 'empty'
  | 'unreadable';

type Details = Readonly<Record<string, string | number | null>>;

export function statusError(url: string, status: number, statusText: string): EngineError {
  const answer = `the server answered ${`${status} ${statusText}`.trimEnd()}`;
  if (status === 401 || status === 403) {
    return downloadError(
      url,
      'access',
      `${url} requires authorization: ${answer}. Pass a token with read access (load's option \`token\`), or choose a public model.`,
      { status },
    );
  }
  return downloadError(
    url,
    'http-status',
    `${url} cannot be downloaded: ${answer}. Check the address of the model, or try again later.`,
    { status },
  );
}

/** Of a file of this machine. @param cause null: there is none */
export function localFileError(url: string, cause: unknown): EngineError {
  const problem = cause === null ? 'the file does not exist' : reasonOf(cause);
  return downloadError(
    url,
    cause === null ? 'missing' : 'unreadable',
    `${url} cannot be read: ${problem}. Check the folder of the model.`,
    {},
    cause,
  );
}

export function unreachableError(url: string, cause: unknown): EngineError {
  return downloadError(
    url,
    'unreachable',
    `${url} cannot be reached: ${reasonOf(cause)}. Check the connection, the address and whether the server allows other origins, then try again.`,
    { status: null },
    cause,
  );
}

export function interruptedError(
  url: string,
  received: number,
  expected: number | null,
  cause: unknown,
): EngineError {
  return downloadError(
    url,
    'interrupted',
    `the download of ${url} was interrupted after ${received} of ${expected ?? 'an unknown number of'} bytes: ${reasonOf(cause)}. Load again; it resumes from there if files can be stored.`,
    { bytesReceived: received, bytesExpected: expected },
    cause,
  );
}

export function stalledError(
  url: string,
  seconds: number,
  received: number,
  expected: number | null,
): EngineError {
  return downloadError(
    url,
    'stalled',
    `the download of ${url} stalled for ${seconds} seconds after ${received} of ${expected ?? 'an unknown number of'} bytes. Check the connection, then load again.`,
    { bytesReceived: received, bytesExpected: expected },
  );
}

export function lengthError(url: string, received: number | string, expected: number): EngineError {
  return integrityError(
    url,
    'length',
    `${url} has ${received} bytes instead of ${expected}: it is truncated or a different file. Nothing was stored; try again, or restore the file.`,
    { bytesReceived: received, bytesExpected: expected },
  );
}

export function hashError(url: string, seen: ContentHash, expected: ContentHash): EngineError {
  const name = seen.kind === 'sha256' ? 'SHA-256' : 'git hash';
  return integrityError(
    url,
    'hash',
    `${url} was altered: its ${name} is ${seen.hex} instead of ${expected.hex}. Nothing was stored; try again, or restore the file.`,
    { hash: seen.hex, hashExpected: expected.hex },
  );
}

const wantedKinds: Readonly<Record<RemoteFile['kind'], string>> = {
  json: 'JSON',
  onnx: 'an ONNX model',
  weights: "a model's weights",
  text: 'plain text',
};

export function htmlPageError({ url, kind }: Pick<RemoteFile, 'url' | 'kind'>): EngineError {
  return integrityError(
    url,
    'html-page',
    `${url} is an HTML page instead of ${wantedKinds[kind]}: the server returns an error page or an app with status 200. Check the model's address.`,
  );
}

export function lfsPointerError({ url, kind }: Pick<RemoteFile, 'url' | 'kind'>): EngineError {
  return integrityError(
    url,
    'lfs-pointer',
    `${url} is a Git LFS pointer instead of ${wantedKinds[kind]}: the server does not have the file's content. Run "git lfs pull" before uploading the folder, or use an address that serves the content itself.`,
  );
}

export function emptyError(url: string): EngineError {
  return integrityError(url, 'empty', `${url} is empty. Restore the file, then try again.`);
}

export function notJsonError(url: string, bytes: number, cause?: unknown): EngineError {
  return integrityError(
    url,
    'not-json',
    `${url} is not valid JSON (${bytes} bytes). Restore the file, then try again.`,
    {},
    cause,
  );
}

export function unreadableError(url: string, cause: unknown): EngineError {
  return integrityError(
    url,
    'unreadable',
    `${url} was downloaded, but its copy cannot be read: ${reasonOf(cause)}. Free disk space or delete stored models (engine.deleteStored), then load again.`,
    {},
    cause,
  );
}

export function integrityError(
  url: string,
  reason: DownloadFailure,
  message: string,
  details: Details = {},
  cause?: unknown,
): EngineError {
  return new EngineError('integrity', message, { details: { url, reason, ...details }, cause });
}

export function tooLargeError(url: string, bytes: number, cause: unknown): EngineError {
  return new EngineError(
    'out-of-memory',
    `${url} has ${bytes} bytes, more than one buffer can hold. Choose a smaller model or dtype.`,
    { details: { url, reason: 'too-large', bytes }, cause },
  );
}

/** Why a download failed; null for anything that is not a failed download. */
export function failureOf(error: unknown): DownloadFailure | null {
  if (!(error instanceof EngineError)) return null;
  if (error.code !== 'download' && error.code !== 'integrity') return null;
  return (error.details.reason as DownloadFailure | undefined) ?? null;
}

/** True where the server, or the disk, says that there is no such file. */
export function isNotFound(error: unknown): boolean {
  if (failureOf(error) === 'missing') return true;
  if (failureOf(error) !== 'http-status') return false;
  const { status } = (error as EngineError).details;
  return status === 404 || status === 410;
}

/**
 * True where the server cannot give the file now, and does not say that there is none: no answer, one that broke off, an
 * error, a refusal, a page or nothing in its place. A copy from earlier is as good as it was.
 */
export function isUnavailable(error: unknown): boolean {
  const reason = failureOf(error);
  if (reason === null || isNotFound(error)) return false;
  return (error as EngineError).code === 'download' || reason === 'html-page' || reason === 'empty';
}

/**
 * True where the server has no such file, or refuses it as storage services refuse what they do not have: they answer
 * 403 or 400 where nobody may list the folder.
 */
export function mayBeAbsent(error: unknown): boolean {
  if (isNotFound(error)) return true;
  const status = error instanceof EngineError && error.code === 'download' ? error.details.status : null;
  return status === 403 || status === 400;
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

function downloadError(
  url: string,
  reason: DownloadFailure,
  message: string,
  details: Details,
  cause?: unknown,
): EngineError {
  return new EngineError('download', message, { details: { url, reason, ...details }, cause });
}
