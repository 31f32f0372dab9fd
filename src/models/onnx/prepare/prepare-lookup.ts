import type { EditableModel } from './editable-model.ts';
import type { ModelEditor } from './model-editor.ts';
import type { OnnxOperation } from './onnx-operation.ts';
import { elementType } from './onnx-wire.ts';
import type { OperationList } from './operation-list.ts';

/** A GatherBlockQuantized over the entries of a table: packed rows, whose blocks share a scale and a zero point. */
export interface PackedLookup {
  readonly operation: OnnxOperation;
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly blocks: number;
  /** uint8 [entries, …]: of two values in a byte the first has the low bits. */
  readonly table: string;
  readonly indices: string;
  /** [entries, blocks] */
  readonly scales: string;
  /** float16: so are the scales and what is looked up. */
  readonly floatType: 'float32' | 'float16';
  /** uint8 [entries, bytes for the blocks of an entry], packed alike; null: the middle. */
  readonly zeroPoints: string | null;
}

const knownAttributes: ReadonlySet<string> = new Set(['bits', 'block_size', 'gather_axis', 'quantize_axis']);

/** How a GatherBlockQuantized packs its table, or why it cannot be written out. */
export function readPackedLookup(model: EditableModel, operation: OnnxOperation): PackedLookup | string {
  const { inputs, numbers, attributes } = operation;
  const unknown = [...attributes.keys()].filter((name) => !knownAttributes.has(name));
  if (unknown.length > 0) return `attribute ${unknown.join(', ')} is not understood`;
  const bits = numbers.get('bits') ?? 4;
  const blockSize = numbers.get('block_size') ?? 128;
  if (bits !== 4 && bits !== 8) return `entries have ${bits} bits`;
  if ((numbers.get('gather_axis') ?? 0) !== 0 || (numbers.get('quantize_axis') ?? 1) !== 1) {
    return 'it looks up along another axis than entries';
  }
  const [given, indices, scales, zeroPoints] = inputs;
  const table = model.tensors.has(given!) ? given! : reshapedTensor(model, given!);
  if (table === null) return 'its table is not stored in the file';
  const scaleTensor = model.tensors.get(scales!);
  const blocks = scaleTensor?.shape[1];
  if (scaleTensor?.shape.length !== 2 || !blocks) return 'its scales are not stored in the file';
  const packed = model.tensors.get(table)!;
  const bytes = packed.shape.slice(1).reduce((product, size) => product * size, 1);
  if (packed.elementType !== elementType.uint8 || bytes !== (blocks * blockSize * bits) / 8) {
    return `its table is not made of ${blocks} blocks an entry in bytes`;
  }
  if (zeroPoints && model.tensors.get(zeroPoints)?.elementType !== elementType.uint8) {
    return 'its zero points are not stored in the file as bytes';
  }
  return {
    operation,
    bits,
    blockSize,
    blocks,
    table,
    indices: indices!,
    scales: scales!,
    floatType: scaleTensor.elementType === elementType.float16 ? 'float16' : 'float32',
    zeroPoints: zeroPoints || null,
  };
}

/** The tensor that is brought into another shape as `value`; tables that a product shares are. */
function reshapedTensor(model: EditableModel, value: string): string | null {
  const reshape = model.operations.find(({ outputs }) => outputs[0] === value);
  if (reshape?.opType !== 'Reshape') return null;
  const [tensor] = reshape.inputs;
  return model.tensors.has(tensor!) ? tensor! : null;
}

/**
 * Looks packed rows up and unpacks those alone, (value - zero point) * scale: the table stays packed, so a large
 * vocabulary takes no memory.
 */
export function writePackedLookup(editor: ModelEditor, list: OperationList, lookup: PackedLookup): void {
  const { bits, blockSize, blocks, indices, zeroPoints, floatType } = lookup;
  const toFloat = (value: string) => list.add('Cast', [value], { to: elementType.float32 });
  const rowsOf = (tensor: string) => list.add('Gather', [tensor, indices], { axis: 0 });
  const shaped = (value: string, sizes: readonly number[]) =>
    list.add('Reshape', [value, editor.integers([0, 0, ...sizes])]);

  /** float32 [1, tokens, blocks, count / blocks] of rows that hold `count` values or a few more. */
  const unpacked = (packed: string, count: number): string => {
    const bytes = toFloat(packed);
    if (bits === 8) return shaped(bytes, [blocks, -1]);
    const flat = shaped(bytes, [-1, 1]);
    const sixteen = editor.float(16);
    const high = list.add('Floor', [list.add('Div', [flat, sixteen])]);
    const low = list.add('Sub', [flat, list.add('Mul', [high, sixteen])]);
    const values = shaped(list.add('Concat', [low, high], { axis: 3 }), [-1]);
    const [zero, axis] = [editor.integers([0]), editor.integers([2])];
    // Zero points of an odd number of blocks end in half a byte.
    const wanted = count % 2 ? list.add('Slice', [values, zero, editor.integers([count]), axis]) : values;
    return shaped(wanted, [blocks, -1]);
  };

  const values = unpacked(rowsOf(lookup.table), blocks * blockSize);
  const zero = zeroPoints ? unpacked(rowsOf(zeroPoints), blocks) : editor.float(2 ** (bits - 1));
  const scales = shaped(toFloat(rowsOf(lookup.scales)), [blocks, 1]);
  const products = list.add('Mul', [list.add('Sub', [values, zero]), scales]);
  const [output] = lookup.operation.outputs;
  const flat = editor.integers([0, 0, blocks * blockSize]);
  if (floatType === 'float32') list.add('Reshape', [products, flat], {}, output);
  else list.add('Cast', [list.add('Reshape', [products, flat])], { to: elementType.float16 }, output);
}
