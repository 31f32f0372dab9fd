import type { EngineError } from '../../../errors/engine-error.ts';
import type { IncrementalHash } from './content-hash.ts';
import {
  emptyError,
  hashError,
  htmlPageError,
  lengthError,
  lfsPointerError,
  notJsonError,
} from './download-errors.ts';
import { parseJson } from './parse-json.ts';
import type { RemoteFile } from './remote-file.ts';

/** What is looked at of a content's beginning. */
export const headBytes = 64;

/** A whole body, as far as it is looked at. */
export interface ReceivedContent {
  readonly bytes: number;
  /** What the server or the list of files has promised. */
  readonly totalBytes: number | null;
  readonly hash: ReturnType<IncrementalHash['finish']>;
  readonly contentType: string;
  /** The first bytes, `headBytes` at most. */
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
  // Also where a list of files has the pointer's own hash.
  if (isLfsPointer(content.head)) return lfsPointerError(file);
  if (expected !== null && isRightLength && hash.differs === null) return null;
  if (content.contentType.startsWith('text/html') || startsLikeMarkup(content.head, kind)) {
    return htmlPageError(file);
  }
  if (!isRightLength) return lengthError(url, bytes, totalBytes);
  if (expected !== null && hash.differs !== null) return hashError(url, hash.differs, expected.hash);
  if (bytes === 0) return emptyError(url);
  if (kind === 'json') {
    const whole = await content.whole();
    try {
      parseFile(url, whole);
    } catch (error) {
      return error as EngineError;
    }
  }
  return null;
}

/** What a JSON file says, in Python's dialect. Throws EngineError `integrity`. */
export function parseFile(url: string, bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes);
  } catch (cause) {
    throw notJsonError(url, bytes.byteLength, cause);
  }
}

/** As much of an answer as is looked at before anything is written. */
export interface ContentOpening {
  readonly contentType: string;
  /** The first bytes, `headBytes` or all there are. */
  readonly head: Uint8Array;
  /** True where the server announces another length than the list of files has. */
  readonly isOtherLength: boolean;
  /** True where there is something to lose: bytes of an earlier answer. */
  readonly replaces: boolean;
}

/**
 * What is wrong with a body as soon as it begins; null where its end must tell. A login page, a pointer or nothing at
 * all is no reason to let go of what is here.
 */
export function openingProblem(file: RemoteFile, opening: ContentOpening): EngineError | null {
  const { kind, expected } = file;
  const { head, isOtherLength, replaces } = opening;
  if (isLfsPointer(head)) return lfsPointerError(file);
  const isCalledPage = opening.contentType.startsWith('text/html') && (isOtherLength || replaces);
  if (isCalledPage || startsLikeMarkup(head, kind)) return htmlPageError(file);
  if (head.byteLength === 0 && replaces && expected?.bytes !== 0) return emptyError(file.url);
  return null;
}

/**
 * Neither JSON nor ONNX begins with "<": in ONNX the byte would end a group, and there is none to end. Weights may, and
 * so may other text, as a chat template with `<|im_start|>`.
 */
export function startsLikeMarkup(head: Uint8Array, kind: RemoteFile['kind']): boolean {
  const isMarkup =
    kind === 'json' || kind === 'onnx' ? /^\uFEFF?\s*</ : /^\uFEFF?\s*<(!doctype\s+html|html)\b/i;
  return isMarkup.test(textOf(head));
}

/** What a repository holds in place of a large file: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const isLfsPointer = (head: Uint8Array): boolean =>
  /^version https:\/\/(git-lfs|hawser)\.github\.com\/spec\//.test(textOf(head));

const textOf = (head: Uint8Array): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(head.subarray(0, headBytes));
