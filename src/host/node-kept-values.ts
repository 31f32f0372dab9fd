import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeptValues } from './host.ts';
import { subfolder } from './node-folder.ts';

/** The key is written with the value: names of files are hashes. */
interface KeptValue {
  readonly key: string;
  readonly value: unknown;
}

const pathOf = (key: string): string =>
  join(subfolder('measurements'), `${createHash('sha256').update(key).digest('hex').slice(0, 40)}.json`);

/** A file for each value. */
export const nodeKeptValues: KeptValues = {
  async read(key) {
    try {
      const kept: KeptValue = JSON.parse(await readFile(pathOf(key), 'utf8'));
      return kept.key === key ? kept.value : null;
    } catch {
      return null;
    }
  },
  async write(key, value) {
    try {
      const path = pathOf(key);
      const beside = `${path}.${randomUUID()}`;
      try {
        await writeFile(beside, JSON.stringify({ key, value } satisfies KeptValue));
        // Another process reads the old value or the new one.
        await rename(beside, path);
      } catch {
        await rm(beside, { force: true });
      }
    } catch {
      // No folder, or the disk is full.
    }
  },
};
