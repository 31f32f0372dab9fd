import { tooLargeError } from './download-errors.ts';

/** Browsers refuse to read more than 2 GiB at once. */
const pieceBytes = 16 * 2 ** 20;

/**
 * A whole blob in one buffer, and a piece of it on the way. Throws `out-of-memory` where one buffer cannot hold it, and
 * what reading throws where the file behind the blob is no longer there.
 *
 * Not by the blob's byte stream, which would fill the buffer itself: in Chromium (seen in 156) a read of it may never
 * settle.
 */
export async function readBlob(url: string, blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(blob.size);
  } catch (cause) {
    throw tooLargeError(url, blob.size, cause);
  }
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    const piece = await blob.slice(at, at + pieceBytes).arrayBuffer();
    bytes.set(new Uint8Array(piece), at);
    release(piece);
  }
  return bytes;
}

/** Gives a buffer's memory back at once: the collector lets many of them stand, half of a file and more. */
function release(buffer: ArrayBuffer): void {
  // Browsers from before 2024 have no such method, and are left to their collectors.
  (buffer as { transfer?: (length: number) => ArrayBuffer }).transfer?.(0);
}
