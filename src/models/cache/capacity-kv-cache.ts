import type { CacheLayout } from '../onnx/cache-layout.ts';
import type { OrtTensor } from '../ort/ort.ts';
import { HostKvCache } from './host-kv-cache.ts';
import { fetchesOf, type HostKvTensors, presentAsPast, resizedKvTensors } from './host-kv-tensors.ts';
import type { CacheBinding } from './kv-cache.ts';

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
export class CapacityKvCache extends HostKvCache {
  readonly #maxRows: number;

  constructor(layout: CacheLayout, maxRows: number) {
    super(layout);
    this.#maxRows = maxRows;
  }

  async bind(newRows: number): Promise<CacheBinding> {
    const total = this.length + newRows;
    if (total > this.tensors.rows) {
      const steps = Math.ceil(total / capacityStepRows);
      const rows = Math.min(steps * capacityStepRows, this.#maxRows);
      this.tensors = resizedKvTensors(this.layout, this.tensors, rows, this.length);
    }
    return { feeds: this.tensors.feeds, fetches: fetchesOf(this.layout) };
  }

  protected override pastOf(outputs: Readonly<Record<string, OrtTensor>>): HostKvTensors {
    return presentAsPast(this.layout, outputs, this.tensors.rows);
  }
}
