import type { OrtTensor } from './ort.ts';

export interface CacheTensorLayout {
  /** Input, for example past_key_values.0.key: [1, heads, rows, headSize] */
  readonly pastName: string;
  /** Output with the new rows added, for example present.0.key. */
  readonly presentName: string;
  readonly heads: number;
  readonly headSize: number;
}

export interface CacheLayout {
  /** How the graph joins past and new rows: inside one buffer with room to spare, or by making a longer one. */
  readonly kind: 'in-place' | 'concat';
  readonly type: 'float32' | 'float16';
  readonly tensors: readonly CacheTensorLayout[];
}

/** What one pass feeds and fetches for its cache. */
export interface CacheBinding {
  readonly feeds: Readonly<Record<string, OrtTensor>>;
  /** Output names; a tensor is written to in place, null is newly made by the run. */
  readonly fetches: Readonly<Record<string, OrtTensor | null>>;
}

/**
 * Keys and values of one sequence. One file per kind: capacity-kv-cache.ts, gpu-kv-cache.ts,
 * concat-kv-cache.ts. A pass is `bind`, the run, `commit`; a pass that fails is simply not committed.
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
  dispose(): void;
}

export function bytesPerElement(type: CacheLayout['type']): number {
  return type === 'float32' ? 4 : 2;
}
