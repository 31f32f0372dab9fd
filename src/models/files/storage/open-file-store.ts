import { host } from '#host';
import { CacheFileStore } from './cache-file-store.ts';
import { DirectoryFileStore } from './directory-file-store.ts';
import type { FileStore } from './file-store.ts';
import { keepNothing } from './no-file-store.ts';

export const DEFAULT_STORE_NAME = 'antiphon-models-2';

/**
 * The host's storage for files: a folder, where there is none a cache of whole files, and where there is neither (a page
 * from plain http on another machine, site data blocked, a folder that cannot be written) one that keeps nothing:
 * everything else works.
 */
export async function openFileStore(name: string = DEFAULT_STORE_NAME): Promise<FileStore> {
  const directory = await host.openDirectory(name);
  if (directory !== null) return new DirectoryFileStore(directory);
  return (await openCacheFileStore(name)) ?? keepNothing;
}

/** null where the host has no such cache, or denies it. */
export async function openCacheFileStore(name: string): Promise<FileStore | null> {
  const cache = await host.openCache(name);
  return cache && new CacheFileStore(cache);
}
