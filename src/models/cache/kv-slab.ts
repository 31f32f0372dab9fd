import { bytesPerElement, type CacheLayout } from '../onnx/cache-layout.ts';
import type { OrtTensor } from '../ort/ort.ts';
import { bytesOf, floatTensor } from './host-tensors.ts';
import { headCopies } from './kv-rows.ts';

type Tensors = Readonly<Record<string, OrtTensor>>;

/**
 * Cache tensors of several texts on the host, each [texts, heads, rows, headSize]: what one pass over all of them is fed,
 * and, cut without copying, what a pass over one of them is fed. Zeros at first.
 */
export class KvSlab {
  readonly texts: number;
  /** Of every text, valid or not. */
  readonly rows: number;
  /** Of all texts, keyed by past name. */
  readonly feeds: Tensors;
  readonly #layout: CacheLayout;

  constructor(layout: CacheLayout, texts: number, rows: number) {
    this.#layout = layout;
    this.texts = texts;
    this.rows = rows;
    const feeds = layout.tensors.map(({ pastName, heads, headSize }) => {
      const bytes = new Uint8Array(texts * heads * rows * headSize * bytesPerElement(layout.type));
      return [pastName, floatTensor(layout.type, bytes, [texts, heads, rows, headSize])] as const;
    });
    this.feeds = Object.fromEntries(feeds);
  }

  /** Of one text, [1, heads, rows, headSize] over the same memory. */
  feedsOf(text: number): Tensors {
    if (this.texts === 1) return this.feeds;
    const feeds = this.#layout.tensors.map(({ pastName, heads, headSize }) => {
      const shape = [1, heads, this.rows, headSize];
      return [pastName, floatTensor(this.#layout.type, this.#bytesOf(pastName, text), shape)] as const;
    });
    return Object.fromEntries(feeds);
  }

  /** Takes over the first `count` rows of a text in another slab. */
  copyRows(text: number, from: KvSlab, fromText: number, count: number): void {
    for (const { pastName, heads, headSize } of this.#layout.tensors) {
      const source = from.#bytesOf(pastName, fromText);
      this.#write(this.#bytesOf(pastName, text), source, heads, headSize, from.rows, 0, count);
    }
  }

  /**
   * Writes the rows that a pass put out, of each text as many, from row `at` of this text on.
   * @param outputText which of the texts in the outputs is meant
   */
  writeNewRows(text: number, at: number, outputs: Tensors, outputText: number): void {
    for (const { pastName, presentName, heads, headSize } of this.#layout.tensors) {
      const added = outputs[presentName]!;
      const bytes = bytesOf(added);
      const [texts, , newRows] = added.dims as [number, number, number];
      const source = bytes.subarray(
        (outputText * bytes.byteLength) / texts,
        ((outputText + 1) * bytes.byteLength) / texts,
      );
      this.#write(this.#bytesOf(pastName, text), source, heads, headSize, newRows, at, newRows);
    }
  }

  #write(
    target: Uint8Array,
    source: Uint8Array,
    heads: number,
    headSize: number,
    sourceRows: number,
    at: number,
    count: number,
  ): void {
    const rowBytes = headSize * bytesPerElement(this.#layout.type);
    for (const { fromByte, toByte, byteCount } of headCopies(heads, rowBytes, sourceRows, this.rows, count)) {
      target.set(source.subarray(fromByte, fromByte + byteCount), toByte + at * rowBytes);
    }
  }

  #bytesOf(pastName: string, text: number): Uint8Array {
    const bytes = bytesOf(this.feeds[pastName]!);
    const textBytes = bytes.byteLength / this.texts;
    return bytes.subarray(text * textBytes, (text + 1) * textBytes);
  }
}
