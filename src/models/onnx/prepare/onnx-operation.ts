import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { eachField } from '../onnx-graph.ts';
import { type ExternalContents, numbersIn, type OnnxTensor, readTensor } from './onnx-tensor.ts';
import { readValue } from './onnx-value.ts';
import { attributeField, attributeType, graphField, nodeField, wireType } from './onnx-wire.ts';
import { eachRawField } from './raw-fields.ts';

/** A node of the graph. */
export interface OnnxOperation {
  /** '' where the exporter gave none. */
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** An input left out is ''. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that are one number. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Attributes that are lists of integers. */
  readonly lists: ReadonlyMap<string, readonly number[]>;
  /** Attributes that are texts. */
  readonly texts: ReadonlyMap<string, string>;
  /** All attributes by name, each as its message in the file. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  /** The attribute `value` of a Constant; null where there is none. */
  readonly tensor: OnnxTensor | null;
  /** The branches of If, the body of Loop: each may use any value of the graph around it. */
  readonly subgraphs: readonly OnnxSubgraph[];
}

export interface OnnxSubgraph {
  readonly operations: readonly OnnxOperation[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  readonly outputNames: readonly string[];
}

const noFiles: ExternalContents = new Map();

export function readOperation(message: Uint8Array): OnnxOperation {
  let name = '';
  let opType = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const read: ReadAttributes = {
    numbers: new Map(),
    lists: new Map(),
    texts: new Map(),
    attributes: new Map(),
    tensor: null,
    subgraphs: [],
  };
  eachField(message, (field, wire, reader) => {
    if (wire !== wireType.bytes) return false;
    if (field === nodeField.input) inputs.push(reader.string());
    else if (field === nodeField.output) outputs.push(reader.string());
    else if (field === nodeField.name) name = reader.string();
    else if (field === nodeField.opType) opType = reader.string();
    else if (field === nodeField.domain) domain = reader.string();
    else if (field === nodeField.attribute) readAttribute(reader.bytes(), read);
    else return false;
    return true;
  });
  return { name, opType, domain, inputs, outputs, ...read };
}

interface ReadAttributes {
  readonly numbers: Map<string, number>;
  readonly lists: Map<string, readonly number[]>;
  readonly texts: Map<string, string>;
  readonly attributes: Map<string, Uint8Array>;
  tensor: OnnxTensor | null;
  readonly subgraphs: OnnxSubgraph[];
}

function readAttribute(message: Uint8Array, read: ReadAttributes): void {
  let name = '';
  let number: number | null = null;
  let text: string | null = null;
  let tensor: OnnxTensor | null = null;
  const list: number[] = [];
  eachField(message, (field, wire, reader) => {
    if (field === attributeField.name && wire === wireType.bytes) name = reader.string();
    else if (field === attributeField.float && wire === wireType.fixed32) number = reader.float();
    else if (field === attributeField.int && wire === wireType.varint) number = Number(reader.int64());
    else if (field === attributeField.text && wire === wireType.bytes) text = reader.string();
    else if (field === attributeField.ints && wire === wireType.varint) list.push(Number(reader.int64()));
    else if (field === attributeField.ints && wire === wireType.bytes)
      list.push(...numbersIn(reader.bytes()));
    else if (field === attributeField.tensor && wire === wireType.bytes) {
      tensor = readTensor(reader.bytes(), noFiles);
    } else if (field === attributeField.graph || field === attributeField.graphs) {
      read.subgraphs.push(readSubgraph(reader.bytes()));
    } else return false;
    return true;
  });
  read.attributes.set(name, message);
  if (number !== null) read.numbers.set(name, number);
  if (text !== null) read.texts.set(name, text);
  if (list.length > 0) read.lists.set(name, list);
  if (name === 'value') read.tensor = tensor;
}

function readSubgraph(message: Uint8Array): OnnxSubgraph {
  const operations: OnnxOperation[] = [];
  const tensors = new Map<string, OnnxTensor>();
  const outputNames: string[] = [];
  eachField(message, (field, wire, reader) => {
    if (wire !== wireType.bytes) return false;
    if (field === graphField.node) operations.push(readOperation(reader.bytes()));
    else if (field === graphField.initializer) {
      const tensor = readTensor(reader.bytes(), noFiles);
      tensors.set(tensor.name, tensor);
    } else if (field === graphField.output) outputNames.push(readValue(reader.bytes()).name);
    else return false;
    return true;
  });
  return { operations, tensors, outputNames };
}

/** What an attribute may be given as: `{ float }` tells 1.0 from 1; bytes are its message as another file has it. */
export type AttributeValue = number | readonly number[] | { readonly float: number } | Uint8Array;

/** A node as a field of the graph, tag and length included. */
export function writeOperation(operation: {
  /** Must be no other node's; runtimes use it in their messages. */
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}): Uint8Array {
  const writer = new BinaryWriter().tag(graphField.node, wireType.bytes).fork();
  for (const input of operation.inputs) writer.tag(nodeField.input, wireType.bytes).string(input);
  for (const output of operation.outputs) writer.tag(nodeField.output, wireType.bytes).string(output);
  writer.tag(nodeField.name, wireType.bytes).string(operation.name);
  writer.tag(nodeField.opType, wireType.bytes).string(operation.opType);
  for (const [name, value] of Object.entries(operation.attributes)) {
    if (value instanceof Uint8Array) {
      writer.tag(nodeField.attribute, wireType.bytes).bytes(value);
      continue;
    }
    writer.tag(nodeField.attribute, wireType.bytes).fork();
    writer.tag(attributeField.name, wireType.bytes).string(name);
    if (typeof value === 'number') {
      writer.tag(attributeField.int, wireType.varint).int64(value);
      writer.tag(attributeField.type, wireType.varint).int32(attributeType.int);
    } else if ('float' in value) {
      writer.tag(attributeField.float, wireType.fixed32).float(value.float);
      writer.tag(attributeField.type, wireType.varint).int32(attributeType.float);
    } else {
      for (const item of value) writer.tag(attributeField.ints, wireType.varint).int64(item);
      writer.tag(attributeField.type, wireType.varint).int32(attributeType.ints);
    }
    writer.join();
  }
  writer.tag(nodeField.domain, wireType.bytes).string(operation.domain);
  return writer.join().finish();
}

/**
 * The node with some of its outputs under other names, all else byte for byte.
 * @param field as a field of the graph, tag and length included
 */
export function renameOutputs(field: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  const reader = new BinaryReader(field);
  reader.tag();
  const writer = new BinaryWriter().tag(graphField.node, wireType.bytes).fork();
  eachRawField(reader.bytes(), (number, value, raw) => {
    const isOutput = number === nodeField.output && value !== null;
    const name = isOutput ? names.get(new TextDecoder().decode(value)) : undefined;
    if (name === undefined) writer.raw(raw);
    else writer.tag(nodeField.output, wireType.bytes).string(name);
  });
  return writer.join().finish();
}
