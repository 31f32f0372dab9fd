import { megabytesText } from '../../errors/byte-text.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { FileStore } from './file-store.ts';

/** What the origin has stored, everything included, and what it may store; null where the browser does not say. */
export interface StorageUse {
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
}

export async function storageUse(): Promise<StorageUse> {
  try {
    const { usage, quota } = await navigator.storage.estimate();
    return { usedBytes: usage ?? null, quotaBytes: quota ?? null };
  } catch {
    // Missing outside secure contexts.
    return { usedBytes: null, quotaBytes: null };
  }
}

/** Bytes that this origin may still write, as the browser estimates; null where it does not. */
export async function estimatedRoom(): Promise<number | null> {
  const { usedBytes, quotaBytes } = await storageUse();
  return usedBytes === null || quotaBytes === null ? null : Math.max(0, quotaBytes - usedBytes);
}

/** Throws `storage-full` where the browser says that `bytes` more do not fit. `what` begins the message. */
export async function requireRoom(store: FileStore, bytes: number, what: string): Promise<void> {
  const room = store.persistent ? await store.room().catch(() => null) : null;
  if (room !== null && bytes > room) throw storageFull(what, bytes, room);
}

/** @param room null where the browser has not said how much there is, only that it is not enough */
export function storageFull(
  what: string,
  bytes: number | null,
  room: number | null,
  cause?: unknown,
): EngineError {
  const wanted = bytes === null ? 'more storage' : `${megabytesText(bytes)} of storage`;
  const given =
    room === null
      ? 'the browser has no more to give'
      : `the browser has ${megabytesText(room)} left for this site`;
  return new EngineError(
    'storage-full',
    `${what} needs ${wanted}, ${given}. Nothing of it was kept; delete models that are stored (engine.deleteStored), free disk space, or choose a smaller dtype.`,
    { details: { bytesWanted: bytes, bytesFree: room }, cause },
  );
}

export function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
