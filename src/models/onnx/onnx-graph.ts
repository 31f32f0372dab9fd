import { BinaryReader } from '@bufbuild/protobuf/wire';
import { EngineError } from '../../errors/engine-error.ts';
import {
  attributeField,
  dataLocation,
  entryField,
  graphField,
  modelField,
  nodeField,
  tensorField,
  valueInfoField,
  wireType as wire,
} from './prepare/onnx-wire.ts';

export interface OnnxIntAttribute {
  readonly value: number;
  /** Where the value's varint begins inside the file. */
  readonly byteOffset: number;
}

export interface OnnxNode {
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly intAttributes: ReadonlyMap<string, OnnxIntAttribute>;
  readonly floatAttributes: ReadonlyMap<string, number>;
}

/** As much of an ONNX file as tells how it wants to be run; weights are passed over, never copied. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  /** Inputs as declared; files of old exporters list their initializers here too. */
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Names of the files that some weights lie in, relative to this one; each once. */
  readonly externalFiles: readonly string[];
  /** The node that computes a value, null for inputs and initializers. */
  producerOf(valueName: string): OnnxNode | null;
}

/**
 * Reads the graph of an ONNX file. Throws `integrity` where the bytes are no such file: cut short, altered, or
 * something else altogether (an error page in HTML).
 */
export function readOnnxGraph(onnx: Uint8Array): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const inputNames: string[] = [];
  const outputNames: string[] = [];
  const externalFiles = new Set<string>();
  let graphs = 0;
  try {
    eachField(onnx, (field, wireType, reader) => {
      if (field !== modelField.graph || wireType !== wire.bytes) return false;
      graphs += 1;
      eachField(reader.bytes(), (graphPart, partWireType, graphReader) => {
        if (partWireType !== wire.bytes) return false;
        if (graphPart === graphField.node) nodes.push(readNode(graphReader.bytes(), onnx, externalFiles));
        else if (graphPart === graphField.input) inputNames.push(readName(graphReader.bytes()));
        else if (graphPart === graphField.output) outputNames.push(readName(graphReader.bytes()));
        else if (graphPart === graphField.initializer)
          addExternalLocation(graphReader.bytes(), externalFiles);
        else return false;
        return true;
      });
      return true;
    });
  } catch (cause) {
    throw notOnnx(onnx, 'it ends or breaks in the middle of a field', cause);
  }
  if (graphs !== 1) throw notOnnx(onnx, `it holds ${graphs} graphs instead of 1`);
  if (nodes.length === 0 || outputNames.length === 0) {
    throw notOnnx(onnx, `its graph has ${nodes.length} nodes and ${outputNames.length} outputs`);
  }
  const producers = new Map<string, OnnxNode>();
  // Outputs that are left out have no name.
  for (const node of nodes) for (const output of node.outputs) if (output) producers.set(output, node);
  if (hasCycle(nodes, producers)) throw notOnnx(onnx, 'its graph has a cycle');
  return {
    nodes,
    inputNames,
    outputNames,
    externalFiles: [...externalFiles],
    producerOf: (valueName) => producers.get(valueName) ?? null,
  };
}

/** True where a value depends on itself: who walks such a graph from output to input never arrives. */
function hasCycle(nodes: readonly OnnxNode[], producers: ReadonlyMap<string, OnnxNode>): boolean {
  const isDone = new Map<OnnxNode, boolean>();
  // A stack of our own: a chain may be longer than the one that functions have.
  const stack = [...nodes];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (isDone.get(node) === true) continue;
    if (isDone.get(node) === false) {
      isDone.set(node, true);
      continue;
    }
    isDone.set(node, false);
    stack.push(node);
    for (const input of node.inputs) {
      const producer = producers.get(input);
      if (!producer || isDone.get(producer) === true) continue;
      if (isDone.get(producer) === false) return true;
      stack.push(producer);
    }
  }
  return false;
}

/** `take` reads the field's value and answers true, or leaves it and answers false. */
export type TakeField = (field: number, wireType: number, reader: BinaryReader) => boolean;

/** Walks the fields of one protobuf message. Throws whatever the reader throws where the bytes break off. */
export function eachField(message: Uint8Array, take: TakeField): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!take(field, wireType, reader)) reader.skip(wireType, field);
    // The reader itself lets a length-delimited value reach past the end of its message.
    if (reader.pos > reader.len) throw new RangeError('premature end');
  }
}

