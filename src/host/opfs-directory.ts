import { inTurn } from '../concurrency/turns.ts';
import { storageUse } from './browser-storage.ts';
import type { ByteDirectory, ByteFile } from './byte-directory.ts';
import { roomIn } from './host.ts';

/**
 * A folder of the origin private file system. Files are written through sync access handles, which put bytes on disk
 * as they come, so that a tab which is closed leaves what it has received; workers alone have them.
 * https://developer.mozilla.org/docs/Web/API/FileSystemSyncAccessHandle
 */
export class OpfsDirectory implements ByteDirectory {
  readonly isExclusive = true;
  readonly #folder: FileSystemDirectoryHandle;

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  /** null where the browser has none, or denies it. */
  static async open(name: string): Promise<OpfsDirectory | null> {
    const { FileSystemFileHandle, navigator } = globalThis as {
      FileSystemFileHandle?: { readonly prototype: object };
      navigator?: { readonly storage?: StorageManager };
    };
    if (!FileSystemFileHandle || !('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return null;
    try {
      return await inTurn(async () => {
        const root = await navigator?.storage?.getDirectory();
        return root ? new OpfsDirectory(await root.getDirectoryHandle(name, { create: true })) : null;
      });
    } catch {
      // Private windows of some browsers.
      return null;
    }
  }

  names(): Promise<string[]> {
    return inTurn(async () => {
      const names: string[] = [];
      for await (const name of this.#folder.keys()) names.push(name);
      return names;
    });
  }

  read(name: string): Promise<Blob | null> {
    return inTurn(async () => {
      try {
        return await (await this.#folder.getFileHandle(name)).getFile();
      } catch (error) {
        return nullIfMissing(error);
      }
    });
  }

  async open(name: string): Promise<ByteFile> {
    const handle = await inTurn(
      async () => {
        const file = await this.#folder.getFileHandle(name, { create: true });
        return (await file.createSyncAccessHandle()) as SyncAccessHandle;
      },
      (late) => late.close(),
    );
    return {
      getSize: () => inTurn(() => handle.getSize()),
      read: (into, options) => inTurn(() => handle.read(into, options)),
      write: (bytes, options) => inTurn(() => handle.write(bytes, options)),
      truncate: (size) => inTurn(() => handle.truncate(size)),
      close: () =>
        inTurn(() => {
          handle.flush();
          handle.close();
        }),
    };
  }

  async remove(name: string): Promise<void> {
    await inTurn(() => this.#folder.removeEntry(name).catch(nullIfMissing));
  }

  async room(): Promise<number | null> {
    return roomIn(await storageUse());
  }
}

/** What the type declarations of the DOM leave out, as they are for pages. */
interface SyncAccessHandle {
  getSize(): number;
  read(into: Uint8Array, options: { readonly at: number }): number;
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}

function nullIfMissing(error: unknown): null {
  if (error instanceof DOMException && error.name === 'NotFoundError') return null;
  throw error;
}
