import { emptyKvTensors, fetchesOf, type HostKvTensors, resizedKvTensors } from './host-kv-tensors.ts';
import { bytesOf } from './host-tensors.ts';
import { bytesPerElement, type CacheBinding, type CacheLayout, type KvCache } from './kv-cache.ts';
import { headCopies } from './kv-rows.ts';
import type { OrtTensor } from './ort.ts';

/** Rows added at once; a pass reads and copies spare rows too, and growing copies all. */
export const appendStepRows = 32;

/** A cache that was rolled back by more than this gives rows up. */
const mostSpareRows = 4 * appendStepRows;

/**
 * Cache on the host for prepared graphs (prepare/write-attention.ts): they are fed tensors with at least the valid
 * rows, the length of attention_mask says how many are, and they put out the new rows alone, which are written behind
 * the valid ones here. So a pass moves the cache into the WebAssembly heap once and never out of it. Rows that are not
 * valid must be finite: they are zeros or were valid once.
 */
export class AppendKvCache implements KvCache {
  readonly #layout: CacheLayout;
  readonly #maxRows: number;
  #tensors: HostKvTensors;
  #length = 0;

  constructor(layout: CacheLayout, maxRows: number) {
    this.#layout = layout;
    this.#maxRows = maxRows;
    // Products over no rows at all are not every kernel's strength.
    this.#tensors = emptyKvTensors(layout, Math.min(appendStepRows, maxRows));
  }

  get length(): number {
    return this.#length;
  }

  async bind(_newRows: number): Promise<CacheBinding> {
    if (this.#tensors.rows - this.#rowsFor(this.#length) > mostSpareRows) this.#resize(this.#length);
    return { feeds: this.#tensors.feeds, fetches: fetchesOf(this.#layout) };
  }

  commit(outputs: Readonly<Record<string, OrtTensor>>, newRows: number): void {
    const total = this.#length + newRows;
    if (total > this.#tensors.rows) this.#resize(total);
    const { feeds, rows } = this.#tensors;
    for (const { pastName, presentName, heads, headSize } of this.#layout.tensors) {
      const added = outputs[presentName];
      const expected = [1, heads, newRows, headSize];
      if (!added || added.dims.join() !== expected.join()) {
        throw new Error(`${presentName} has shape [${added?.dims}], expected [${expected}]`);
      }
      const rowBytes = headSize * bytesPerElement(this.#layout.type);
      const source = bytesOf(added);
      const target = bytesOf(feeds[pastName]!);
      for (const { fromByte, toByte, byteCount } of headCopies(heads, rowBytes, newRows, rows, newRows)) {
        target.set(source.subarray(fromByte, fromByte + byteCount), toByte + this.#length * rowBytes);
      }
    }
    this.#length = total;
  }

  rollback(length: number): void {
    this.#length = length;
  }

  dispose(): void {
    this.#tensors = emptyKvTensors(this.#layout, 0);
    this.#length = 0;
  }

  #rowsFor(length: number): number {
    const steps = Math.max(1, Math.ceil(length / appendStepRows));
    return Math.min(steps * appendStepRows, this.#maxRows);
  }

  #resize(length: number): void {
    this.#tensors = resizedKvTensors(this.#layout, this.#tensors, this.#rowsFor(length), this.#length);
  }
}
