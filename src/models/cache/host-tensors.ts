import type { CacheLayout } from '../onnx/cache-layout.ts';
import { OrtTensor } from '../ort/ort.ts';

/** A tensor of int64 values that fit in a number. */
export function int64Tensor(values: readonly number[], shape: readonly number[]): OrtTensor {
  return new OrtTensor('int64', BigInt64Array.from(values, BigInt), shape);
}

/** A tensor over `bytes`, not copied. */
export function floatTensor(
  type: CacheLayout['type'],
  bytes: Uint8Array,
  shape: readonly number[],
): OrtTensor {
  const { buffer, byteOffset, byteLength } = bytes;
  return type === 'float32'
    ? new OrtTensor(type, new Float32Array(buffer, byteOffset, byteLength / 4), shape)
    : new OrtTensor(type, new Uint16Array(buffer, byteOffset, byteLength / 2), shape);
}

/** The bytes of a tensor on the host, not copied. */
export function bytesOf(tensor: OrtTensor): Uint8Array {
  const { data } = tensor;
  if (Array.isArray(data)) throw new TypeError(`A ${tensor.type} tensor has no bytes`);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
