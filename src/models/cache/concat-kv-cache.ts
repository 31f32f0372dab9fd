import type { OrtTensor } from '../ort/ort.ts';
import { HostKvCache } from './host-kv-cache.ts';
import { fetchesOf, type HostKvTensors, presentAsPast, resizedKvTensors } from './host-kv-tensors.ts';
import type { CacheBinding } from './kv-cache.ts';

/**
 * Cache on the host for graphs that append new rows to the past: what they are fed must have the valid rows
 * and no others. Rolling back only lowers the length; the copy without the forgotten rows is made by the next
 * pass, once, however often it was rolled back in between.
 */
export class ConcatKvCache extends HostKvCache {
  async bind(_newRows: number): Promise<CacheBinding> {
    if (this.tensors.rows !== this.length) {
      this.tensors = resizedKvTensors(this.layout, this.tensors, this.length, this.length);
    }
    return { feeds: this.tensors.feeds, fetches: fetchesOf(this.layout) };
  }

  protected override pastOf(outputs: Readonly<Record<string, OrtTensor>>, newRows: number): HostKvTensors {
    return presentAsPast(this.layout, outputs, this.length + newRows);
  }
}
