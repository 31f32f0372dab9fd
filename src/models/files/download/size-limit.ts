import { EngineError } from '../../../errors/engine-error.ts';
import type { RemoteFile } from './remote-file.ts';

/** The largest published tokenizer.json has 35 MB. */
const maxTokenizerBytes = 64 * 2 ** 20;
/** Of configurations, templates and catalogues, and of one page of a repository's list; they have a few MB at most. */
export const maxTextBytes = 16 * 2 ** 20;

/**
 * Refuses a file that is larger than any of its kind need be: all of it is parsed in memory. Weights have no such limit;
 * what they take is compared with the room in storage and memory.
 * @param bytes that are announced, or have arrived; null where nobody tells
 * @throws EngineError `model-unsupported`
 */
export function requireWithinLimit(
  { kind, url }: Pick<RemoteFile, 'kind' | 'url'>,
  bytes: number | null,
): void {
  if (bytes === null || kind === 'onnx' || kind === 'weights') return;
  const isTokenizer = new URL(url).pathname.endsWith('/tokenizer.json');
  requireAtMost(url, bytes, isTokenizer ? maxTokenizerBytes : maxTextBytes);
}

/** @throws EngineError `model-unsupported` */
export function requireAtMost(url: string, bytes: number, limit: number): void {
  if (bytes <= limit) return;
  throw new EngineError(
    'model-unsupported',
    `${url} has ${bytes} bytes or more; the limit for a file of its kind is ${limit}. Nothing of it was kept. Choose another export of the model.`,
    { details: { url, bytes, limit } },
  );
}
