import { sizeText } from '../../../errors/byte-text.ts';
import { EngineError } from '../../../errors/engine-error.ts';
import type { FileStore } from './file-store.ts';

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
  const wanted = bytes === null ? 'more storage' : `${sizeText(bytes)} of storage`;
  const given = room === null ? 'none is left' : `${sizeText(room)} is left`;
  return new EngineError(
    'storage-full',
    `${what} needs ${wanted}, ${given}. Nothing was stored; delete stored models (engine.deleteStored), free disk space, or choose a smaller dtype.`,
    { details: { bytesWanted: bytes, bytesFree: room }, cause },
  );
}

export function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}
