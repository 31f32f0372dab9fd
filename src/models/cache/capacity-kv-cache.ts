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
 * Rows added at once. Every pass moves all rows in and out of the WebAssembly heap, valid or not, so spare
 * rows cost; so does growing, which copies them once more. 32 is near the best for a few hundred rows.
 */
export const capacityStepRows = 32;

/**
 * Cache on the host for graphs with GroupQueryAttention: the tensors have more rows than are valid, and the
 * length of attention_mask says how many are. Rule of ONNX Runtime: total ≤ rows of the past, or total = past
 * + new; this cache always keeps the first.
 */
export class CapacityKvCache implements KvCache {
  readonly #layout: CacheLayout;
  readonly #maxRows: number;
  #tensors: HostKvTensors;
  #length = 0;

  constructor(layout: CacheLayout, maxRows: number) {
    this.#layout = layout;
    this.#maxRows = maxRows;
    this.#tensors = emptyKvTensors(layout);
  }

  get length(): number {
    return this.#length;
  }

  async bind(newRows: number): Promise<CacheBinding> {
    const total = this.#length + newRows;
    if (total > this.#tensors.rows) {
      const steps = Math.ceil(total / capacityStepRows);
      const rows = Math.min(steps * capacityStepRows, this.#maxRows);
      this.#tensors = resizedKvTensors(this.#layout, this.#tensors, rows, this.#length);
    }
    return { feeds: this.#tensors.feeds, fetches: fetchesOf(this.#layout) };
  }

  commit(outputs: Readonly<Record<string, OrtTensor>>, newRows: number): void {
    this.#tensors = presentAsPast(this.#layout, outputs, this.#tensors.rows);
    this.#length += newRows;
  }

  rollback(length: number): void {
    this.#length = length;
  }

  async copyFrom(source: CapacityKvCache, rows: number): Promise<void> {
    this.#tensors = resizedKvTensors(this.#layout, source.#tensors, rows, rows);
    this.#length = rows;
  }

  dispose(): void {
    this.#tensors = emptyKvTensors(this.#layout);
    this.#length = 0;
  }
}
