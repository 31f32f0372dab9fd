import { host } from '#host';
import { roomIn } from '../../../host/host.ts';
import { BlobReception } from './blob-reception.ts';
import type { FileKey, FileLabel, FileStore, Reception, StoredFile, StoredFileInfo } from './file-store.ts';

const contentParameter = 'antiphon-content';
const header = {
  sha256: 'x-antiphon-sha256',
  model: 'x-antiphon-model',
  path: 'x-antiphon-path',
} as const;

/** Files in the Cache API, which takes whole files only: a download that is cut off with its tab begins anew. */
export class CacheFileStore implements FileStore {
  readonly persistent = true;
  readonly isExclusive = true;
  readonly #cache: Cache;

  constructor(cache: Cache) {
    this.#cache = cache;
  }

  async find(key: FileKey): Promise<StoredFile | null> {
    const response = await this.#cache.match(requestUrl(key));
    const sha256 = response?.headers.get(header.sha256);
    if (response === undefined || sha256 == null) return null;
    return {
      blob: await response.blob(),
      sha256,
      etag: response.headers.get('etag'),
      lastModified: response.headers.get('last-modified'),
    };
  }

  async receive(key: FileKey, label: FileLabel): Promise<Reception> {
    const replaced = await this.#requestsAt([key]);
    const sizes = await Promise.all(replaced.map((request) => this.#bytesOf(request)));
    return new BlobReception({
      keep: (file) => this.#put(key, label, file),
      replacedBytes: sizes.reduce((sum, size) => sum + size, 0),
      removeReplaced: async () => {
        for (const request of replaced) await this.#cache.delete(request);
      },
    });
  }

  async remove(key: FileKey): Promise<void> {
    await this.#cache.delete(requestUrl(key));
  }

  async removeOthers(keys: readonly FileKey[]): Promise<void> {
    const own = new Set(keys.map(requestUrl));
    for (const request of await this.#requestsAt(keys)) {
      if (!own.has(request.url)) await this.#cache.delete(request);
    }
  }

  async list(): Promise<StoredFileInfo[]> {
    const files: StoredFileInfo[] = [];
    for (const request of await this.#cache.keys()) {
      const response = await this.#cache.match(request);
      if (response === undefined) continue;
      const model = response.headers.get(header.model);
      files.push({
        key: keyOf(request.url),
        model: model === null ? null : decodeURIComponent(model),
        path: decodeURIComponent(response.headers.get(header.path) ?? ''),
        bytes: Number(response.headers.get('content-length')),
        complete: true,
      });
    }
    return files;
  }

  async room(): Promise<number | null> {
    return roomIn(await host.storageUse());
  }

  async #put(key: FileKey, { model, path }: FileLabel, file: StoredFile): Promise<void> {
    const headers = new Headers({
      'content-type': 'application/octet-stream',
      'content-length': String(file.blob.size),
      [header.sha256]: file.sha256,
      // Headers hold Latin-1 only.
      [header.path]: encodeURIComponent(path),
    });
    if (model !== null) headers.set(header.model, encodeURIComponent(model));
    if (file.etag !== null) headers.set('etag', file.etag);
    if (file.lastModified !== null) headers.set('last-modified', file.lastModified);
    await this.#cache.put(requestUrl(key), new Response(file.blob, { headers }));
  }

  /** Requests under which contents of the addresses are kept. */
  async #requestsAt(keys: readonly FileKey[]): Promise<Request[]> {
    const addresses = new Set(keys.map(({ url }) => requestUrl({ url, content: null })));
    return (await this.#cache.keys()).filter(({ url }) => addresses.has(keyOf(url).url));
  }

  async #bytesOf(request: Request): Promise<number> {
    return Number((await this.#cache.match(request))?.headers.get('content-length') ?? 0);
  }
}

/** The Cache API looks up by URL, so the hash goes into it. */
function requestUrl({ url, content }: FileKey): string {
  const request = new URL(url);
  request.hash = '';
  // Also without a hash: deleting a parameter normalises the others, so that equal addresses compare equal.
  request.searchParams.delete(contentParameter);
  if (content !== null) request.searchParams.set(contentParameter, content);
  return request.href;
}

function keyOf(requestedUrl: string): FileKey {
  const url = new URL(requestedUrl);
  const content = url.searchParams.get(contentParameter);
  url.searchParams.delete(contentParameter);
  return { url: url.href, content };
}
