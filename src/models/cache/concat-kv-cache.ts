import type { CacheLayout } from '../onnx/cache-layout.ts';
import type { OrtTensor } from '../ort/ort.ts';
import {
  emptyKvTensors,
  fetchesOf,
  type HostKvTensors,
  presentAsPast,
  resizedKvTensors,
} from './host-kv-tensors.ts';
import type { CacheBinding, KvCache } from './kv-cache.ts';

/**
 * Cache on the host for graphs that append new rows to the past: what they are fed must have the valid rows
 * and no others. Rolling back only lowers the length; the copy without the forgotten rows is made by the next
 * pass, once, however often it was rolled back in between.
 */
export class ConcatKvCache implements KvCache {
  readonly #layout: CacheLayout;
  #tensors: HostKvTensors;
  #length = 0;

  constructor(layout: CacheLayout) {
    this.#layout = layout;
    this.#tensors = emptyKvTensors(layout);
  }

  get length(): number {
    return this.#length;
  }

  async bind(_newRows: number): Promise<CacheBinding> {
    if (this.#tensors.rows !== this.#length) {
      this.#tensors = resizedKvTensors(this.#layout, this.#tensors, this.#length, this.#length);
    }
    return { feeds: this.#tensors.feeds, fetches: fetchesOf(this.#layout) };
  }

  commit(outputs: Readonly<Record<string, OrtTensor>>, newRows: number): void {
    this.#tensors = presentAsPast(this.#layout, outputs, this.#length + newRows);
    this.#length += newRows;
  }

  rollback(length: number): void {
    this.#length = length;
  }

  async copyFrom(source: ConcatKvCache, rows: number): Promise<void> {
    this.#tensors = resizedKvTensors(this.#layout, source.#tensors, rows, rows);
    this.#length = rows;
  }

  dispose(): void {
    this.#tensors = emptyKvTensors(this.#layout);
    this.#length = 0;
  }
}
