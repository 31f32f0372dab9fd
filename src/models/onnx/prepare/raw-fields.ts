import { BinaryReader } from '@bufbuild/protobuf/wire';
import { wireType } from './onnx-wire.ts';

/** Walks the fields of a message as they are written. `value` is the content of a field with a length, null for numbers; `raw` has the tag too. */
export function eachRawField(
  message: Uint8Array,
  take: (field: number, value: Uint8Array | null, raw: Uint8Array) => void,
): void {
  const reader = new BinaryReader(message);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [field, wire] = reader.tag();
    let value: Uint8Array | null = null;
    if (wire === wireType.bytes) value = reader.bytes();
    else reader.skip(wire, field);
    // The reader itself lets a value reach past the end of its message.
    if (reader.pos > reader.len) throw new RangeError('premature end');
    take(field, value, message.subarray(start, reader.pos));
  }
}
