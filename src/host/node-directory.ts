import { accessSync, constants, openAsBlob } from 'node:fs';
import { open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteDirectory, ByteFile } from './byte-directory.ts';

/**
 * A folder on disk. Several processes may use it at once: who writes a file holds its lock (node-locks.ts). A process that
 * was busy or asleep for long loses its locks, so a file that is open here may be open in another process all the same.
 */
export class NodeDirectory implements ByteDirectory {
  readonly isExclusive = false;
  readonly #folder: string;
  readonly #open = new Set<string>();

  /** Throws where `folder` cannot be written. */
  constructor(folder: string) {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    this.#folder = folder;
  }

  names(): Promise<string[]> {
    return readdir(this.#folder);
  }

  read(name: string): Promise<Blob | null> {
    return fileBlob(join(this.#folder, name));
  }

  async open(name: string): Promise<ByteFile> {
    this.#refuseOpen(name);
    this.#open.add(name);
    try {
      // Read and written at any place, and made where it is missing: 'a+' would write at the end only.
      const file = await open(join(this.#folder, name), constants.O_RDWR | constants.O_CREAT);
      return {
        getSize: async () => (await file.stat()).size,
        read: async (into, { at }) => (await file.read(into, 0, into.byteLength, at)).bytesRead,
        write: async (bytes, { at }) =>
          (await file.write(bytes, 0, bytes.byteLength, at).catch(rethrowFull)).bytesWritten,
        truncate: (size) => file.truncate(size),
        close: async () => {
          this.#open.delete(name);
          // Without it a crash of the machine may leave a record on disk that is ahead of its bytes.
          // Some file systems say here that they are full.
          await file
            .sync()
            .catch(rethrowFull)
            .finally(() => file.close());
        },
      };
    } catch (error) {
      this.#open.delete(name);
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    this.#refuseOpen(name);
    await rm(join(this.#folder, name), { force: true });
  }

  async room(): Promise<number | null> {
    return freeBytes(this.#folder);
  }

  #refuseOpen(name: string): void {
    if (this.#open.has(name)) throw new DOMException(`${name} is open`, 'NoModificationAllowedError');
  }
}

/** The file as it is; its bytes stay on disk until they are read. null where there is none. */
export async function fileBlob(path: string): Promise<Blob | null> {
  try {
    return (await stat(path)).isFile() ? await openAsBlob(path) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Bytes that may still be written to the disk of `folder`; null where the system does not say. */
export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** Of the files of `folder`, those of its folders included; 0 where there is none. */
export async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  // A file may go meanwhile.
  const sizes = await Promise.all(
    names.map(async (name) => {
      const entry = await stat(join(folder, name)).catch(() => null);
      return entry?.isFile() ? entry.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const codeOf = (error: unknown): unknown => (error as NodeJS.ErrnoException).code;

const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

/** Full disks and full quotas, as the browser calls them. */
function rethrowFull(error: unknown): never {
  const isFull = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT';
  throw isFull ? new DOMException((error as Error).message, 'QuotaExceededError') : error;
}
