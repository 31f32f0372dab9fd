import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { eachField, readEntry } from '../onnx-graph.ts';
import { dataLocation, entryField, graphField, tensorField, wireType } from './onnx-wire.ts';

/** A tensor stored in the file (an initializer). */
export interface OnnxTensor {
  readonly name: string;
  readonly elementType: number;
  readonly shape: readonly number[];
  /** The values in little-endian order; null where they are stored in another way. */
  readonly rawData: Uint8Array | null;
  /** True where the values lie in another file. */
  readonly isExternal: boolean;
}

/** Bytes of another file. */
export interface ExternalBytes {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Files that a model refers to, by the names it calls them. */
export type ExternalContents = ReadonlyMap<string, Uint8Array>;

type TensorType = Pick<OnnxTensor, 'name' | 'elementType' | 'shape'>;

export function readTensor(message: Uint8Array, files: ExternalContents): OnnxTensor {
  let name = '';
  let elementType = 0;
  let location: number = dataLocation.inThisFile;
  let rawData: Uint8Array | null = null;
  const shape: number[] = [];
  const external = new Map<string, string>();
  eachField(message, (field, wire, reader) => {
    if (field === tensorField.dims && wire === wireType.varint) shape.push(Number(reader.int64()));
    else if (field === tensorField.dims && wire === wireType.bytes) shape.push(...numbersIn(reader.bytes()));
    else if (field === tensorField.dataType && wire === wireType.varint) elementType = reader.int32();
    else if (field === tensorField.dataLocation && wire === wireType.varint) location = reader.int32();
    else if (field === tensorField.name && wire === wireType.bytes) name = reader.string();
    else if (field === tensorField.rawData && wire === wireType.bytes) rawData = reader.bytes();
    else if (field === tensorField.externalData && wire === wireType.bytes) {
      const { key, value } = readEntry(reader.bytes());
      external.set(key, value);
    } else return false;
    return true;
  });
  const isExternal = location !== dataLocation.inThisFile;
  return { name, elementType, shape, rawData: isExternal ? bytesIn(files, external) : rawData, isExternal };
}

/** Offset and length may be left out: from the beginning, to the end. null where the file has no such part. */
function bytesIn(files: ExternalContents, external: ReadonlyMap<string, string>): Uint8Array | null {
  const file = files.get(external.get('location') ?? '');
  if (!file) return null;
  const offset = Number(external.get('offset') ?? 0);
  const length = Number(external.get('length') ?? file.byteLength - offset);
  return offset + length <= file.byteLength ? file.subarray(offset, offset + length) : null;
}

/** A tensor with its values, as a field of the graph, tag and length included. */
export function writeTensor(tensor: TensorType, rawData: Uint8Array): Uint8Array {
  return begun(tensor).tag(tensorField.rawData, wireType.bytes).bytes(rawData).join().finish();
}

/** A tensor whose values lie in another file, as a field of the graph, tag and length included. */
export function writeExternalTensor(tensor: TensorType, values: ExternalBytes): Uint8Array {
  const writer = begun(tensor);
  const entries = { location: values.path, offset: `${values.offset}`, length: `${values.length}` };
  for (const [key, value] of Object.entries(entries)) {
    writer.tag(tensorField.externalData, wireType.bytes).fork();
    writer.tag(entryField.key, wireType.bytes).string(key);
    writer.tag(entryField.value, wireType.bytes).string(value).join();
  }
  return writer.tag(tensorField.dataLocation, wireType.varint).int32(dataLocation.external).join().finish();
}

function begun({ name, elementType, shape }: TensorType): BinaryWriter {
  const writer = new BinaryWriter().tag(graphField.initializer, wireType.bytes).fork();
  for (const size of shape) writer.tag(tensorField.dims, wireType.varint).int64(size);
  writer.tag(tensorField.dataType, wireType.varint).int32(elementType);
  return writer.tag(tensorField.name, wireType.bytes).string(name);
}

/** Of a packed list of integers. */
export function numbersIn(bytes: Uint8Array): number[] {
  const reader = new BinaryReader(bytes);
  const numbers: number[] = [];
  while (reader.pos < reader.len) numbers.push(Number(reader.int64()));
  return numbers;
}
