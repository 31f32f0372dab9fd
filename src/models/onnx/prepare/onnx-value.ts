import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { eachField } from '../onnx-graph.ts';
import {
  dimensionField,
  shapeField,
  tensorTypeField,
  typeField,
  valueInfoField,
  wireType,
} from './onnx-wire.ts';

/** A tensor that the graph takes or gives, as declared. */
export interface OnnxValue {
  readonly name: string;
  readonly elementType: number;
  /** Symbolic sizes are strings. */
  readonly shape: readonly (number | string)[];
}

export function readValue(message: Uint8Array): OnnxValue {
  let name = '';
  let elementType = 0;
  const shape: (number | string)[] = [];
  eachField(message, (field, wire, reader) => {
    if (wire !== wireType.bytes) return false;
    if (field === valueInfoField.name) name = reader.string();
    else if (field === valueInfoField.type) {
      eachField(reader.bytes(), (typePart, typeWire, typeReader) => {
        if (typePart !== typeField.tensor || typeWire !== wireType.bytes) return false;
        elementType = readTensorType(typeReader.bytes(), shape);
        return true;
      });
    } else return false;
    return true;
  });
  return { name, elementType, shape };
}

function readTensorType(message: Uint8Array, shape: (number | string)[]): number {
  let elementType = 0;
  eachField(message, (field, wire, reader) => {
    if (field === tensorTypeField.elementType && wire === wireType.varint) elementType = reader.int32();
    else if (field === tensorTypeField.shape && wire === wireType.bytes) {
      eachField(reader.bytes(), (part, partWire, partReader) => {
        if (part !== shapeField.dimension || partWire !== wireType.bytes) return false;
        shape.push(readDimension(partReader.bytes()));
        return true;
      });
    } else return false;
    return true;
  });
  return elementType;
}

function readDimension(message: Uint8Array): number | string {
  let size: number | string = '';
  eachField(message, (field, wire, reader) => {
    if (field === dimensionField.size && wire === wireType.varint) size = Number(reader.int64());
    else if (field === dimensionField.symbol && wire === wireType.bytes) size = reader.string();
    else return false;
    return true;
  });
  return size;
}

/** The value as a field of the graph, tag and length included. */
export function writeValue(field: number, { name, elementType, shape }: OnnxValue): Uint8Array {
  const writer = new BinaryWriter().tag(field, wireType.bytes).fork();
  writer.tag(valueInfoField.name, wireType.bytes).string(name);
  writer.tag(valueInfoField.type, wireType.bytes).fork();
  writer.tag(typeField.tensor, wireType.bytes).fork();
  writer.tag(tensorTypeField.elementType, wireType.varint).int32(elementType);
  writer.tag(tensorTypeField.shape, wireType.bytes).fork();
  for (const size of shape) {
    writer.tag(shapeField.dimension, wireType.bytes).fork();
    if (typeof size === 'number') writer.tag(dimensionField.size, wireType.varint).int64(size);
    else if (size !== '') writer.tag(dimensionField.symbol, wireType.bytes).string(size);
    writer.join();
  }
  return writer.join().join().join().join().finish();
}