function readNode(message: Uint8Array, onnx: Uint8Array, externalFiles: Set<string>): OnnxNode {
  let opType = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Attributes = { intAttributes: new Map(), floatAttributes: new Map() };
  eachField(message, (field, wireType, reader) => {
    if (wireType !== wire.bytes) return false;
    if (field === nodeField.input) inputs.push(reader.string());
    else if (field === nodeField.output) outputs.push(reader.string());
    else if (field === nodeField.opType) opType = reader.string();
    else if (field === nodeField.domain) domain = reader.string();
    else if (field === nodeField.attribute) readAttribute(reader.bytes(), onnx, attributes, externalFiles);
    else return false;
    return true;
  });
  return { opType, domain, inputs, outputs, ...attributes };
}

interface Attributes {
  readonly intAttributes: Map<string, OnnxIntAttribute>;
  readonly floatAttributes: Map<string, number>;
}

function readAttribute(
  message: Uint8Array,
  onnx: Uint8Array,
  { intAttributes, floatAttributes }: Attributes,
  externalFiles: Set<string>,
): void {
  let name = '';
  let int: OnnxIntAttribute | null = null;
  let float: number | null = null;
  eachField(message, (field, wireType, reader) => {
    if (field === attributeField.name && wireType === wire.bytes) name = reader.string();
    else if (field === attributeField.float && wireType === wire.fixed32) float = reader.float();
    else if (field === attributeField.int && wireType === wire.varint) {
      const byteOffset = message.byteOffset - onnx.byteOffset + reader.pos;
      int = { value: Number(reader.int64()), byteOffset };
    } else if (field === attributeField.tensor && wireType === wire.bytes) {
      addExternalLocation(reader.bytes(), externalFiles);
    } else if (
      (field === attributeField.graph || field === attributeField.graphs) &&
      wireType === wire.bytes
    ) {
      addExternalLocationsOfGraph(reader.bytes(), onnx, externalFiles);
    } else return false;
    return true;
  });
  if (int) intAttributes.set(name, int);
  if (float !== null) floatAttributes.set(name, float);
}

function readName(message: Uint8Array): string {
  let name = '';
  eachField(message, (field, wireType, reader) => {
    if (field !== valueInfoField.name || wireType !== wire.bytes) return false;
    name = reader.string();
    return true;
  });
  return name;
}

/** Of the branches of If and the body of Loop. */
function addExternalLocationsOfGraph(
  message: Uint8Array,
  onnx: Uint8Array,
  externalFiles: Set<string>,
): void {
  eachField(message, (field, wireType, reader) => {
    if (wireType !== wire.bytes) return false;
    if (field === graphField.node) readNode(reader.bytes(), onnx, externalFiles);
    else if (field === graphField.initializer) addExternalLocation(reader.bytes(), externalFiles);
    else return false;
    return true;
  });
}

/** Adds the name of the file that a tensor's values lie in, unless they lie in this one. */
function addExternalLocation(message: Uint8Array, externalFiles: Set<string>): void {
  let isExternal = false;
  let location = '';
  eachField(message, (field, wireType, reader) => {
    if (field === tensorField.dataLocation && wireType === wire.varint) {
      isExternal = reader.int32() === dataLocation.external;
    } else if (field === tensorField.externalData && wireType === wire.bytes) {
      const { key, value } = readEntry(reader.bytes());
      if (key === 'location') location = value;
    } else return false;
    return true;
  });
  if (isExternal) externalFiles.add(location);
}

/** One entry of an ONNX file's maps of texts. */
export function readEntry(message: Uint8Array): { readonly key: string; readonly value: string } {
  let key = '';
  let value = '';
  eachField(message, (field, wireType, reader) => {
    if (wireType !== wire.bytes) return false;
    if (field === entryField.key) key = reader.string();
    else if (field === entryField.value) value = reader.string();
    else return false;
    return true;
  });
  return { key, value };
}

/** The `integrity` error for bytes that are no ONNX file. */
export function notOnnx(onnx: Uint8Array, why: string, cause?: unknown): EngineError {
  return new EngineError(
    'integrity',
    `The file (${onnx.byteLength} bytes) is not a complete ONNX model: ${why}. Download the file again.`,
    { details: { bytes: onnx.byteLength }, cause },
  );
}
