import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ByteDirectory } from '../../../host/byte-directory.ts';
import { DirectoryReception } from './directory-reception.ts';
import { type FileRecord, readRecord } from './file-record.ts';
import type { FileKey, FileLabel, FileStore, Reception, StoredFile, StoredFileInfo } from './file-store.ts';

const recordSuffix = '.json';
const contentSuffix = '.bytes';
/** A record is written twice in its life. */
const recordReads = 3;

/** A whole copy in its place. */
interface WholeCopy {
  readonly name: string;
  readonly record: FileRecord;
  readonly file: StoredFile;
}

/**
 * Files in a folder, two for each: the bytes, and a record of what they are. The record is written before the first
 * byte and once more when all are there, so a crash between any two steps leaves a part that can be continued, or
 * nothing; it never leaves a part that passes for a whole.
 *
 * A key has two places. While one holds a whole copy the next content of the key is received in the other, so a whole
 * copy is never written to.
 */
export class DirectoryFileStore implements FileStore {
  readonly persistent = true;
  readonly #directory: ByteDirectory;

  get isExclusive(): boolean {
    return this.#directory.isExclusive;
  }

  constructor(directory: ByteDirectory) {
    this.#directory = directory;
  }

  async find(key: FileKey): Promise<StoredFile | null> {
    return (await this.#newest(key))?.file ?? null;
  }

  async receive(key: FileKey, label: FileLabel): Promise<Reception> {
    const whole = await this.#newest(key);
    const records = await this.#records();
    const places = placesOf(key).filter((place) => place !== whole?.name);
    const part = records.find(({ name, record }) => places.includes(name) && record.complete === null);
    const name = part?.name ?? places[0]!;
    const others = records.flatMap((other) =>
      other.record.key.url === key.url && other.name !== name ? [other.name] : [],
    );
    const sizes = await Promise.all(others.map((other) => this.#bytesOf(other)));
    const file = await this.#directory.open(name + contentSuffix);
    const files = { content: name + contentSuffix, record: name + recordSuffix };
    // Bytes that no record calls a part are overwritten when the new ones come.
    const received = part ? await file.getSize() : 0;
    return new DirectoryReception(this.#directory, files, file, {
      ...{ key, label, received },
      validators: received > 0 ? (part?.record.validators ?? null) : null,
      generation: (whole?.record.generation ?? 0) + 1,
      replacedBytes: sizes.reduce((sum, size) => sum + size, 0),
      removeReplaced: async () => {
        for (const other of others) await this.#remove(other);
      },
      onComplete: async () => {
        if (whole !== null) await this.#remove(whole.name);
      },
    });
  }

  async remove(key: FileKey): Promise<void> {
    const removals = await Promise.allSettled(placesOf(key).map((name) => this.#remove(name)));
    const refused = removals.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
    if (refused) throw refused.reason;
  }

  async removeOthers(keys: readonly FileKey[]): Promise<void> {
    const addresses = new Set(keys.map(({ url }) => url));
    const own = new Set(keys.flatMap(placesOf));
    for (const { name, record } of await this.#records()) {
      if (addresses.has(record.key.url) && !own.has(name)) await this.#remove(name);
    }
  }

  async list(): Promise<StoredFileInfo[]> {
    const files: StoredFileInfo[] = [];
    for (const { name, record } of await this.#records()) {
      files.push({
        key: record.key,
        ...record.label,
        bytes: await this.#bytesOf(name),
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

  /** Of the whole copies of a key, where a crash has left two, the last one received. */
  async #newest(key: FileKey): Promise<WholeCopy | null> {
    let newest: WholeCopy | null = null;
    for (const name of placesOf(key)) {
      const record = await this.#record(name);
      if (record?.complete == null) continue;
      if (newest !== null && newest.record.generation > record.generation) continue;
      const blob = await this.#directory.read(name + contentSuffix);
      if (blob?.size !== record.complete.bytes) continue;
      newest = { name, record, file: { blob, sha256: record.complete.sha256, ...record.validators } };
    }
    return newest;
  }

  async #bytesOf(name: string): Promise<number> {
    return (await this.#directory.read(name + contentSuffix))?.size ?? 0;
  }

  async #remove(name: string): Promise<void> {
    // The bytes first: they are what cannot be removed while somebody writes them.
    await this.#directory.remove(name + contentSuffix);
    await this.#directory.remove(name + recordSuffix);
  }
}

/** Names that every file system takes; 160 bits keep addresses apart. */
function placesOf({ url, content }: FileKey): readonly [string, string] {
  const name = bytesToHex(sha256(utf8ToBytes(`${url}\n${content ?? ''}`))).slice(0, 40);
  return [name, `${name}-2`];
}
