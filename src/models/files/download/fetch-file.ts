import { host } from '#host';
import { inTime } from '../../../concurrency/in-time.ts';
import { EngineError } from '../../../errors/engine-error.ts';
import { BlobReception } from '../storage/blob-reception.ts';
import type { FileKey, FileStore, StoredFile } from '../storage/file-store.ts';
import { secondsFor } from '../storage/patient-file-store.ts';
import { parseFile } from './check-content.ts';
import { hashName } from './content-hash.ts';
import { isUnavailable, unreadableError } from './download-errors.ts';
import { type FileLocks, webLocks } from './file-locks.ts';
import { openLocalFile } from './local-file.ts';
import { readBlob } from './read-blob.ts';
import { type ReceiveOptions, receiveFile } from './receive-file.ts';
import type { RemoteFile } from './remote-file.ts';
import { announcedLength, requestFile } from './request-file.ts';
import { isPassing } from './retries.ts';
import { sha256Hex } from './sha256.ts';
import { browserTimer, type Timer } from './timer.ts';

export interface FetchFileOptions {
  readonly store: FileStore;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly timer?: Timer | undefined;
  readonly locks?: FileLocks | undefined;
  /** False: a server that is busy before it has brought anything is not asked again; default true. */
  readonly isPatient?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ReceiveOptions['onBytes'];
}

/** A file that is here, in the store or in the browser's memory. */
export interface FetchedFile {
  readonly sha256: string;
  readonly byteLength: number;
  /** `local`: a file of this machine, where it lies. `store-offline`: the stored copy, because the server could not be reached to compare, or cannot give the file now. */
  readonly source: 'network' | 'local' | 'store' | 'store-offline';
  /** Where a copy was kept, for `store.remove`. */
  readonly key: FileKey;
  /**
   * All bytes, in the heap from here on. A copy out of the store is hashed once more; one that was damaged there, or
   * cannot be read, is downloaded again, once. Throws what fetchFile throws, `out-of-memory`, and `integrity` where the
   * new copy cannot be read either.
   */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  /** What a JSON file says, in Python's dialect. Throws what `bytes` throws, and `integrity` where it is not JSON. */
  json(): Promise<unknown>;
}

/**
 * Makes sure that a file is here: from the store where its copy is good, else from the network, whatever the store can
 * keep. A copy with a known hash is good when it has that hash; any other while the server's ETag or Last-Modified
 * still agree, or while the server cannot be reached or cannot give the file. Of several tabs that want a file one
 * downloads it. Throws what receiveFile throws. A store that fails costs the copy, not the file, unless it is full.
 */
export function fetchFile(file: RemoteFile, options: FetchFileOptions): Promise<FetchedFile> {
  return obtainFile(file, options, null);
}

