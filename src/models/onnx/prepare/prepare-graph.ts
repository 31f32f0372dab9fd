import { readOnnxGraph } from '../onnx-graph.ts';
import { EditableModel } from './editable-model.ts';
import { halfTables, widenTables } from './half-table.ts';
import { changeLogits, hasHalfLogits, logitsProduct, wantedRows } from './logits-rows.ts';
import { ModelEditor } from './model-editor.ts';
import type { OnnxOperation } from './onnx-operation.ts';
import { type PackedLookup, readPackedLookup, writePackedLookup } from './prepare-lookup.ts';
import { type PackedMatMul, readPackedMatMul, writeUnpackedMatMul } from './prepare-matmul.ts';
import { type GroupedAttention, readAttention } from './read-attention.ts';
import { unpackWeights } from './unpack-weights.ts';
import { AttentionWriter } from './write-attention.ts';

export interface PreparationOptions {
  /** Files that the model keeps weights in; default: none. */
  readonly externalFiles?: readonly ExternalFile[];
  /** Weights are unpacked only if together they take no more than this. */
  readonly unpackedBytesLimit: number;
  /** Steps that may be taken; default: all. */
  readonly steps?: readonly PreparationStep[];
}

/** A file that a model refers to. */
export interface ExternalFile {
  readonly path: string;
  readonly data: Uint8Array;
}

export type PreparationStep = 'weights' | 'lookups' | 'attention' | 'logits' | 'half-tables';

export interface PreparedGraph {
  /** The given bytes themselves where no step was taken. */
  readonly onnx: Uint8Array;
  /** What `onnx` refers to: the given bytes, for large tensors that stay, the given files, the unpacked weights. */
  readonly externalFiles: readonly ExternalFile[];
  readonly steps: readonly PreparationStep[];
  /** Sentences on what was left as it is, and why. */
  readonly notes: readonly string[];
  /** Memory that unpacked weights and widened tables take beyond those of the file. */
  readonly extraBytes: number;
}

/** What WASM takes. */
const allSteps: readonly PreparationStep[] = ['logits', 'weights', 'lookups', 'attention'];

/** Shape knows start and end from this version on. */
const minOpset = 15;

/**
 * Rewrites a model for its backend. For all, `logits`: they are computed of the rows wanted only, and put out as float32.
 * For one without kernels for packed weights and grouped attention, which is WASM, `weights`: MatMulNBits as a product
 * with float32 weights, `lookups`: GatherBlockQuantized, for which it has no kernel at all, written out, and `attention`:
 * GroupQueryAttention written out (write-attention.ts, with another contract for the cache). For a device without float16,
 * `half-tables`: embeddings that are stored so and widened at once, as float32.
 * What is not understood is left alone and told in `notes`. Throws `integrity` where the bytes are no ONNX file.
 */
export function prepareGraph(
  onnx: Uint8Array,
  { externalFiles = [], unpackedBytesLimit, steps: wantedSteps = allSteps }: PreparationOptions,
): PreparedGraph {
  const model = new EditableModel(onnx, new Map(externalFiles.map(({ path, data }) => [path, data])));
  const reasons = new Reasons();
  const asGiven = { onnx, externalFiles, steps: [], extraBytes: 0 };
  const opset = model.opsets.get('') ?? 0;
  if (opset < minOpset) {
    const reason = `operator set ${opset} is older than ${minOpset}`;
    for (const { opType } of model.operations) if (replaced.has(opType)) reasons.add(opType, reason);
    return { ...asGiven, notes: reasons.sentences() };
  }
  const takes = (step: PreparationStep) => wantedSteps.includes(step);
  const matMuls = takes('weights') ? packedMatMuls(model, unpackedBytesLimit, reasons) : [];
  const tables = takes('half-tables') ? halfTables(model) : [];
  const lookups = takes('lookups') ? packedLookups(model, reasons) : [];
  const attentions = takes('attention') ? groupedAttentions(model, reasons) : [];
  const logits = takes('logits') ? logitsProduct(model) : null;
  const widensLogits = takes('logits') && hasHalfLogits(model);
  const editor = new ModelEditor(model);
  const givenFilePath = nameBeside(externalFiles, 'exported.onnx');
  const unpackedPath = nameBeside(externalFiles, 'unpacked.bin');
  const widenedPath = nameBeside(externalFiles, 'widened.bin');
  const steps: PreparationStep[] = [];

  if (logits || widensLogits) {
    changeLogits(editor, logits !== null, widensLogits);
    steps.push('logits');
  }
  // Where its weights are unpacked it is replaced with the others below.
  if (logits && !matMuls.some(({ operation }) => operation === logits)) cutRows(editor, logits);
  const unpacked = replaceMatMuls(editor, matMuls, logits, unpackedPath);
  if (matMuls.length > 0) steps.push('weights');
  for (const lookup of lookups) {
    const list = editor.newList();
    writePackedLookup(editor, list, lookup);
    editor.replace(lookup.operation, list);
  }
  if (lookups.length > 0) steps.push('lookups');
  const widened = widenTables(editor, tables, widenedPath);
  if (tables.length > 0) steps.push('half-tables');
  const attentionWriter = new AttentionWriter(editor);
  for (const attention of attentions) attentionWriter.replace(attention);
  if (attentions.length > 0) steps.push('attention');

  const notes = reasons.sentences();
  if (steps.length === 0) return { ...asGiven, notes };
  const prepared = model.write(editor.edits, givenFilePath);
  const files = [
    ...externalFiles,
    { path: givenFilePath, data: onnx },
    { path: unpackedPath, data: new Uint8Array(unpacked.buffer) },
    { path: widenedPath, data: new Uint8Array(widened.buffer) },
  ];
  // What only packed weights were read from is let go of.
  const wanted = readOnnxGraph(prepared).externalFiles;
  return {
    onnx: prepared,
    externalFiles: files.filter(({ path }) => wanted.includes(path)),
    steps,
    notes,
    extraBytes: unpacked.byteLength + widened.byteLength,
  };
}

