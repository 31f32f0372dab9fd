/** Which content: the address alone, or the address with the only content that is accepted from it. */
export interface FileKey {
  readonly url: string;
  /** Lower-case hex; null where the content of the address is not fixed. */
  readonly sha256: string | null;
}

export interface StoredFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of `bytes` when they were written, lower-case hex. */
  readonly sha256: string;
  /** What the server said of the content; null where it did not. */
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** Keeps downloaded files between visits. Its methods may reject (full, denied): callers go on without it. */
export interface FileStore {
  /** False where nothing is kept, as outside a secure context. */
  readonly persistent: boolean;
  read(key: FileKey): Promise<StoredFile | null>;
  /** Replaces what is stored under the same address, whatever its hash. */
  write(key: FileKey, file: StoredFile): Promise<void>;
  remove(key: FileKey): Promise<void>;
}

export const DEFAULT_STORE_NAME = 'antiphon-models-1';

/**
 * The browser's storage for files, on the Cache API. Where there is none (a page from plain http on another
 * machine, storage switched off) the store keeps nothing and everything else works.
 */
export async function openFileStore(name: string = DEFAULT_STORE_NAME): Promise<FileStore> {
  // `caches` is missing outside secure contexts, whatever the type declaration says.
  const storage = (globalThis as { caches?: CacheStorage }).caches;
  if (storage === undefined) return keepNothing;
  try {
    return new CacheFileStore(await storage.open(name));
  } catch {
    return keepNothing;
  }
}

/** The store of those who have none. */
export const keepNothing: FileStore = {
  persistent: false,
  read: async () => null,
  write: async () => {},
  remove: async () => {},
};

const HASH_PARAMETER = 'antiphon-sha256';
const HASH_HEADER = 'x-antiphon-sha256';

class CacheFileStore implements FileStore {
  readonly persistent = true;
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  async read(key: FileKey): Promise<StoredFile | null> {
    const response = await this.#cache.match(requestUrl(key));
    const sha256 = response?.headers.get(HASH_HEADER);
    if (response === undefined || sha256 == null) return null;
    return {
      bytes: new Uint8Array(await response.arrayBuffer()),
      sha256,
      etag: response.headers.get('etag'),
      lastModified: response.headers.get('last-modified'),
    };
  }

  async write(key: FileKey, { bytes, sha256, etag, lastModified }: StoredFile): Promise<void> {
    const headers = new Headers({
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
      [HASH_HEADER]: sha256,
    });
    if (etag !== null) headers.set('etag', etag);
    if (lastModified !== null) headers.set('last-modified', lastModified);
    // First, so that the old and the new content of a large file never fill the quota together.
    await this.#removeOtherContents(key);
    await this.#cache.put(requestUrl(key), new Response(bytes, { headers }));
  }

  async remove(key: FileKey): Promise<void> {
    await this.#cache.delete(requestUrl(key));
  }

  async #removeOtherContents(key: FileKey): Promise<void> {
    const own = requestUrl(key);
    const address = requestUrl({ url: key.url, sha256: null });
    for (const request of await this.#cache.keys(own, { ignoreSearch: true })) {
      const url = new URL(request.url);
      url.searchParams.delete(HASH_PARAMETER);
      if (request.url !== own && url.href === address) await this.#cache.delete(request);
    }
  }
}

/** The Cache API looks up by URL, so the hash goes into it. */
function requestUrl({ url, sha256 }: FileKey): string {
  const request = new URL(url);
  request.hash = '';
  // Also without a hash: deleting a parameter normalises the others, so that equal addresses compare equal.
  request.searchParams.delete(HASH_PARAMETER);
  if (sha256 !== null) request.searchParams.set(HASH_PARAMETER, sha256);
  return request.href;
}
