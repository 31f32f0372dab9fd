import type { EditableModel } from './prepare/editable-model.ts';
import type { OnnxOperation } from './prepare/onnx-operation.ts';
import type { OnnxTensor } from './prepare/onnx-tensor.ts';
import { elementType } from './prepare/onnx-wire.ts';

/*
 * Graphs keep tables with one row for each position: cosines and sines of a rotation, learned position embeddings, a
 * causal mask. A position beyond the last row fails inside ONNX Runtime, or, on WebGPU, silently takes another row.
 */

/** A graph, or a branch of If inside another one. */
interface Scope {
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  readonly producers: ReadonlyMap<string, OnnxOperation>;
  readonly outer: Scope | null;
}

/** Operations that keep the rows of a table, which is their first input. */
const rowKeepingOperators: ReadonlySet<string> = new Set([
  'Cast',
  'DequantizeLinear',
  'Expand',
  'Identity',
  'Slice',
  'Squeeze',
  'Tile',
  'Unsqueeze',
]);

/** Those among them that keep the axes, too. */
const axisKeepingOperators: ReadonlySet<string> = new Set(['Cast', 'DequantizeLinear', 'Identity', 'Slice']);

/**
 * Operations that make positions of positions, and the inputs that hold these. What bounds its output (Clip, Min, Mod, the
 * buckets of T5) is left out: a table behind it does not bound the context.
 */
const countingOperators: ReadonlyMap<string, readonly number[]> = new Map([
  ...['Cast', 'CumSum', 'Expand', 'Flatten', 'Gather', 'Identity', 'ReduceMax', 'ReduceSum'].map(onFirst),
  ...['Reshape', 'Slice', 'Squeeze', 'Tile', 'Unsqueeze'].map(onFirst),
  ...['Add', 'Mul', 'Sub'].map((opType): [string, number[]] => [opType, [0, 1]]),
  ['Range', [0, 1]],
  ['Where', [1, 2]],
]);

function onFirst(opType: string): [string, number[]] {
  return [opType, [0]];
}

/** Inputs whose values say where a token stands. */
const positionInputs: ReadonlySet<string> = new Set(['position_ids', 'attention_mask']);

/**
 * Rows of the shortest table that every position is looked up in, or null where the graph has no such table. Where a
 * branch chooses between tables (LongRoPE), the longest of them counts. Only sizes are read, so values may lie in another
 * file. Tables may have rows that no position takes (OPT skips two), so the configuration may still say less.
 */
export function positionTableRows(model: EditableModel): number | null {
  const graph = scopeOf(model.operations, model.tensors, null);
  const limits = model.operations.flatMap((operation) => limitsOf(operation, graph, model));
  return limits.length > 0 ? Math.min(...limits) : null;
}

function limitsOf(operation: OnnxOperation, graph: Scope, model: EditableModel): number[] {
  const { opType, domain, inputs, numbers } = operation;
  const isMicrosoft = domain === 'com.microsoft';
  const rowsOf = (names: readonly (string | undefined)[]) =>
    names.flatMap((name) => tableShape(name ?? '', graph)?.[0] ?? []);
  switch (opType) {
    case 'GroupQueryAttention':
      return numbers.get('do_rotary') ? rowsOf(inputs.slice(7, 9)) : [];
    case 'RotaryEmbedding':
      // [input, positions, cos, sin]; of ONNX itself [input, cos, sin, positions].
      if (isMicrosoft) return rowsOf(inputs.slice(2, 4));
      return inputs[3] ? rowsOf(inputs.slice(1, 3)) : [];
    case 'Gather':
    case 'GatherBlockQuantized':
    case 'GatherElements': {
      const onRows = opType === 'GatherElements' || !(numbers.get('axis') || numbers.get('gather_axis'));
      return onRows && countsPositions(inputs[1] ?? '', graph) ? rowsOf(inputs.slice(0, 1)) : [];
    }
    case 'Slice':
      return sliceLimit(operation, graph, model);
    default:
      return [];
  }
}

/** Shorter ones hold shapes and the like: no language model has a context of so few tokens. */
const shortestTable = 32;

