import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ByteDirectory } from './byte-directory.ts';
import { DirectoryReception } from './directory-reception.ts';
import { type FileRecord, readRecord } from './file-record.ts';
import type { FileKey, FileLabel, FileStore, Reception, StoredFile, StoredFileInfo } from './file-store.ts';

const recordSuffix = '.json';
const contentSuffix = '.bytes';
/** A record is written twice in its life. */
const recordReads = 3;

/**
 * Files in a folder, two for each: the bytes, and a record of what they are. The record is written before the first
 * byte and once more when all are there, so a crash between any two steps leaves a part that can be continued, or
 * nothing; it never leaves a part that passes for a whole.
 */
export class DirectoryFileStore implements FileStore {
  readonly persistent = true;
  readonly #directory: ByteDirectory;

  constructor(directory: ByteDirectory) {
    this.#directory = directory;
  }

  async find(key: FileKey): Promise<StoredFile | null> {
    const name = nameOf(key);
    const record = await this.#record(name);
    if (record?.complete == null) return null;
    const blob = await this.#directory.read(name + contentSuffix);
    if (blob?.size !== record.complete.bytes) return null;
    return { blob, sha256: record.complete.sha256, ...record.validators };
  }

  async receive(key: FileKey, label: FileLabel): Promise<Reception> {
    await this.#removeOtherContents(key);
    const name = nameOf(key);
    const record = await this.#record(name);
    const file = await this.#directory.open(name + contentSuffix);
    const files = { content: name + contentSuffix, record: name + recordSuffix };
    // A complete file that is asked for once more was found to be damaged.
    if (record?.complete !== null) await file.truncate(0);
    const received = await file.getSize();
    return new DirectoryReception(this.#directory, files, file, { key, label, record, received });
  }

  async remove(key: FileKey): Promise<void> {
    await this.#remove(nameOf(key));
  }

  async list(): Promise<StoredFileInfo[]> {
    const files: StoredFileInfo[] = [];
    for (const { name, record } of await this.#records()) {
      const content = await this.#directory.read(name + contentSuffix);
      files.push({
        key: record.key,
        ...record.label,
        bytes: content?.size ?? 0,
        complete: record.complete !== null,
      });
    }
    return files;
  }

  room(): Promise<number | null> {
    return this.#directory.room();
  }

  async #records(): Promise<{ readonly name: string; readonly record: FileRecord }[]> {
    const found = [];
    for (const fileName of await this.#directory.names()) {
      if (!fileName.endsWith(recordSuffix)) continue;
      const name = fileName.slice(0, -recordSuffix.length);
      const record = await this.#record(name);
      if (record) found.push({ name, record });
    }
    return found;
  }

  /** null where there is none, or none that can be read: its bytes are then as good as missing. */
  async #record(name: string): Promise<FileRecord | null> {
    for (let attempt = 0; attempt < recordReads; attempt++) {
      const blob = await this.#directory.read(name + recordSuffix);
      try {
        return blob && readRecord(await blob.text());
      } catch {
        // Somebody has written it since it was opened, as downloads of other files do.
      }
    }
    return null;
  }

  async #removeOtherContents(key: FileKey): Promise<void> {
    const own = nameOf(key);
    for (const { name, record } of await this.#records()) {
      if (name !== own && record.key.url === key.url) await this.#remove(name);
    }
  }

  async #remove(name: string): Promise<void> {
    // The bytes first: they are what cannot be removed while somebody writes them.
    await this.#directory.remove(name + contentSuffix);
    await this.#directory.remove(name + recordSuffix);
  }
}

/** A name that every file system takes; 160 bits keep addresses apart. */
function nameOf({ url, content }: FileKey): string {
  return bytesToHex(sha256(utf8ToBytes(`${url}\n${content ?? ''}`))).slice(0, 40);
}
