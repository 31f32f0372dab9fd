import type { EditableModel } from './editable-model.ts';
import type { ModelEditor } from './model-editor.ts';
import type { OnnxOperation } from './onnx-operation.ts';
import { elementType } from './onnx-wire.ts';
import type { OperationList } from './operation-list.ts';
import { readPackedMatMul } from './prepare-matmul.ts';

const logitsName = 'logits';
/** int64 [1]: for how many of the last rows logits are wanted; 0: for all. */
const rowsToKeep = 'num_logits_to_keep';

/** What may follow the product, each entry of the logits by itself: a change of type, or capped logits. */
const entrywiseOperators: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Tanh', 'Mul', 'Div']);

/**
 * The product that makes the logits, if a part of its rows could be asked for: prefill wants one of hundreds, and with
 * a large vocabulary this is the largest product of all. null where the export lets one ask already, or is built
 * in another way.
 */
export function logitsProduct(model: EditableModel): OnnxOperation | null {
  if ([...model.inputs.keys()].some((name) => name.includes('logits_to_keep'))) return null;
  if (model.outputs.get(logitsName)?.shape.length !== 3) return null;
  const producers = new Map(model.operations.flatMap((made) => made.outputs.map((name) => [name, made])));
  // Values computed in the graph: tensors that are stored, as weights or as Constant, are no rows.
  const isRows = (name: string) => (producers.get(name)?.opType ?? 'Constant') !== 'Constant';
  let operation = producers.get(logitsName);
  while (operation && entrywiseOperators.has(operation.opType)) {
    const rows = operation.inputs.filter(isRows);
    operation = rows.length === 1 ? producers.get(rows[0]!) : undefined;
  }
  if (operation?.opType === 'MatMul') return operation;
  if (operation?.opType !== 'MatMulNBits') return null;
  return typeof readPackedMatMul(model, operation) === 'string' ? null : operation;
}

/**
 * True where logits come out as float16, and nothing but the caller takes them: then they can be put out as float32,
 * which is what samplers read, so that on a GPU they stay where they are.
 */
export function hasHalfLogits(model: EditableModel): boolean {
  const logits = model.outputs.get(logitsName);
  if (logits?.elementType !== elementType.float16 || logits.shape.length !== 3) return false;
  return !model.operations.some(
    ({ inputs, subgraphs }) => subgraphs.length > 0 || inputs.includes(logitsName),
  );
}

/**
 * Declares the logits anew.
 * @param areCut adds the input that tells how many rows are wanted
 * @param areWidened puts float32 out; what makes float16 logits goes on making them, under another name
 */
export function changeLogits(editor: ModelEditor, areCut: boolean, areWidened: boolean): void {
  const logits = editor.model.outputs.get(logitsName)!;
  const [batch, rows, ...width] = logits.shape;
  if (areCut) editor.addInput({ name: rowsToKeep, elementType: elementType.int64, shape: [1] });
  if (areWidened) {
    const list = editor.newList();
    list.add('Cast', [editor.renameOutput(logitsName)], { to: elementType.float32 }, logitsName);
    editor.append(list);
  }
  editor.replaceOutput(logitsName, {
    ...logits,
    ...(areWidened && { elementType: elementType.float32 }),
    shape: [batch!, areCut ? 'logits_rows' : rows!, ...width],
  });
}

/** Those of `rows` [1, tokens, width] for which logits are wanted. */
export function wantedRows(editor: ModelEditor, list: OperationList, rows: string): string {
  const end = editor.integers([Number.MAX_SAFE_INTEGER]);
  // -0 is 0: from there on, all rows.
  return list.add('Slice', [rows, list.add('Neg', [rowsToKeep]), end, editor.integers([1])]);
}
