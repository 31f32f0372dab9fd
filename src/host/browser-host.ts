import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { inTime } from '../concurrency/in-time.ts';
import { bestOrtBuild } from './best-ort-build.ts';
import { nextTask } from './browser-next-task.ts';
import { filesOfBuild } from './browser-ort-files.ts';
import { isStoragePersisted, storageUse } from './browser-storage.ts';
import type { Host, KeptValues } from './host.ts';
import { OpfsDirectory } from './opfs-directory.ts';
import { threadCount } from './thread-count.ts';

/** What may be missing, whatever the type declarations say: in older browsers, and outside secure contexts. */
interface Scope {
  readonly navigator?: {
    readonly gpu?: GPU;
    readonly locks?: LockManager;
    readonly deviceMemory?: number;
  };
  readonly caches?: CacheStorage;
  readonly location?: { readonly href: string };
}

const scope = globalThis as Scope;

/** A value is measured again rather than waited for any longer. */
const patienceSeconds = 5;

/** The Cache API is the one storage that pages and workers share, that survives a reload, and that keeps small values. */
const keptValues: KeptValues = {
  async read(key) {
    try {
      return await inTime(readValue(key), patienceSeconds);
    } catch {
      return null;
    }
  },
  async write(key, value) {
    try {
      await inTime(writeValue(key, value), patienceSeconds);
    } catch {
      // No storage, or it is full.
    }
  },
};

async function readValue(key: string): Promise<unknown> {
  const response = await (await openValues()).match(addressOf(key));
  return response ? await response.json() : null;
}

async function writeValue(key: string, value: unknown): Promise<void> {
  await (await openValues()).put(addressOf(key), Response.json(value));
}

const openValues = (): Promise<Cache> => caches.open('antiphon-measurements');

/** The Cache API keys by address; this one is never fetched. */
const addressOf = (key: string): string => `${self.location.origin}/antiphon-measurements/${key}`;

/** A page's worker, or a page. */
export const host: Host = {
  gpu: async () => {
    const gpu = scope.navigator?.gpu;
    if (!gpu) throw new Error('this browser, or a page without https, does not offer it');
    return gpu;
  },
  bestOrtBuild,
  ortFiles: filesOfBuild,
  threads: () => threadCount(self),
  deviceMemory: () => scope.navigator?.deviceMemory ?? null,
  openDirectory: (name) => OpfsDirectory.open(name),
  openCache: async (name) => {
    try {
      return (await scope.caches?.open(name)) ?? null;
    } catch {
      // Denied where site data is blocked; there already the name may throw.
      return null;
    }
  },
  storageUse,
  isStoragePersisted,
  keptValues,
  nextTask,
  hasher: (algorithm) => {
    const hash = { sha256, sha1 }[algorithm].create();
    return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
  },
  locks: () => scope.navigator?.locks,
  fetch: (input, init) => globalThis.fetch(input, init),
  isLocal: () => false,
  localUrl: () => null,
  openLocal: async () => null,
  baseUrl: () => scope.location?.href,
};