/** A name that none of the export's own files has. */
function nameBeside(files: readonly ExternalFile[], name: string): string {
  return files.some(({ path }) => path === name) ? nameBeside(files, `+${name}`) : name;
}

/** Lets a product be computed for the wanted rows only. */
function cutRows(editor: ModelEditor, product: OnnxOperation): void {
  const list = editor.newList();
  const [rows, ...weights] = product.inputs;
  const factors = [wantedRows(editor, list, rows!), ...weights];
  list.add(product.opType, factors, Object.fromEntries(product.numbers), product.outputs[0]);
  editor.replace(product, list);
}

const replaced: ReadonlySet<string> = new Set(['MatMulNBits', 'GatherBlockQuantized', 'GroupQueryAttention']);

/** Those that can be unpacked: all of them or, where they would take too much memory, none. */
function packedMatMuls(model: EditableModel, bytesLimit: number, reasons: Reasons): PackedMatMul[] {
  const matMuls: PackedMatMul[] = [];
  for (const operation of model.operations) {
    if (operation.opType !== 'MatMulNBits') continue;
    const answer = readPackedMatMul(model, operation);
    if (typeof answer === 'string') reasons.add(operation.opType, answer);
    else matMuls.push(answer);
  }
  const bytes = unpackedBytes(matMuls);
  if (bytes <= bytesLimit) return matMuls;
  const reason = `unpacked they take ${inMebibytes(bytes)}, the limit is ${inMebibytes(bytesLimit)}`;
  for (const { operation } of matMuls) reasons.add(operation.opType, reason);
  return [];
}

function packedLookups(model: EditableModel, reasons: Reasons): PackedLookup[] {
  const lookups: PackedLookup[] = [];
  for (const operation of model.operations) {
    if (operation.opType !== 'GatherBlockQuantized') continue;
    const answer = readPackedLookup(model, operation);
    if (typeof answer === 'string') reasons.add(operation.opType, answer);
    else lookups.push(answer);
  }
  return lookups;
}

/** All of them, or none: one cache serves all layers, and it works in one way only. */
function groupedAttentions(model: EditableModel, reasons: Reasons): GroupedAttention[] {
  const attentions: GroupedAttention[] = [];
  let others = 0;
  for (const operation of model.operations) {
    if (operation.opType !== 'GroupQueryAttention') continue;
    const answer = readAttention(model, operation);
    if (typeof answer !== 'string') attentions.push(answer);
    else {
      reasons.add(operation.opType, answer);
      others += 1;
    }
  }
  const caches = new Set(attentions.flatMap(({ pastKey, pastValue }) => [pastKey.name, pastValue.name]));
  const foreign = [...model.inputs.keys()].filter((name) => name.startsWith('past') && !caches.has(name));
  if (others === 0 && foreign.length === 0) return attentions;
  for (const { operation } of attentions)
    reasons.add(operation.opType, 'other layers keep their cache another way');
  return [];
}

/** Answers the weights that the new products take. */
function replaceMatMuls(
  editor: ModelEditor,
  matMuls: readonly PackedMatMul[],
  cut: OnnxOperation | null,
  unpackedPath: string,
): Float32Array {
  const unpacked = new Float32Array(unpackedBytes(matMuls) / Float32Array.BYTES_PER_ELEMENT);
  const tensors = new Map<string, string>();
  let end = 0;
  for (const matMul of matMuls) {
    const { operation, rows, columns, weightsKey } = matMul;
    let weights = tensors.get(weightsKey);
    if (weights === undefined) {
      const values = unpacked.subarray(end, end + rows * columns);
      unpackWeights(matMul.weights(), values);
      weights = editor.externalFloats([rows, columns], unpackedPath, values.byteOffset);
      tensors.set(weightsKey, weights);
      end += values.length;
    }
    const list = editor.newList();
    const given = operation.inputs[0]!;
    const factor = operation === cut ? wantedRows(editor, list, given) : given;
    writeUnpackedMatMul(list, matMul, factor, weights);
    editor.replace(operation, list);
  }
  return unpacked;
}

/** Of weights that several operations share, counted once. */
function unpackedBytes(matMuls: readonly PackedMatMul[]): number {
  const sizes = new Map(matMuls.map(({ weightsKey, rows, columns }) => [weightsKey, rows * columns]));
  return [...sizes.values()].reduce((sum, size) => sum + size * Float32Array.BYTES_PER_ELEMENT, 0);
}

function inMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/** Why operations were left as they are, each reason once. */
class Reasons {
  readonly #counts = new Map<string, number>();

  add(opType: string, reason: string): void {
    const key = `${opType} as exported: ${reason}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  sentences(): string[] {
    return Array.from(this.#counts, ([reason, count]) => `It runs ${count} ${reason}.`);
  }
}
