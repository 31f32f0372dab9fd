import type { StorageUse } from './host.ts';

/** Missing outside secure contexts and in older browsers, whatever the type declarations say. */
const storage = (): StorageManager | undefined =>
  (globalThis as { navigator?: { readonly storage?: StorageManager } }).navigator?.storage;

/** Of everything that the origin keeps. */
export async function storageUse(): Promise<StorageUse> {
  try {
    const { usage, quota } = (await storage()?.estimate()) ?? {};
    return { usedBytes: usage ?? null, quotaBytes: quota ?? null };
  } catch {
    // Denied where site data is blocked.
    return { usedBytes: null, quotaBytes: null };
  }
}

export async function isStoragePersisted(): Promise<boolean> {
  try {
    return (await storage()?.persisted()) ?? false;
  } catch {
    return false;
  }
}
