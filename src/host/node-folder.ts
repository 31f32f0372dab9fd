import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
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
  mkdirSync(path, { recursive: true });
  return path;
}
