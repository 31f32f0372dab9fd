import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import envPaths from 'env-paths';

/**
 * Where models and measurements are kept: `ANTIPHON_CACHE`, else the platform's folder for caches
 * (`$XDG_CACHE_HOME/antiphon` or `~/.cache/antiphon`, `~/Library/Caches/antiphon`, `%LOCALAPPDATA%\antiphon\Cache`).
 */
export function cacheFolder(): string {
  return process.env.ANTIPHON_CACHE || envPaths('antiphon', { suffix: '' }).cache;
}

/** Makes a folder below the cache's. Throws what `mkdir` throws where it cannot be made. */
export function subfolder(name: string): string {
  const path = join(cacheFolder(), name);
  makeFolder(path);
  return path;
}

/**
 * As `mkdir` with `recursive`, which in Node.js goes round for ever where the system says ENOENT of a folder whose parent
 * is there, as Linux does in /proc.
 */
function makeFolder(path: string): void {
  let error = mkdirError(path);
  if (error?.code === 'ENOENT' && dirname(path) !== path) {
    makeFolder(dirname(path));
    error = mkdirError(path);
  }
  // Another process may have made it meanwhile.
  if (error !== null && !statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
}

function mkdirError(path: string): NodeJS.ErrnoException | null {
  try {
    mkdirSync(path);
    return null;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}
