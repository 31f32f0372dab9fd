import type { Reception, StoredFile, Validators } from './file-store.ts';
import { isQuotaExceeded } from './storage-room.ts';

/** Bytes are handed to the browser in blobs of this size, which it keeps outside the JavaScript heap. */
const blobBytes = 4 * 2 ** 20;

/** A file on its way that lives as long as this object: for stores that take whole files, or none. */
export class BlobReception implements Reception {
  readonly #keep: (file: StoredFile) => Promise<void>;
  #blobs: Blob[] = [];
  #pending: Uint8Array<ArrayBuffer>[] = [];
  #pendingBytes = 0;
  #received = 0;
  #validators: Validators | null = null;

  /** `keep` puts the whole file where it is to stay. */
  constructor(keep: (file: StoredFile) => Promise<void> = async () => {}) {
    this.#keep = keep;
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
