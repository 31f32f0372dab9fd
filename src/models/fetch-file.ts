import { EngineError } from '../errors/engine-error.ts';
import {
  announcedLength,
  type DownloadFailure,
  type DownloadOptions,
  downloadFile,
  type RemoteFile,
  request,
} from './download.ts';
import type { FileKey, FileStore, StoredFile } from './file-store.ts';
import { sha256Hex } from './sha256.ts';

export interface FetchFileOptions {
  readonly store: FileStore;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: DownloadOptions['onBytes'];
}

export interface FetchedFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  /** `store-offline`: the stored copy, because the server could not be reached to compare. */
  readonly source: 'network' | 'store' | 'store-offline';
  /** Where a copy was kept, for `store.remove`. */
  readonly key: FileKey;
}

/**
 * One file, from the store where its copy is good, else from the network. A copy with a known hash is good when
 * it has that hash; any other while the server's ETag or Last-Modified still agree, or while the server cannot be
 * reached. Only files that passed every check are kept, so a failure is retried by the next call.
 * Throws what downloadFile throws. A store that fails costs the copy, not the file.
 */
export async function fetchFile(file: RemoteFile, options: FetchFileOptions): Promise<FetchedFile> {
  const { store, signal } = options;
  signal?.throwIfAborted();
  const key: FileKey = { url: file.url, sha256: file.expected?.sha256 ?? null };
  const downloadOptions: DownloadOptions = {
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    // One copy is enough, and a bad answer must not come back out of the HTTP cache.
    cache: store.persistent ? 'no-store' : 'no-cache',
    signal,
    onBytes: options.onBytes,
  };

  const stored = await readIntact(store, key);
  signal?.throwIfAborted();
  if (stored !== null) {
    const answer =
      file.expected === null ? await compareWithServer(file.url, stored, downloadOptions) : 'same';
    if (answer !== 'different') {
      const source = answer === 'same' ? 'store' : 'store-offline';
      return { bytes: stored.bytes, sha256: stored.sha256, source, key };
    }
  }
  const downloaded = await downloadFile(file, downloadOptions);
  await store.write(key, downloaded).catch(() => {});
  signal?.throwIfAborted();
  return { bytes: downloaded.bytes, sha256: downloaded.sha256, source: 'network', key };
}

/** The stored copy, hashed again; one that was damaged in the store is removed. */
async function readIntact(store: FileStore, key: FileKey): Promise<StoredFile | null> {
  try {
    const stored = await store.read(key);
    if (stored === null) return null;
    if (
      stored.sha256 === (key.sha256 ?? stored.sha256) &&
      (await sha256Hex(stored.bytes)) === stored.sha256
    ) {
      return stored;
    }
    await store.remove(key);
    return null;
  } catch {
    return null;
  }
}

async function compareWithServer(
  url: string,
  stored: StoredFile,
  options: DownloadOptions,
): Promise<'same' | 'different' | 'unreachable'> {
  let response: Response;
  try {
    response = await request(url, 'HEAD', options);
  } catch (error) {
    if (failureOf(error) === 'unreachable') return 'unreachable';
    throw error;
  }
  if (!response.ok) return 'different';
  const validators: readonly [string | null, string | null][] = [
    [stored.etag, response.headers.get('etag')],
    [stored.lastModified, response.headers.get('last-modified')],
  ];
  const comparable = validators.filter(([before, now]) => before !== null && now !== null);
  // Equal lengths alone prove nothing: an altered file often keeps its length.
  const agree = comparable.length > 0 && comparable.every(([before, now]) => before === now);
  const length = announcedLength(response);
  return agree && (length === null || length === stored.bytes.length) ? 'same' : 'different';
}

/** Why a download failed; null for anything that is not a failed download. */
export function failureOf(error: unknown): DownloadFailure | null {
  if (!(error instanceof EngineError)) return null;
  if (error.code !== 'download' && error.code !== 'integrity') return null;
  return (error.details.reason as DownloadFailure | undefined) ?? null;
}

/** True where the server says that there is no such file. */
export function isNotFound(error: unknown): boolean {
  if (failureOf(error) !== 'http-status') return false;
  const { status } = (error as EngineError).details;
  return status === 404 || status === 410;
}