/** @param damaged hash of a stored copy that cannot be used; the file that is answered is the last one tried */
async function obtainFile(
  file: RemoteFile,
  options: FetchFileOptions,
  damaged: string | null,
): Promise<FetchedFile> {
  const { store, signal } = options;
  signal?.throwIfAborted();
  const key = keyOf(file);
  const receiving: ReceiveOptions = {
    store,
    fetch: options.fetch ?? host.fetch,
    timer: options.timer ?? browserTimer,
    // One copy is enough, and a bad answer must not come back out of the HTTP cache.
    cache: store.persistent ? 'no-store' : 'no-cache',
    isPatient: options.isPatient ?? true,
    signal,
    onBytes: options.onBytes,
  };
  const answer = (
    { sha256, blob }: StoredFile,
    source: FetchedFile['source'],
    isHashed: boolean,
  ): FetchedFile => {
    const bytes = async (): Promise<Uint8Array<ArrayBuffer>> => {
      const read = await readStored(file.url, { sha256, blob }, isHashed);
      if (read.kind === 'read') return read.bytes;
      if (damaged !== null) throw unreadableError(file.url, read.cause);
      return (await obtainFile(file, options, sha256)).bytes();
    };
    const json = async (): Promise<unknown> => parseFile(file.url, await bytes());
    return { key, sha256, byteLength: blob.size, source, bytes, json };
  };
  if (host.isLocal(file.url)) return answer(await openLocalFile(file, options), 'local', true);
  const findStored = async (): Promise<StoredFile | null> => {
    const stored = await store.find(key).catch(() => null);
    signal?.throwIfAborted();
    return stored === null || stored.sha256 === damaged ? null : stored;
  };
  /** Hash of a stored copy that the server may have replaced. */
  let doubtful: string | null = null;
  const find = async (): Promise<FetchedFile | null> => {
    const stored = await findStored();
    if (stored === null || stored.sha256 === doubtful) return null;
    const comparison = file.expected === null ? await compareWithServer(file.url, stored, receiving) : 'same';
    if (comparison === 'same') return answer(stored, 'store', false);
    if (comparison === 'unavailable') return answer(stored, 'store-offline', false);
    doubtful = stored.sha256;
    return null;
  };
  const found = await find();
  if (found !== null) return found;
  const locks = options.locks ?? webLocks;
  return locks.run(key, signal, async () => {
    // Another tab may have brought it meanwhile.
    const brought = await find();
    if (brought !== null) return brought;
    try {
      return answer(await receive(file, key, receiving), 'network', store.isExclusive);
    } catch (error) {
      const stored = isUnavailable(error) ? await findStored() : null;
      if (stored === null) throw error;
      return answer(stored, 'store-offline', false);
    }
  });
}

/**
 * What `read` makes of the file. One that it refuses is not kept: the content may be broken in ways that do not look like
 * it, so the next load downloads it again.
 */
export async function readOrRemove<T>(
  file: FetchedFile,
  store: FileStore,
  read: () => T | Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof EngineError) await store.remove(file.key).catch(() => {});
    throw error;
  }
}

function keyOf(file: RemoteFile): FileKey {
  return { url: file.storedAs ?? file.url, content: file.expected && hashName(file.expected.hash) };
}

/** Into the store; where that fails, into the browser's memory. */
async function receive(file: RemoteFile, key: FileKey, options: ReceiveOptions): Promise<StoredFile> {
  try {
    return await receiveFile(file, await options.store.receive(key, file.label), options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof EngineError) throw error;
    return receiveFile(file, new BlobReception(), options);
  }
}

/**
 * @param isHashed true where the bytes have just been hashed on their way into the store
 * @throws EngineError `out-of-memory`
 */
async function readStored(
  url: string,
  { blob, sha256 }: Pick<StoredFile, 'blob' | 'sha256'>,
  isHashed: boolean,
): Promise<
  | { readonly kind: 'read'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'damaged'; readonly cause: unknown }
> {
  try {
    const bytes = await inTime(readBlob(url, blob), secondsFor(blob.size));
    if (isHashed || (await sha256Hex(bytes)) === sha256) return { kind: 'read', bytes };
    return { kind: 'damaged', cause: 'its bytes have changed' };
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    // Removed or replaced by another tab, or the disk fails or hangs.
    return { kind: 'damaged', cause };
  }
}

async function compareWithServer(
  url: string,
  stored: StoredFile,
  options: ReceiveOptions,
): Promise<'same' | 'doubtful' | 'unavailable'> {
  let response: Response;
  try {
    response = await requestFile(url, { method: 'HEAD', cache: options.cache }, options);
  } catch (error) {
    if (isUnavailable(error)) return 'unavailable';
    throw error;
  }
  // Servers that refuse HEAD may answer GET.
  if (!response.ok) return isPassing(response.status) ? 'unavailable' : 'doubtful';
  const validators: readonly [string | null, string | null][] = [
    [stored.etag, response.headers.get('etag')],
    [stored.lastModified, response.headers.get('last-modified')],
  ];
  const comparable = validators.filter(([before, now]) => before !== null && now !== null);
  // Equal lengths alone prove nothing: an altered file often keeps its length.
  const agree = comparable.length > 0 && comparable.every(([before, now]) => before === now);
  const length = announcedLength(response);
  return agree && (length === null || length === stored.blob.size) ? 'same' : 'doubtful';
}
