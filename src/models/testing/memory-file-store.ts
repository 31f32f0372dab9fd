import { DirectoryFileStore } from '../files/storage/directory-file-store.ts';
import type { FileStore } from '../files/storage/file-store.ts';
import { MemoryDirectory } from './memory-directory.ts';

/** The store of the browser on a folder in memory. */
export class MemoryFileStore extends DirectoryFileStore {
  readonly directory: MemoryDirectory;

  constructor(directory = new MemoryDirectory()) {
    super(directory);
    this.directory = directory;
  }

  /** Paths of the whole files, sorted. */
  async paths(): Promise<string[]> {
    const files = await this.list();
    return files.flatMap(({ complete, key }) => (complete ? [new URL(key.url).pathname] : [])).sort();
  }

  /** Changes a byte of the stored copy of `url`, as a failing disk does. */
  async damage(url: string): Promise<void> {
    for (const [name, bytes] of this.directory.files) {
      const record = name.endsWith('.json') && JSON.parse(new TextDecoder().decode(bytes));
      if (!record || record.key.url !== url) continue;
      const content = this.directory.files.get(name.replace('.json', '.bytes'))!;
      content[content.length >> 1]! ^= 1;
    }
  }
}

/** A store whose every operation fails. */
export const brokenFileStore: FileStore = {
  persistent: true,
  isExclusive: true,
  find: async () => {
    throw new DOMException('storage is gone', 'InvalidStateError');
  },
  receive: async () => {
    throw new DOMException('storage is gone', 'InvalidStateError');
  },
  remove: async () => {
    throw new DOMException('storage is gone', 'InvalidStateError');
  },
  removeOthers: async () => {
    throw new DOMException('storage is gone', 'InvalidStateError');
  },
  list: async () => {
    throw new DOMException('storage is gone', 'InvalidStateError');
  },
  room: async () => {
    throw new DOMException('storage is gone', 'InvalidStateError');
  },
};
