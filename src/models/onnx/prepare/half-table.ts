import type { EditableModel } from './editable-model.ts';
import type { ModelEditor } from './model-editor.ts';
import type { OnnxOperation } from './onnx-operation.ts';
import { elementType } from './onnx-wire.ts';
import { asFloats } from './prepare-matmul.ts';

/** A Gather over a float16 table whose rows are widened at once; nothing else of the graph need know the type. */
export interface HalfTable {
  readonly lookup: OnnxOperation;
  readonly widening: OnnxOperation;
  /** [entries, width] */
  readonly shape: readonly number[];
  /** float16 values, as they lie in the file. */
  readonly halves: Uint8Array;
}

/** Exports with float32 activations keep the embedding so: it is half as large, and every value of it is a float32. */
export function halfTables(model: EditableModel): HalfTable[] {
  const takersOf = (value: string) => model.operations.filter(({ inputs }) => inputs.includes(value));
  return model.operations.flatMap((lookup) => {
    const [table, indices] = lookup.inputs;
    const tensor = model.tensors.get(table ?? '');
    if (lookup.opType !== 'Gather' || !indices || (lookup.numbers.get('axis') ?? 0) !== 0) return [];
    if (tensor?.elementType !== elementType.float16 || !tensor.rawData || model.inputs.has(tensor.name))
      return [];
    const [widening, ...others] = takersOf(lookup.outputs[0]!);
    const isWidened = widening?.opType === 'Cast' && widening.numbers.get('to') === elementType.float32;
    if (!isWidened || others.length > 0 || takersOf(tensor.name).length > 1) return [];
    return [{ lookup, widening, shape: tensor.shape, halves: tensor.rawData }];
  });
}

/** Looks the rows up in float32 tables, for a device that cannot compute in float16; answers the tables' values. */
export function widenTables(editor: ModelEditor, tables: readonly HalfTable[], path: string): Float32Array {
  const counts = tables.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const widened = new Float32Array(counts.reduce((sum, count) => sum + count, 0));
  let end = 0;
  for (const [index, { lookup, widening, shape, halves }] of tables.entries()) {
    const values = widened.subarray(end, end + counts[index]!);
    values.set(asFloats(halves, 'float16'));
    end += values.length;
    const list = editor.newList();
    const table = editor.externalFloats(shape, path, values.byteOffset);
    list.add('Gather', [table, lookup.inputs[1]!], { axis: 0 }, widening.outputs[0]);
    editor.replace(lookup, list);
    editor.replace(widening, editor.newList());
  }
  return widened;
}
