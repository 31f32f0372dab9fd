import { host } from '#host';
import { EngineError } from '../../../errors/engine-error.ts';
import type { FileLocks } from '../download/file-locks.ts';
import type { FileStore } from './file-store.ts';

/** A model in the browser's storage, or what has come of it. */
export interface StoredModel {
  /** What `load` calls it, without a dtype. */
  readonly id: string;
  /** Of all its files, whatever their dtype. */
  readonly bytes: number;
  /** Of its weights, by their paths. */
  readonly weights: readonly string[];
  /** False where a download was cut off: the next load goes on there. */
  readonly complete: boolean;
}

/** What this site keeps in the browser's storage. */
export interface StoredModels {
  /** Largest first. */
  readonly models: readonly StoredModel[];
  /** Of the models. */
  readonly bytes: number;
  /** Of everything that this site keeps, and what it may keep; null where the browser does not tell. */
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
  /** True where the browser has promised not to clear it when storage runs short. */
  readonly persisted: boolean;
}

/** @throws EngineError `integrity` where the storage does not answer */
export async function listStoredModels(store: FileStore): Promise<StoredModels> {
  const models = new Map<string, { bytes: number; weights: string[]; complete: boolean }>();
  for (const { model, path, bytes, complete } of await answerOf(store.list())) {
    if (model === null) continue;
    const entry = models.get(model) ?? { bytes: 0, weights: [], complete: true };
    entry.bytes += bytes;
    entry.complete &&= complete;
    if (path.endsWith('.onnx')) entry.weights.push(path);
    models.set(model, entry);
  }
  const listed = Array.from(models, ([id, entry]) => ({
    id,
    ...entry,
    weights: entry.weights.sort(),
    complete: entry.complete && entry.weights.length > 0,
  }));
  return {
    models: listed.sort((one, other) => other.bytes - one.bytes),
    bytes: listed.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(await host.storageUse()),
    persisted: await host.isStoragePersisted(),
  };
}

/**
 * Removes a model's files, whole ones and parts, and answers the bytes that were freed. Throws EngineError
 * `invalid-request` while one of them is downloaded, here or in another tab, and `integrity` where the storage does not
 * answer; what was removed before stays removed.
 */
export async function deleteStoredModel(store: FileStore, locks: FileLocks, id: string): Promise<number> {
  let freedBytes = 0;
  for (const { model, path, key, bytes } of await answerOf(store.list())) {
    if (model !== id) continue;
    const isDone = await answerOf(locks.ifFree(key, () => store.remove(key)));
    if (!isDone) {
      throw new EngineError(
        'invalid-request',
        `${id} is being downloaded, here or in another tab (${path}): stop the download before deleting it.`,
        { details: { model: id, path } },
      );
    }
    freedBytes += bytes;
  }
  return freedBytes;
}

async function answerOf<T>(request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'integrity',
      `The stored models cannot be read or removed: ${reason}. Models load without them; reload the page to try the storage again.`,
      { details: { reason: 'unreadable' }, cause },
    );
  }
}
