import { expect, test } from 'vitest';
import { readBlob } from './read-blob.ts';

const pieceBytes = 16 * 2 ** 20;

/** Three pieces, the last one short, each with another content. */
const pieces = [1, 2, 3].map((content) => new Uint8Array(content < 3 ? pieceBytes : 1001).fill(content));

test.each([
  ['of several pieces', pieces],
  ['of one piece, to the byte', [pieces[0]]],
  ['of a few bytes', [pieces[2]]],
  ['of nothing', []],
])('reads a whole blob %s', async (_, parts) => {
  const bytes = await readBlob('model.onnx', new Blob(parts));
  expect(bytes.byteLength).toBe(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    const read = bytes.subarray(at, at + part.byteLength);
    expect(Buffer.compare(read, part), `bytes ${at} to ${at + part.byteLength}`).toBe(0);
    at += part.byteLength;
  }
});
