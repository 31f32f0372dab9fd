import { host } from '#host';
import type { StoredFile } from '../storage/file-store.ts';
import { contentProblem, headBytes } from './check-content.ts';
import { IncrementalHash } from './content-hash.ts';
import { localFileError } from './download-errors.ts';
import type { ReceiveOptions } from './receive-file.ts';
import type { RemoteFile } from './remote-file.ts';
import { requireWithinLimit } from './size-limit.ts';

/**
 * A file of this machine, hashed and checked as if it had been downloaded. Its bytes stay where they are.
 * @throws EngineError `download` where there is none, `integrity`; an abort throws the signal's reason
 */
export async function openLocalFile(
  file: RemoteFile,
  { signal, onBytes }: Pick<ReceiveOptions, 'signal' | 'onBytes'>,
): Promise<StoredFile> {
  const blob = await open(file.url);
  requireWithinLimit(file, blob.size);
  const hash = new IncrementalHash(file.expected);
  let bytes = 0;
  try {
    signal?.throwIfAborted();
    for await (const piece of blob.stream()) {
      signal?.throwIfAborted();
      hash.update(piece);
      bytes += piece.byteLength;
      onBytes?.(bytes, blob.size);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw localFileError(file.url, cause);
  }
  const finished = hash.finish();
  const problem = await contentProblem(file, {
    bytes,
    totalBytes: file.expected?.bytes ?? null,
    hash: finished,
    contentType: '',
    head: new Uint8Array(await blob.slice(0, headBytes).arrayBuffer()),
    whole: async () => new Uint8Array(await blob.arrayBuffer()),
  });
  if (problem !== null) throw problem;
  return { blob, sha256: finished.sha256, etag: null, lastModified: null };
}

async function open(url: string): Promise<Blob> {
  let blob: Blob | null;
  try {
    blob = await host.openLocal(url);
  } catch (cause) {
    throw localFileError(url, cause);
  }
  if (blob === null) throw localFileError(url, null);
  return blob;
}
