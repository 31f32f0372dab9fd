import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { eachField } from '../onnx-graph.ts';
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
  readonly attributeNames: readonly string[];
  /** True if a graph hangs on it (If, Loop), which may use any value of this one. */
  readonly hasSubgraph: boolean;
}

export function readOperation(message: Uint8Array): OnnxOperation {
  let name = '';
  let opType = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const numbers = new Map<string, number>();
  const attributeNames: string[] = [];
  let hasSubgraph = false;
  eachField(message, (field, wire, reader) => {
    if (wire !== wireType.bytes) return false;
    if (field === nodeField.input) inputs.push(reader.string());
    else if (field === nodeField.output) outputs.push(reader.string());
    else if (field === nodeField.name) name = reader.string();
    else if (field === nodeField.opType) opType = reader.string();
    else if (field === nodeField.domain) domain = reader.string();
    else if (field === nodeField.attribute) {
      const attribute = readAttribute(reader.bytes(), numbers);
      attributeNames.push(attribute.name);
      hasSubgraph ||= attribute.hasSubgraph;
    } else return false;
    return true;
  });
  return { name, opType, domain, inputs, outputs, numbers, attributeNames, hasSubgraph };
}

function readAttribute(
  message: Uint8Array,
  numbers: Map<string, number>,
): { name: string; hasSubgraph: boolean } {
  let name = '';
  let hasSubgraph = false;
  let value: number | null = null;
  eachField(message, (field, wire, reader) => {
    if (field === attributeField.name && wire === wireType.bytes) name = reader.string();
    else if (field === attributeField.float && wire === wireType.fixed32) value = reader.float();
    else if (field === attributeField.int && wire === wireType.varint) value = Number(reader.int64());
    else {
      hasSubgraph ||= field === attributeField.graph || field === attributeField.graphs;
      return false;
    }
    return true;
  });
  if (value !== null) numbers.set(name, value);
  return { name, hasSubgraph };
}

/** What an attribute may be given as: `{ float }` tells 1.0 from 1. */
export type AttributeValue = number | readonly number[] | { readonly float: number };

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
