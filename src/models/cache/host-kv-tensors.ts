import { bytesPerElement, type CacheLayout } from '../onnx/cache-layout.ts';
import type { OrtTensor } from '../ort/ort.ts';
import { bytesOf, floatTensor } from './host-tensors.ts';
import { withRows } from './kv-rows.ts';

/** The tensors of one cache on the host, all [1, heads, rows, headSize] with the same number of rows. */
export interface HostKvTensors {
  readonly rows: number;
  /** Keyed by past name, as they are fed. */
  readonly feeds: Readonly<Record<string, OrtTensor>>;
}

/** Without any rows. */
export function emptyKvTensors(layout: CacheLayout): HostKvTensors {
  const feeds = layout.tensors.map(({ pastName, heads, headSize }) => {
    return [pastName, floatTensor(layout.type, new Uint8Array(0), [1, heads, 0, headSize])] as const;
  });
  return { rows: 0, feeds: Object.fromEntries(feeds) };
}

/** Copies with `rows` rows that keep the first `keptRows`. */
export function resizedKvTensors(
  layout: CacheLayout,
  tensors: HostKvTensors,
  rows: number,
  keptRows: number,
): HostKvTensors {
  const feeds = layout.tensors.map(({ pastName, heads, headSize }) => {
    const rowBytes = headSize * bytesPerElement(layout.type);
    const source = bytesOf(tensors.feeds[pastName]!);
    const bytes = withRows(source, heads, rowBytes, tensors.rows, rows, keptRows);
    return [pastName, floatTensor(layout.type, bytes, [1, heads, rows, headSize])] as const;
  });
  return { rows, feeds: Object.fromEntries(feeds) };
}

/** The present outputs of a run as the next past. Throws if one has not `rows` rows: the run broke its contract. */
export function presentAsPast(
  layout: CacheLayout,
  outputs: Readonly<Record<string, OrtTensor>>,
  rows: number,
): HostKvTensors {
  const feeds = layout.tensors.map(({ pastName, presentName, heads, headSize }) => {
    const present = outputs[presentName];
    const expected = [1, heads, rows, headSize];
    if (!present || present.dims.join() !== expected.join()) {
      throw new Error(`${presentName} has shape [${present?.dims}], expected [${expected}]`);
    }
    return [pastName, present] as const;
  });
  return { rows, feeds: Object.fromEntries(feeds) };
}

export function fetchesOf(layout: CacheLayout): Record<string, null> {
  return Object.fromEntries(layout.tensors.map(({ presentName }) => [presentName, null]));
}
