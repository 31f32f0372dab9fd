import type { TokenId } from '../tokens/token-id.ts';
import type { LogitsHandle, Sequence } from './causal-model.ts';

/** Tokens of one pass over text that is there already: bounds the logits of a pass to chunk x width. */
export const prefillChunk = 256;

export interface PrefillOptions {
  /** `last` asks for the row behind the last token. */
  readonly wanted: 'last' | 'none';
  /** Asked between chunks; false ends the prefill early. */
  readonly carryOn: () => Promise<boolean>;
  /** Runs one pass, so that it can be timed. */
  readonly runPass?: <T>(tokens: number, pass: () => Promise<T>) => Promise<T>;
}

/**
 * Feeds a text from the valid end of the cache on, in chunks.
 * @param tokenIds the cache already holds the first kvLength of them
 * @returns the last row where it is wanted and was reached, else null
 */
export async function prefill(
  sequence: Sequence,
  tokenIds: readonly TokenId[],
  { wanted, carryOn, runPass = (_tokens, pass) => pass() }: PrefillOptions,
): Promise<LogitsHandle | null> {
  let logits: LogitsHandle | null = null;
  while (sequence.kvLength < tokenIds.length) {
    const ids = tokenIds.slice(sequence.kvLength, sequence.kvLength + prefillChunk);
    const isLast = sequence.kvLength + ids.length === tokenIds.length;
    logits = await runPass(ids.length, () =>
      sequence.forward({ kind: 'host', length: ids.length, ids }, isLast ? wanted : 'none'),
    );
    if (!isLast && !(await carryOn())) break;
  }
  return logits;
}
