import { CacheFileStore } from './cache-file-store.ts';
import { DirectoryFileStore } from './directory-file-store.ts';
import type { FileStore } from './file-store.ts';
import { keepNothing } from './no-file-store.ts';
import { OpfsDirectory } from './opfs-directory.ts';

export const DEFAULT_STORE_NAME = 'antiphon-models-2';

/**
 * The browser's storage for files: the origin private file system, where it is missing the Cache API, and where there
 * is neither (a page from plain http on another machine, site data blocked) one that keeps nothing: everything
 * else works.
 */
export async function openFileStore(name: string = DEFAULT_STORE_NAME): Promise<FileStore> {
  const directory = await OpfsDirectory.open(name);
  if (directory !== null) return new DirectoryFileStore(directory);
  return (await openCacheFileStore(name)) ?? keepNothing;
}

/** null where there is no Cache API, or the browser denies it. */
export async function openCacheFileStore(name: string): Promise<FileStore | null> {
  try {
    // Missing outside secure contexts, whatever the type declaration says; where site data is blocked it may throw.
    const storage = (globalThis as { caches?: CacheStorage }).caches;
    return storage === undefined ? null : new CacheFileStore(await storage.open(name));
  } catch {
    return null;
  }
}
