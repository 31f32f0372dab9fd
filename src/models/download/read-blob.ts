import { tooLargeError } from './download-errors.ts';

/** Browsers refuse to read more than 2 GiB at once. */
const pieceBytes = 16 * 2 ** 20;

/**
 * A whole blob in one buffer, which is all that it takes: pieces of their own would wait for the collector, and a file
 * of 143 MB took 219 of the heap. Throws `out-of-memory` where one buffer cannot hold it, and what reading throws where
 * the file behind the blob is no longer there.
 */
export async function readBlob(url: string, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(blob.size);
  } catch (cause) {
    throw tooLargeError(url, blob.size, cause);
  }
  const reader = byteReader(blob);
  return reader ? fill(bytes, reader) : copySlices(bytes, blob);
}

/** Null in browsers whose blobs cannot be read into a given buffer. */
function byteReader(blob: Blob): ReadableStreamBYOBReader | null {
  try {
    return blob.stream().getReader({ mode: 'byob' });
  } catch {
    return null;
  }
}

/** Each read takes the buffer away and hands it back: nothing is copied. */
async function fill(
  empty: Uint8Array<ArrayBuffer>,
  reader: ReadableStreamBYOBReader,
): Promise<Uint8Array<ArrayBuffer>> {
  const { byteLength } = empty;
  let { buffer } = empty;
  for (let at = 0; at < byteLength; ) {
    const { value } = await reader.read(new Uint8Array(buffer, at, Math.min(pieceBytes, byteLength - at)));
    if (!value || value.byteLength === 0)
      throw new Error(`The file ends after ${at} of ${byteLength} bytes.`);
    buffer = value.buffer;
    at += value.byteLength;
  }
  return new Uint8Array(buffer);
}

async function copySlices(bytes: Uint8Array<ArrayBuffer>, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    bytes.set(new Uint8Array(await blob.slice(at, at + pieceBytes).arrayBuffer()), at);
  }
  return bytes;
}
