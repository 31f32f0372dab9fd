import type { EngineError } from '../../errors/engine-error.ts';
import type { IncrementalHash } from './content-hash.ts';
import { hashError, htmlPageError, integrityError, lengthError } from './download-errors.ts';
import { parseJson } from './parse-json.ts';
import type { RemoteFile } from './remote-file.ts';

/** A whole body, as far as it is looked at. */
export interface ReceivedContent {
  readonly bytes: number;
  /** What the server or the list of files has promised. */
  readonly totalBytes: number | null;
  readonly hash: ReturnType<IncrementalHash['finish']>;
  readonly contentType: string;
  /** The first bytes, 64 at most. */
  readonly head: Uint8Array;
  /** All of them, of small files alone. */
  readonly whole: () => Promise<Uint8Array>;
}

/** What is wrong with a body that has arrived in full; null where it is what it should be. */
export async function contentProblem(
  file: RemoteFile,
  content: ReceivedContent,
): Promise<EngineError | null> {
  const { url, kind, expected } = file;
  const { bytes, totalBytes, hash } = content;
  const isRightLength = totalBytes === null || bytes === totalBytes;
  if (expected !== null && isRightLength && hash.differs === null) return null;
  if (content.contentType.startsWith('text/html') || startsLikeMarkup(content.head, kind)) {
    return htmlPageError(file);
  }
  if (!isRightLength) return lengthError(url, bytes, totalBytes);
  if (expected !== null && hash.differs !== null) return hashError(url, hash.differs, expected.hash);
  if (bytes === 0) return integrityError(url, 'empty', `${url} is empty. Restore the file, then try again.`);
  if (kind === 'json' && !isJson(await content.whole())) {
    return integrityError(
      url,
      'not-json',
      `${url} is not JSON (${bytes} bytes). Nothing was kept; restore the file, then try again.`,
    );
  }
  return null;
}

/**
 * Neither JSON nor ONNX begins with "<": in ONNX the byte would end a group, and there is none to end. Other text may,
 * as a chat template with `<|im_start|>`.
 */
export function startsLikeMarkup(bytes: Uint8Array, kind: RemoteFile['kind']): boolean {
  const isMarkup = kind === 'text' ? /^\uFEFF?\s*<(!doctype|html)/i : /^\uFEFF?\s*</;
  return isMarkup.test(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, 64)));
}

function isJson(bytes: Uint8Array): boolean {
  try {
    parseJson(bytes);
    return true;
  } catch {
    return false;
  }
}
