import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { eachField, notOnnx } from '../onnx-graph.ts';
import { type OnnxOperation, readOperation, renameOutputs } from './onnx-operation.ts';
import { type ExternalContents, type OnnxTensor, readTensor, writeExternalTensor } from './onnx-tensor.ts';
import { type OnnxValue, readValue } from './onnx-value.ts';
import { graphField, modelField, opsetField, wireType } from './onnx-wire.ts';
import { eachRawField } from './raw-fields.ts';

/** A part of the model, and the field of the file that holds it, tag and length included. */
interface Part<T> {
  readonly parsed: T;
  readonly raw: Uint8Array;
}

/** What to write in place of what, as whole fields of the graph. */
export interface ModelEdits {
  readonly operations: ReadonlyMap<OnnxOperation, readonly Uint8Array[]>;
  readonly inputs: ReadonlyMap<string, Uint8Array>;
  readonly outputs: ReadonlyMap<string, Uint8Array>;
  /** They follow all others. */
  readonly addedOperations: readonly Uint8Array[];
  /** New names of values where operations make them; those that are added keep theirs. */
  readonly renamedValues: ReadonlyMap<string, string>;
  readonly addedInputs: readonly Uint8Array[];
  readonly addedTensors: readonly Uint8Array[];
  /** Every value that the replacing operations take. */
  readonly usedValues: ReadonlySet<string>;
}

/** Values of at least this many bytes are referred to where they lie, not copied into the new file. */
const largeTensorBytes = 1 << 16;

/**
 * An ONNX file taken apart into the fields of its graph. Nothing is decoded but names, shapes and numbers; what is not
 * replaced is written back byte for byte. All arrays are views of the file.
 */