/** A part of a stored table, cut off by where the text ends. */
function sliceLimit({ inputs }: OnnxOperation, graph: Scope, model: EditableModel): number[] {
  const [table = '', starts = '', ends = '', axes = ''] = inputs;
  const shape = storedShape(table, graph, axisKeepingOperators);
  if (!shape || ![starts, ends].some((bound) => dependsOnInput(bound, graph, model))) return [];
  const [axis, ...others] = axes === '' ? [0] : integersOf(axes, graph);
  if (axis === undefined || others.length > 0) return [];
  const size = shape.at(axis) ?? 1;
  return size >= shortestTable ? [size] : [];
}

/** [rows, width] of a stored table, whatever axes of size 1 it has beside them. */
function tableShape(name: string, scope: Scope): readonly number[] | null {
  const sizes = storedShape(name, scope, rowKeepingOperators)?.filter((size) => size !== 1);
  return sizes?.length === 2 ? sizes : null;
}

function storedShape(
  name: string,
  scope: Scope,
  keepingOperators: ReadonlySet<string>,
): readonly number[] | null {
  const tensor = storedTensor(name, scope);
  if (tensor) return tensor.shape;
  const made = producerOf(name, scope);
  if (!made) return null;
  const { operation, scope: around } = made;
  if (keepingOperators.has(operation.opType)) {
    return storedShape(operation.inputs[0] ?? '', around, keepingOperators);
  }
  if (operation.opType !== 'If') return null;
  const index = operation.outputs.indexOf(name);
  const shapes = operation.subgraphs.map(({ operations, tensors, outputNames }) =>
    storedShape(outputNames[index] ?? '', scopeOf(operations, tensors, around), keepingOperators),
  );
  const known = shapes.filter((shape) => shape !== null);
  if (known.length < shapes.length) return null;
  return known.reduce<readonly number[] | null>(
    (longest, shape) => (longest && size(longest) >= size(shape) ? longest : shape),
    null,
  );
}

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** True if the values follow from lengths, masks and positions alone, and grow with them. */
function countsPositions(name: string, graph: Scope): boolean {
  let counts = false;
  const seen = new Set<string>();
  const isCounted = (value: string): boolean => {
    if (seen.has(value)) return true;
    seen.add(value);
    if (storedTensor(value, graph)) return true;
    const operation = graph.producers.get(value);
    if (!operation || operation.opType === 'Shape') {
      const isKnown = operation !== undefined || positionInputs.has(value);
      counts ||= isKnown;
      return isKnown;
    }
    const inputs = countingOperators.get(operation.opType);
    return inputs?.every((index) => isCounted(operation.inputs[index] ?? '')) ?? false;
  };
  return isCounted(name) && counts;
}

function dependsOnInput(name: string, graph: Scope, model: EditableModel): boolean {
  const seen = new Set<string>();
  const depends = (value: string): boolean => {
    if (seen.has(value)) return false;
    seen.add(value);
    if (storedTensor(value, graph)) return false;
    return model.inputs.has(value) || (graph.producers.get(value)?.inputs.some(depends) ?? false);
  };
  return depends(name);
}

/** Values of a stored int64 tensor; empty where it is none or its values are not at hand. */
function integersOf(name: string, scope: Scope): number[] {
  const tensor = storedTensor(name, scope);
  if (tensor?.elementType !== elementType.int64 || !tensor.rawData) return [];
  const { buffer, byteOffset, byteLength } = tensor.rawData;
  const view = new DataView(buffer, byteOffset, byteLength);
  return Array.from({ length: byteLength / BigInt64Array.BYTES_PER_ELEMENT }, (_, index) =>
    Number(view.getBigInt64(index * BigInt64Array.BYTES_PER_ELEMENT, true)),
  );
}

function storedTensor(name: string, scope: Scope): OnnxTensor | null {
  const made = producerOf(name, scope);
  if (made) return made.operation.opType === 'Constant' ? made.operation.tensor : null;
  for (let at: Scope | null = scope; at; at = at.outer) {
    const tensor = at.tensors.get(name);
    if (tensor) return tensor;
  }
  return null;
}

function producerOf(name: string, scope: Scope): { operation: OnnxOperation; scope: Scope } | null {
  for (let at: Scope | null = scope; at; at = at.outer) {
    const operation = at.producers.get(name);
    if (operation) return { operation, scope: at };
    if (at.tensors.has(name)) return null;
  }
  return null;
}

function scopeOf(
  operations: readonly OnnxOperation[],
  tensors: ReadonlyMap<string, OnnxTensor>,
  outer: Scope | null,
): Scope {
  const producers = new Map(operations.flatMap((made) => made.outputs.map((name) => [name, made] as const)));
  return { tensors, producers, outer };
}
