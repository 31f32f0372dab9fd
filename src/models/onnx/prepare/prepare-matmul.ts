import { float16ToFloat32 } from '../float16.ts';
import type { EditableModel } from './editable-model.ts';
import type { OnnxOperation } from './onnx-operation.ts';
import { elementType } from './onnx-wire.ts';
import type { OperationList } from './operation-list.ts';
import { blocksOfRow, type PackedWeights } from './unpack-weights.ts';

/** A MatMulNBits whose weights can be unpacked. */
export interface PackedMatMul {
  readonly operation: OnnxOperation;
  /** float16: it takes and gives float16, and so are its scales. */
  readonly floatType: 'float32' | 'float16';
  readonly rows: number;
  readonly columns: number;
  /** The same for operations that share their weights. */
  readonly weightsKey: string;
  weights(): PackedWeights;
}

const knownAttributes: ReadonlySet<string> = new Set([
  'K',
  'N',
  'bits',
  'block_size',
  'accuracy_level',
  'weight_prepacked',
]);
const blockSizes: ReadonlySet<number> = new Set([16, 32, 64, 128, 256]);

/** How a MatMulNBits packs its weights, or why they cannot be unpacked. */
export function readPackedMatMul(model: EditableModel, operation: OnnxOperation): PackedMatMul | string {
  const { inputs, numbers, attributes } = operation;
  const unknown = [...attributes.keys()].filter((name) => !knownAttributes.has(name));
  if (unknown.length > 0) return `attribute ${unknown.join(', ')} is not understood`;
  if (numbers.get('weight_prepacked')) return 'weights are packed for one kind of processor';
  const rows = numbers.get('N') ?? 0;
  const columns = numbers.get('K') ?? 0;
  const bits = numbers.get('bits') ?? 4;
  const blockSize = numbers.get('block_size') ?? 0;
  if (bits !== 4 && bits !== 8) return `weights have ${bits} bits`;
  if (!blockSizes.has(blockSize)) return `blocks have ${blockSize} weights`;
  if (inputs.slice(4).some((name) => name !== '')) return 'it has more inputs than rows and packed weights';

  const blocks = rows * blocksOfRow({ columns, blockSize });
  const packed = storedBytes(model, inputs[1], elementType.uint8, (blocks * blockSize * bits) / 8);
  if (!packed) return `weights are not ${blocks} blocks stored in the file`;
  const isHalf = model.tensors.get(inputs[2] ?? '')?.elementType === elementType.float16;
  const floatType = isHalf ? 'float16' : 'float32';
  const scales = storedBytes(model, inputs[2], elementType[floatType], blocks * (isHalf ? 2 : 4));
  if (!scales) return `scales are not ${blocks} floats stored in the file`;
  const zeroPointBytes = rows * Math.ceil((blocksOfRow({ columns, blockSize }) * bits) / 8);
  const zeroPoints = inputs[3] ? storedBytes(model, inputs[3], elementType.uint8, zeroPointBytes) : null;
  if (inputs[3] && !zeroPoints) return `zero points are not ${zeroPointBytes} bytes stored in the file`;
  return {
    operation,
    floatType,
    rows,
    columns,
    weightsKey: inputs.slice(1, 4).join('\n'),
    weights: () => ({
      bits,
      blockSize,
      rows,
      columns,
      packed,
      scales: asFloats(scales, floatType),
      zeroPoints,
    }),
  };
}

/**
 * Multiplies `rows` by the float32 tensor `weights` [rows, columns] instead. It stays in the order in which it was
 * packed: ONNX Runtime brings it into the order of its kernel at load, from either.
 */
export function writeUnpackedMatMul(
  list: OperationList,
  { operation, floatType }: PackedMatMul,
  rows: string,
  weights: string,
): void {
  const output = operation.outputs[0]!;
  if (floatType === 'float32') {
    list.add('FusedMatMul', [rows, weights], { transB: 1 }, output);
    return;
  }
  const wideRows = list.add('Cast', [rows], { to: elementType.float32 });
  const product = list.add('FusedMatMul', [wideRows, weights], { transB: 1 });
  list.add('Cast', [product], { to: elementType.float16 }, output);
}

/** Values of a tensor that lie in the file and cannot be fed; null if they are others than expected. */
function storedBytes(
  model: EditableModel,
  name: string | undefined,
  type: number,
  byteLength: number,
): Uint8Array | null {
  // Files of old exporters list tensors as inputs too.
  if (name === undefined || model.inputs.has(name)) return null;
  const tensor = model.tensors.get(name);
  if (!tensor?.rawData || tensor.elementType !== type) return null;
  return tensor.rawData.byteLength === byteLength ? tensor.rawData : null;
}

/** Values of a tensor as they lie in the file, as float32. */
export function asFloats(bytes: Uint8Array, type: 'float32' | 'float16'): Float32Array {
  // Typed arrays begin at multiples of their element's size, fields of a file anywhere.
  const { buffer } = bytes.slice();
  return type === 'float32' ? new Float32Array(buffer) : float16ToFloat32(new Uint16Array(buffer));
}
