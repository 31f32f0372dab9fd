import { EngineError } from '../../errors/engine-error.ts';
import { BlobReception } from '../storage/blob-reception.ts';
import type { FileKey, FileStore, StoredFile } from '../storage/file-store.ts';
import { hashName } from './content-hash.ts';
import { failureOf } from './download-errors.ts';
import { type FileLocks, webLocks } from './file-locks.ts';
import { readBlob } from './read-blob.ts';
import { type ReceiveOptions, receiveFile } from './receive-file.ts';
import type { RemoteFile } from './remote-file.ts';
import { announcedLength, requestFile } from './request-file.ts';
import { sha256Hex } from './sha256.ts';
import { browserTimer, type Timer } from './timer.ts';

export interface FetchFileOptions {
  readonly store: FileStore;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly timer?: Timer | undefined;
  readonly locks?: FileLocks | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ReceiveOptions['onBytes'];
}

/** A file that is here, in the store or in the browser's memory. */
export interface FetchedFile {
  readonly sha256: string;
  readonly byteLength: number;
  /** `store-offline`: the stored copy, because the server could not be reached to compare. */
  readonly source: 'network' | 'store' | 'store-offline';
  /** Where a copy was kept, for `store.remove`. */
  readonly key: FileKey;
  /**
   * All bytes, in the heap from here on. A copy out of the store is hashed once more; one that was damaged there is
   * removed and downloaded again. Throws what fetchFile throws, and `out-of-memory`.
   */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * Makes sure that a file is here: from the store where its copy is good, else from the network, whatever the store can
 * keep. A copy with a known hash is good when it has that hash; any other while the server's ETag or Last-Modified
 * still agree, or while the server cannot be reached. Of several tabs that want a file one downloads it.
 * Throws what receiveFile throws. A store that fails costs the copy, not the file, unless it is full.
 */
export async function fetchFile(file: RemoteFile, options: FetchFileOptions): Promise<FetchedFile> {
  const { store, signal } = options;
  signal?.throwIfAborted();
  const key = keyOf(file);
  const receiving: ReceiveOptions = {
    store,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    timer: options.timer ?? browserTimer,
    // One copy is enough, and a bad answer must not come back out of the HTTP cache.
    cache: store.persistent ? 'no-store' : 'no-cache',
    signal,
    onBytes: options.onBytes,
  };
  /** Hash of a stored copy that the server has replaced. */
  let outdated: string | null = null;
  const find = async (): Promise<FetchedFile | null> => {
    const stored = await store.find(key).catch(() => null);
    signal?.throwIfAborted();
    if (stored === null || stored.sha256 === outdated) return null;
    const answer = file.expected === null ? await compareWithServer(file.url, stored, receiving) : 'same';
    if (answer === 'different') {
      outdated = stored.sha256;
      return null;
    }
    const source = answer === 'same' ? 'store' : 'store-offline';
    return fetched(key, stored, source, () => bytesOf(file, stored, { isHashed: false }, options));
  };
  const found = await find();
  if (found !== null) return found;
  const locks = options.locks ?? webLocks;
  return locks.run(key, signal, async () => {
    // Another tab may have brought it meanwhile.
    const brought = await find();
    if (brought !== null) return brought;
    const received = await receive(file, key, receiving);
    return fetched(key, received, 'network', () => bytesOf(file, received, { isHashed: true }, options));
  });
}

function keyOf(file: RemoteFile): FileKey {
  return { url: file.storedAs ?? file.url, content: file.expected && hashName(file.expected.hash) };
}

function fetched(
  key: FileKey,
  { sha256, blob }: StoredFile,
  source: FetchedFile['source'],
  bytes: FetchedFile['bytes'],
): FetchedFile {
  return { key, sha256, byteLength: blob.size, source, bytes };
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

/** @param isHashed true where the bytes have just been hashed on their way into the store */
async function bytesOf(
  file: RemoteFile,
  { blob, sha256 }: StoredFile,
  { isHashed }: { readonly isHashed: boolean },
  options: FetchFileOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const bytes = await readBlob(file.url, blob);
    if (isHashed || (await sha256Hex(bytes)) === sha256) return bytes;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    // Removed or replaced by another tab: as good as damaged.
  }
  await options.store.remove(keyOf(file)).catch(() => {});
  return (await fetchFile(file, options)).bytes();
}

async function compareWithServer(
  url: string,
  stored: StoredFile,
  options: ReceiveOptions,
): Promise<'same' | 'different' | 'unreachable'> {
  let response: Response;
  try {
    response = await requestFile(url, { method: 'HEAD', cache: options.cache }, options);
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
  return agree && (length === null || length === stored.blob.size) ? 'same' : 'different';
}
