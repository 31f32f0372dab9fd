import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { ByteDirectory, ByteFile } from '../../../host/byte-directory.ts';
import type { FileRecord } from './file-record.ts';
import type { FileKey, FileLabel, Reception, StoredFile, Validators } from './file-store.ts';

const pieceBytes = 2 ** 20;

/** What a reception is to become, and what it takes the place of. */
export interface ReceptionPlan {
  readonly key: FileKey;
  readonly label: FileLabel;
  readonly generation: number;
  /** Of the part that is here; null where there is none. */
  readonly validators: Validators | null;
  readonly received: number;
  readonly replacedBytes: number;
  removeReplaced(): Promise<void>;
  /** Called when the whole is in its place. */
  onComplete(): Promise<void>;
}

/** A file on its way into a folder. It is open, and so nobody else's, until the reception ends. */
export class DirectoryReception implements Reception {
  readonly #directory: ByteDirectory;
  readonly #names: { readonly content: string; readonly record: string };
  readonly #file: ByteFile;
  readonly #plan: ReceptionPlan;
  #isOpen = true;
  #received: number;
  #validators: Validators | null;
  #replacedBytes: number;

  constructor(
    directory: ByteDirectory,
    names: { readonly content: string; readonly record: string },
    file: ByteFile,
    plan: ReceptionPlan,
  ) {
    this.#directory = directory;
    this.#names = names;
    this.#file = file;
    this.#plan = plan;
    this.#received = plan.received;
    this.#validators = plan.validators;
    this.#replacedBytes = plan.replacedBytes;
  }

  get received(): number {
    return this.#received;
  }

  get validators(): Validators | null {
    return this.#validators;
  }

  get replacedBytes(): number {
    return this.#replacedBytes;
  }

  async removeReplaced(): Promise<void> {
    await this.#plan.removeReplaced();
    this.#replacedBytes = 0;
  }

  async *pieces(): AsyncIterable<Uint8Array> {
    const piece = new Uint8Array(Math.min(pieceBytes, this.#received));
    for (let at = 0; at < this.#received; ) {
      const count = await this.#file.read(piece, { at });
      if (count === 0) throw new Error(`${this.#names.content} ends at ${at} of ${this.#received} bytes`);
      yield piece.subarray(0, count);
      at += count;
    }
  }

  async restart(validators: Validators): Promise<void> {
    await this.#file.truncate(0);
    this.#received = 0;
    this.#validators = validators;
    await this.#writeRecord(null);
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let written = 0; written < bytes.byteLength; ) {
      const at = this.#received + written;
      const count = await this.#file.write(bytes.subarray(written), { at });
      if (count === 0)
        throw new DOMException(`${this.#names.content} takes no more bytes`, 'QuotaExceededError');
      written += count;
    }
    this.#received += bytes.byteLength;
  }

  async complete(sha256: string): Promise<StoredFile> {
    await this.#close();
    await this.#writeRecord({ bytes: this.#received, sha256 });
    const blob = await this.#directory.read(this.#names.content);
    if (!blob) throw new Error(`${this.#names.content} was removed while it was received`);
    // A full storage may take fewer bytes than it says.
    if (blob.size !== this.#received) {
      throw new DOMException(
        `${this.#names.content} has ${blob.size} of ${this.#received} bytes`,
        'QuotaExceededError',
      );
    }
    // It is here, whether or not what it replaces can be removed.
    await this.#plan.onComplete().catch(() => {});
    return { blob, sha256, ...(this.#validators ?? noValidators) };
  }

  async suspend(): Promise<void> {
    if (this.#received === 0) return this.discard();
    await this.#close();
  }

  async discard(): Promise<void> {
    if (this.#isOpen) {
      // Emptied first: where the file cannot be removed its space is free all the same.
      await this.#file.truncate(0);
      await this.#close();
    }
    await this.#directory.remove(this.#names.content);
    await this.#directory.remove(this.#names.record);
  }

  #close(): Promise<void> {
    this.#isOpen = false;
    return this.#file.close();
  }

  async #writeRecord(complete: FileRecord['complete']): Promise<void> {
    const record: FileRecord = {
      version: 1,
      key: this.#plan.key,
      label: this.#plan.label,
      generation: this.#plan.generation,
      validators: this.#validators ?? noValidators,
      complete,
    };
    const file = await this.#directory.open(this.#names.record);
    try {
      await file.truncate(0);
      await file.write(utf8ToBytes(JSON.stringify(record)), { at: 0 });
    } finally {
      await file.close();
    }
  }
}

const noValidators: Validators = { etag: null, lastModified: null };
