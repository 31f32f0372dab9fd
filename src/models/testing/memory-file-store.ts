import type { FileKey, FileStore, StoredFile } from '../file-store.ts';

const nameOf = ({ url, sha256 }: FileKey): string => `${url} ${sha256 ?? 'any'}`;

/** Keeps files as long as the object lives. */
export class MemoryFileStore implements FileStore {
  readonly persistent = true;
  readonly files = new Map<string, StoredFile>();

  async read(key: FileKey): Promise<StoredFile | null> {
    return this.files.get(nameOf(key)) ?? null;
  }

  async write(key: FileKey, file: StoredFile): Promise<void> {
    for (const name of this.files.keys()) {
      if (name.startsWith(`${key.url} `)) this.files.delete(name);
    }
    this.files.set(nameOf(key), file);
  }

  async remove(key: FileKey): Promise<void> {
    this.files.delete(nameOf(key));
  }

  /** Paths of the stored files, sorted. */
  get paths(): string[] {
    return [...this.files.keys()].map((name) => new URL(name.split(' ')[0]!).pathname).sort();
  }
}

/** A store whose every operation fails, as with a full disk. */
export const brokenFileStore: FileStore = {
  persistent: true,
  read: async () => {
    throw new DOMException('storage is gone', 'InvalidStateError');
  },
  write: async () => {
    throw new DOMException('no space left', 'QuotaExceededError');
  },
  remove: async () => {
    throw new DOMException('storage is gone', 'InvalidStateError');
  },
};