export class EditableModel {
  readonly operations: readonly OnnxOperation[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: ReadonlyMap<string, OnnxValue>;
  readonly outputs: ReadonlyMap<string, OnnxValue>;
  /** Version of each operator set by domain; the standard one is ''. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly #onnx: Uint8Array;
  readonly #operations: readonly Part<OnnxOperation>[];
  readonly #tensors: readonly Part<OnnxTensor>[];
  readonly #inputs: readonly Part<OnnxValue>[];
  readonly #outputs: readonly Part<OnnxValue>[];
  readonly #otherGraphFields: readonly Uint8Array[];
  readonly #fieldsBeforeGraph: readonly Uint8Array[];
  readonly #fieldsAfterGraph: readonly Uint8Array[];

  /**
   * @param files those that `onnx` refers to: tensors in them are read as if they lay in `onnx`
   * @throws EngineError `integrity` where the bytes are no ONNX file
   */
  constructor(onnx: Uint8Array, files: ExternalContents = new Map()) {
    const operations: Part<OnnxOperation>[] = [];
    const tensors: Part<OnnxTensor>[] = [];
    const inputs: Part<OnnxValue>[] = [];
    const outputs: Part<OnnxValue>[] = [];
    const otherGraphFields: Uint8Array[] = [];
    const before: Uint8Array[] = [];
    const after: Uint8Array[] = [];
    const opsets = new Map<string, number>();
    let graphs = 0;
    const takeGraphField = (field: number, value: Uint8Array | null, raw: Uint8Array) => {
      if (!value) otherGraphFields.push(raw);
      else if (field === graphField.node) operations.push({ parsed: readOperation(value), raw });
      else if (field === graphField.initializer) tensors.push({ parsed: readTensor(value, files), raw });
      else if (field === graphField.input) inputs.push({ parsed: readValue(value), raw });
      else if (field === graphField.output) outputs.push({ parsed: readValue(value), raw });
      else otherGraphFields.push(raw);
    };
    try {
      eachRawField(onnx, (field, value, raw) => {
        if (field === modelField.graph && value) {
          graphs += 1;
          eachRawField(value, takeGraphField);
          return;
        }
        if (field === modelField.opsetImport && value) readOpset(value, opsets);
        (graphs === 0 ? before : after).push(raw);
      });
    } catch (cause) {
      throw notOnnx(onnx, 'it ends or breaks in the middle of a field', cause);
    }
    if (graphs !== 1) throw notOnnx(onnx, `it holds ${graphs} graphs instead of 1`);
    if (operations.length === 0 || outputs.length === 0) {
      throw notOnnx(onnx, `its graph has ${operations.length} nodes and ${outputs.length} outputs`);
    }
    this.operations = operations.map(({ parsed }) => parsed);
    this.tensors = byName(tensors);
    this.inputs = byName(inputs);
    this.outputs = byName(outputs);
    this.opsets = opsets;
    this.#onnx = onnx;
    this.#operations = operations;
    this.#tensors = tensors;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#otherGraphFields = otherGraphFields;
    this.#fieldsBeforeGraph = before;
    this.#fieldsAfterGraph = after;
  }

  /**
   * The file with `edits` applied. Large tensors that stay refer to `path`, under which the given file must be at
   * hand when the new one is loaded; tensors that only replaced operations used are left out.
   */
  write(edits: ModelEdits, path: string): Uint8Array {
    const unused = this.#tensorsNoLongerUsed(edits);
    const fields: Uint8Array[] = [];
    for (const { parsed, raw } of this.#operations) {
      const written = edits.operations.get(parsed) ?? [raw];
      const isRenamed = parsed.outputs.some((name) => edits.renamedValues.has(name));
      fields.push(
        ...(isRenamed ? written.map((field) => renameOutputs(field, edits.renamedValues)) : written),
      );
    }
    fields.push(...edits.addedOperations);
    for (const { parsed, raw } of this.#tensors) {
      if (!unused.has(parsed.name)) fields.push(this.#withoutLargeValues(parsed, raw, path));
    }
    fields.push(...edits.addedTensors);
    for (const { parsed, raw } of this.#inputs) fields.push(edits.inputs.get(parsed.name) ?? raw);
    fields.push(...edits.addedInputs);
    for (const { parsed, raw } of this.#outputs) fields.push(edits.outputs.get(parsed.name) ?? raw);
    fields.push(...this.#otherGraphFields);
    const graphHead = new BinaryWriter()
      .tag(modelField.graph, wireType.bytes)
      .uint32(fields.reduce((sum, { byteLength }) => sum + byteLength, 0))
      .finish();
    return concatenated([...this.#fieldsBeforeGraph, graphHead, ...fields, ...this.#fieldsAfterGraph]);
  }

  #tensorsNoLongerUsed(edits: ModelEdits): Set<string> {
    // A graph inside an operation (If, Loop) may use any value of this one, and its insides are not read.
    if (this.operations.some(({ subgraphs }) => subgraphs.length > 0)) return new Set();
    const unused = new Set([...edits.operations.keys()].flatMap(({ inputs }) => inputs));
    for (const operation of this.operations) {
      if (!edits.operations.has(operation)) for (const input of operation.inputs) unused.delete(input);
    }
    for (const name of [...edits.usedValues, ...this.inputs.keys(), ...this.outputs.keys()])
      unused.delete(name);
    return unused;
  }

  #withoutLargeValues(tensor: OnnxTensor, raw: Uint8Array, path: string): Uint8Array {
    const { rawData, isExternal } = tensor;
    if (isExternal || !rawData || rawData.byteLength < largeTensorBytes) return raw;
    const offset = rawData.byteOffset - this.#onnx.byteOffset;
    return writeExternalTensor(tensor, { path, offset, length: rawData.byteLength });
  }
}

function readOpset(message: Uint8Array, opsets: Map<string, number>): void {
  let domain = '';
  let version = 0;
  eachField(message, (field, wire, reader) => {
    if (field === opsetField.domain && wire === wireType.bytes) domain = reader.string();
    else if (field === opsetField.version && wire === wireType.varint) version = Number(reader.int64());
    else return false;
    return true;
  });
  opsets.set(domain === 'ai.onnx' ? '' : domain, version);
}

function byName<T extends { readonly name: string }>(parts: readonly Part<T>[]): Map<string, T> {
  return new Map(parts.map(({ parsed }) => [parsed.name, parsed]));
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}
