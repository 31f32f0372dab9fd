export interface CacheTensorLayout {
  /** Input, for example past_key_values.0.key: [1, heads, rows, headSize] */
  readonly pastName: string;
  /** Output with the new rows added, for example present.0.key; with nothing but them where they are appended. */
  readonly presentName: string;
  readonly heads: number;
  readonly headSize: number;
}

export interface CacheLayout {
  /**
   * What the graph does with past and new rows: join them inside one buffer with room to spare, make a longer one, or
   * leave the past alone and put out new rows to be appended.
   */
  readonly kind: 'in-place' | 'concat' | 'append';
  readonly type: 'float32' | 'float16';
  readonly tensors: readonly CacheTensorLayout[];
}

export function bytesPerElement(type: CacheLayout['type']): number {
  return type === 'float32' ? 4 : 2;
}

/**
 * The output with the new rows alone of the cache that is fed as `pastName`: new_key_values.0.key for
 * past_key_values.0.key. Other exports put out present.0.key, with all rows.
 */
export function newRowsName(pastName: string): string {
  return pastName.replace('past_key_values', 'new_key_values');
}

/** Rows that a cache on the GPU has at first, where the context has that many: most requests then never grow it. */
export const firstCacheRows = 2048;
