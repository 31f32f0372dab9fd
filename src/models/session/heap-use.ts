import { heapBudgetBytes, heapPerUnpackedByte, maxLogitsRows } from '../files/memory-estimate.ts';
import { bytesPerElement, firstCacheRows } from '../onnx/cache-layout.ts';
import { EditableModel } from '../onnx/prepare/editable-model.ts';
import { elementType } from '../onnx/prepare/onnx-wire.ts';
import type { ExternalFile } from '../onnx/prepare/prepare-graph.ts';

/** Bytes that a model takes of ONNX Runtime's heap on WASM. */
export interface HeapUse {
  readonly weightBytes: number;
  /** What a pass needs beside them; one pass runs at a time, so models share it. */
  readonly passBytes: number;
}

/**
 * Reads off an ONNX file, and the files of weights beside it, what the model takes with its weights as they are. A cache of
 * a shape that is not understood counts as none. Throws `integrity`.
 */
export function readHeapUse(source: {
  readonly onnx: Uint8Array;
  readonly externalFiles?: readonly ExternalFile[] | undefined;
  readonly contextLength: number;
  readonly vocabSize: number;
}): HeapUse {
  const { onnx, externalFiles = [], contextLength, vocabSize } = source;
  let rowBytes = 0;
  for (const { name, shape, elementType: type } of new EditableModel(onnx).inputs.values()) {
    // [batch, heads, rows, headSize]
    const [, heads, , headSize] = shape;
    if (!name.startsWith('past_key_values') || typeof heads !== 'number' || typeof headSize !== 'number')
      continue;
    rowBytes += heads * headSize * bytesPerElement(type === elementType.float16 ? 'float16' : 'float32');
  }
  // A pass has the cache in the heap twice at most: as past and as present.
  const cacheBytes = 2 * Math.min(contextLength, firstCacheRows) * rowBytes;
  const logitsBytes = Math.min(contextLength, maxLogitsRows) * vocabSize * Float32Array.BYTES_PER_ELEMENT;
  const weightBytes = externalFiles.reduce((sum, { data }) => sum + data.byteLength, onnx.byteLength);
  return { weightBytes, passBytes: cacheBytes + logitsBytes };
}

/** The same model with so many bytes of its weights unpacked to float32. */
export function withUnpacked(use: HeapUse, unpackedBytes: number): HeapUse {
  return { ...use, weightBytes: use.weightBytes + heapPerUnpackedByte * unpackedBytes };
}

/** Bytes that models take together. */
export function heapBytes(models: readonly HeapUse[]): number {
  const weights = models.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
  return weights + Math.max(0, ...models.map(({ passBytes }) => passBytes));
}

/** How many bytes one of these models may still have unpacked; 0 where it should have none. */
export function roomForUnpacked(models: readonly HeapUse[]): number {
  return Math.max(0, Math.floor((heapBudgetBytes - heapBytes(models)) / heapPerUnpackedByte));
}
