import type { CacheLayout } from '../onnx/cache-layout.ts';
import type { OrtTensor } from '../ort/ort.ts';
import { emptyKvTensors, type HostKvTensors, resizedKvTensors } from './host-kv-tensors.ts';
import type { CacheBinding, KvCache } from './kv-cache.ts';

/** What caches on the host have in common. They differ in how many rows they feed, and so in what comes back. */
export abstract class HostKvCache implements KvCache {
  protected readonly layout: CacheLayout;
  protected tensors: HostKvTensors;
  #length = 0;

  constructor(layout: CacheLayout) {
    this.layout = layout;
    this.tensors = emptyKvTensors(layout);
  }

  abstract bind(newRows: number): Promise<CacheBinding>;

  /** The outputs of a run over `newRows` as the next past. */
  protected abstract pastOf(outputs: Readonly<Record<string, OrtTensor>>, newRows: number): HostKvTensors;

  get length(): number {
    return this.#length;
  }

  commit(outputs: Readonly<Record<string, OrtTensor>>, newRows: number): void {
    this.tensors = this.pastOf(outputs, newRows);
    this.#length += newRows;
  }

  rollback(length: number): void {
    this.#length = length;
  }

  async copyFrom(source: HostKvCache, rows: number): Promise<void> {
    this.tensors = resizedKvTensors(this.layout, source.tensors, rows, rows);
    this.#length = rows;
  }

  dispose(): void {
    this.tensors = emptyKvTensors(this.layout);
    this.#length = 0;
  }
}
