import type { CacheLayout } from '../onnx/cache-layout.ts';
import type { OrtTensor } from '../ort/ort.ts';
import { fetchesOf } from './host-kv-tensors.ts';
import type { CacheBinding, KvCache } from './kv-cache.ts';
import { KvSlab } from './kv-slab.ts';

/** Rows added at once; a pass reads and copies spare rows too, and growing copies all. */
export const appendStepRows = 32;

/** A cache that was rolled back by more than this gives rows up. */
const maxSpareRows = 4 * appendStepRows;

/**
 * Cache on the host for prepared graphs (prepare/write-attention.ts): they are fed tensors with at least the valid
 * rows, the length of attention_mask says how many are, and they put out the new rows alone, which are written behind
 * the valid ones here. So a pass moves the cache into the WebAssembly heap once and never out of it. Rows that are not
 * valid must be finite: they are zeros or were valid once.
 *
 * Caches of texts that are fed in one pass lie in one slab from their first such pass on, so that later ones copy
 * nothing to bring them together; each keeps its own length.
 */
export class AppendKvCache implements KvCache {
  readonly #layout: CacheLayout;
  readonly #maxRows: number;
  #slab: KvSlab;
  /** Its place in the slab. */
  #text = 0;
  #length = 0;

  constructor(layout: CacheLayout, maxRows: number) {
    this.#layout = layout;
    this.#maxRows = maxRows;
    // Products over no rows at all are not every kernel's strength.
    this.#slab = new KvSlab(layout, 1, Math.min(appendStepRows, maxRows));
  }

  get length(): number {
    return this.#length;
  }

  async bind(_newRows: number): Promise<CacheBinding> {
    return AppendKvCache.bindTogether([this]);
  }

  commit(outputs: Readonly<Record<string, OrtTensor>>, newRows: number): void {
    AppendKvCache.commitTogether([this], outputs, newRows);
  }

  /** As `bind`, for a pass over one text or over those of several caches of one model. */
  static bindTogether(caches: readonly AppendKvCache[]): CacheBinding {
    const layout = caches[0]!.#layout;
    const slab = caches[0]!.#slab;
    const enough = AppendKvCache.#rowsFor(caches, 0);
    if (!AppendKvCache.#areTogether(caches) || slab.rows - enough > maxSpareRows) {
      AppendKvCache.#gather(caches, enough);
    }
    return { feeds: AppendKvCache.#feedsOf(caches), fetches: fetchesOf(layout) };
  }

  /** As `commit`, of such a pass; the outputs are [texts, heads, newRows, headSize]. */
  static commitTogether(
    caches: readonly AppendKvCache[],
    outputs: Readonly<Record<string, OrtTensor>>,
    newRows: number,
  ): void {
    const layout = caches[0]!.#layout;
    const slab = caches[0]!.#slab;
    for (const { presentName, heads, headSize } of layout.tensors) {
      const added = outputs[presentName];
      const expected = [caches.length, heads, newRows, headSize];
      if (!added || added.dims.join() !== expected.join()) {
        throw new Error(`${presentName} has shape [${added?.dims}], expected [${expected}]`);
      }
    }
    if (caches.some((cache) => cache.#length + newRows > slab.rows)) {
      AppendKvCache.#gather(caches, AppendKvCache.#rowsFor(caches, newRows));
    }
    for (const [index, cache] of caches.entries()) {
      cache.#slab.writeNewRows(cache.#text, cache.#length, outputs, index);
      cache.#length += newRows;
    }
  }

  rollback(length: number): void {
    this.#length = length;
  }

  async copyFrom(source: AppendKvCache, rows: number): Promise<void> {
    this.#length = rows;
    this.#slab = new KvSlab(this.#layout, 1, AppendKvCache.#rowsFor([this], 0));
    this.#slab.copyRows(0, source.#slab, source.#text, rows);
    this.#text = 0;
  }

  dispose(): void {
    this.#slab = new KvSlab(this.#layout, 1, 0);
    this.#text = 0;
    this.#length = 0;
  }

  /** In the order of their texts. */
  static #areTogether(caches: readonly AppendKvCache[]): boolean {
    const first = caches[0]!;
    if (caches.length === 1) return true;
    return (
      first.#slab.texts === caches.length &&
      caches.every((cache, index) => cache.#slab === first.#slab && cache.#text === index)
    );
  }

  static #feedsOf(caches: readonly AppendKvCache[]): CacheBinding['feeds'] {
    const first = caches[0]!;
    return caches.length === 1 ? first.#slab.feedsOf(first.#text) : first.#slab.feeds;
  }

  /** Moves the valid rows of all into a slab of their own. */
  static #gather(caches: readonly AppendKvCache[], rows: number): void {
    const layout = caches[0]!.#layout;
    const slab = new KvSlab(layout, caches.length, rows);
    for (const [text, cache] of caches.entries()) {
      slab.copyRows(text, cache.#slab, cache.#text, cache.#length);
      cache.#slab = slab;
      cache.#text = text;
    }
  }

  static #rowsFor(caches: readonly AppendKvCache[], newRows: number): number {
    const longest = Math.max(...caches.map((cache) => cache.#length));
    const steps = Math.max(1, Math.ceil((longest + newRows) / appendStepRows));
    return Math.min(steps * appendStepRows, caches[0]!.#maxRows);
  }
}
