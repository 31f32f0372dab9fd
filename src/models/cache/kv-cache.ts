import type { OrtTensor } from '../ort/ort.ts';

/** What one pass feeds and fetches for its cache. */
export interface CacheBinding {
  readonly feeds: Readonly<Record<string, OrtTensor>>;
  /** Output names; a tensor is written to in place, null is newly made by the run. */
  readonly fetches: Readonly<Record<string, OrtTensor | null>>;
}

/**
 * Keys and values of one sequence. One file per kind: capacity-kv-cache.ts, gpu-kv-cache.ts,
 * concat-kv-cache.ts, append-kv-cache.ts. A pass is `bind`, the run, `commit`; a pass that fails is simply not committed.
 */
export interface KvCache {
  /** Valid rows. */
  readonly length: number;
  /** Makes room for `newRows` more and answers what to feed. Throws `out-of-memory`. */
  bind(newRows: number): Promise<CacheBinding>;
  /** Takes the outputs of the run and adds `newRows` to the length. */
  commit(outputs: Readonly<Record<string, OrtTensor>>, newRows: number): void;
  /** Forgets rows from `length` on; moves nothing. */
  rollback(length: number): void;
  /**
   * Holds the first `rows` rows of another cache of its kind and model instead of its own. Throws `out-of-memory`, and
   * then holds none.
   */
  copyFrom(source: KvCache, rows: number): Promise<void>;
  dispose(): void;
}
