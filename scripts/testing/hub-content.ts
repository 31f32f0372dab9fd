import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file of a repository, and the hashes that a hub lists of it. */
export interface HubContent {
  readonly bytes: number;
  readonly sha256: string;
  /** SHA-1 of "blob", length and bytes, as git names files. */
  readonly gitOid: string;
  /** Bytes `start` to `end`, the last one not included. */
  read(start: number, end: number): Readable;
}

export function contentOfBytes(bytes: Uint8Array): HubContent {
  return {
    bytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    gitOid: createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex'),
    read: (start, end) => Readable.from(piecesOf(bytes.subarray(start, end))),
  };
}

/** A file on disk, which is never read whole: weights are large. */
export async function contentOfFile(path: string): Promise<HubContent> {
  const { size } = statSync(path);
  const sha256 = createHash('sha256');
  const git = createHash('sha1').update(`blob ${size}\0`);
  await pipeline(createReadStream(path), async (pieces: AsyncIterable<Buffer>) => {
    for await (const piece of pieces) {
      sha256.update(piece);
      git.update(piece);
    }
  });
  return {
    bytes: size,
    sha256: sha256.digest('hex'),
    gitOid: git.digest('hex'),
    read: (start, end) => (end > start ? createReadStream(path, { start, end: end - 1 }) : Readable.from([])),
  };
}

/** All files of a folder, by their paths in it. */
export async function contentsOfFolder(folder: string): Promise<Map<string, HubContent>> {
  const contents = new Map<string, HubContent>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (statSync(path).isFile()) contents.set(name.replaceAll('\\', '/'), await contentOfFile(path));
  }
  return contents;
}

const pieceBytes = 16 * 1024;

function* piecesOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
