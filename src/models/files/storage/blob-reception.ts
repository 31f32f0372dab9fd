import type { Reception, StoredFile, Validators } from './file-store.ts';
import { isQuotaExceeded } from './storage-room.ts';

/** Bytes are handed to the browser in blobs of this size, which it keeps outside the JavaScript heap. */
const blobBytes = 4 * 2 ** 20;

/** Where a whole file is to stay. */
export interface BlobPlace {
  keep(file: StoredFile): Promise<void>;
  readonly replacedBytes: number;
  removeReplaced(): Promise<void>;
}

const nowhere: BlobPlace = { keep: async () => {}, replacedBytes: 0, removeReplaced: async () => {} };

/** A file on its way that lives as long as this object: for stores that take whole files, or none. */
export class BlobReception implements Reception {
  readonly #place: BlobPlace;
  #replacedBytes: number;
  #blobs: Blob[] = [];
  #pending: Uint8Array<ArrayBuffer>[] = [];
  #pendingBytes = 0;
  #received = 0;
  #validators: Validators | null = null;

  constructor(place: BlobPlace = nowhere) {
    this.#place = place;
    this.#replacedBytes = place.replacedBytes;
  }

  get replacedBytes(): number {
    return this.#replacedBytes;
  }

  async removeReplaced(): Promise<void> {
    await this.#place.removeReplaced();
    this.#replacedBytes = 0;
  }

  get received(): number {
    return this.#received;
  }

  get validators(): Validators | null {
    return this.#validators;
  }

  async *pieces(): AsyncIterable<Uint8Array> {
    for (const blob of this.#flushed()) yield new Uint8Array(await blob.arrayBuffer());
  }

  async restart(validators: Validators): Promise<void> {
    this.#clear();
    this.#validators = validators;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#pending.push(bytes.slice());
    this.#pendingBytes += bytes.byteLength;
    this.#received += bytes.byteLength;
    if (this.#pendingBytes >= blobBytes) this.#flushed();
  }

  async complete(sha256: string): Promise<StoredFile> {
    const { etag = null, lastModified = null } = this.#validators ?? {};
    const file = { blob: new Blob(this.#flushed()), sha256, etag, lastModified };
    try {
      await this.#keep(file);
    } catch (error) {
      // Any other failure costs the copy, not the file.
      if (isQuotaExceeded(error)) throw error;
    }
    return file;
  }

  /** Where the browser's estimate was wrong, what the file replaces makes room. */
  async #keep(file: StoredFile): Promise<void> {
    try {
      await this.#place.keep(file);
    } catch (error) {
      if (!isQuotaExceeded(error) || this.#replacedBytes === 0) throw error;
      await this.removeReplaced();
      await this.#place.keep(file);
    }
  }

  async suspend(): Promise<void> {
    this.#clear();
  }

  async discard(): Promise<void> {
    this.#clear();
  }

  #flushed(): Blob[] {
    if (this.#pendingBytes > 0) this.#blobs.push(new Blob(this.#pending));
    this.#pending = [];
    this.#pendingBytes = 0;
    return this.#blobs;
  }

  #clear(): void {
    this.#blobs = [];
    this.#pending = [];
    this.#pendingBytes = 0;
    this.#received = 0;
    this.#validators = null;
  }
}
