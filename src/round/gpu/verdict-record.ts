import { EngineError } from '../../errors/engine-error.ts';
import { brokenRowError } from '../../sample/distribution.ts';
import { type TokenId, tokenId } from '../../tokens/token-id.ts';
import { layout, none } from './sampler-layout.ts';

/** One pending token; what comes after `q` is of use for heads only. */
export interface JudgedToken {
  readonly tokenId: TokenId;
  /** Its probability in what it was drawn from. */
  readonly q: number;
  readonly r: number;
  /** Random word of the ratio rule. */
  readonly coin: number;
  readonly isAccepted: boolean;
  readonly deviation: number;
}

export interface VerdictRecord {
  /** First rejected head; their number where all were accepted. */
  readonly rejectedAt: number;
  /** The recovered or drawn token; null where there is neither. */
  readonly tokenId: TokenId | null;
  /** r of that token. */
  readonly r: number;
  /** Index of the first end token among what is committed; null where there is none. Behind it all is void. */
  readonly endedAt: number | null;
  /** [pending] */
  readonly judged: readonly JudgedToken[];
}

/**
 * Reads what the kernels left, in the order of `Record` in declarations.wgsl.
 * @param bytes of a record of `pendings` tokens, `heads` of them judged
 * @throws EngineError `model-unsupported` where a row that was drawn from or judged by is no distribution, as
 *   `distributionOf` does; void ones are not looked at
 */
export function readRecord(
  bytes: ArrayBuffer,
  pendings: number,
  heads: number,
  vocabSize: number,
): VerdictRecord {
  const words = new Uint32Array(bytes);
  const floats = new Float32Array(bytes);
  const [rejectedAt, drawn] = words;
  const endedAt = words[4] === none ? null : words[4];
  const counting = endedAt ?? Number.POSITIVE_INFINITY;
  const judged: JudgedToken[] = [];
  for (let index = 0; index < pendings; index++) {
    const at = layout.recordHeaderWords + index * layout.judgedWords;
    if (index <= counting) throwFault(words[at + 2], vocabSize);
    judged.push({
      tokenId: knownToken(words[at], vocabSize),
      q: floats[at + 1],
      r: floats[at + 3],
      coin: words[at + 4],
      isAccepted: words[at + 5] === 1,
      deviation: floats[at + 6],
    });
  }
  for (let head = 0; head < Math.min(heads, rejectedAt + 1, counting + 1); head++) {
    throwFault(words[layout.recordHeaderWords + head * layout.judgedWords + 7], vocabSize);
  }
  if (rejectedAt === heads) throwFault(words[3], vocabSize);
  const token = drawn === none ? null : knownToken(drawn, vocabSize);
  return { rejectedAt, tokenId: token, r: floats[2], endedAt, judged };
}

/** A fault as peak.wgsl writes it: 0, 1 for a row of nothing but −∞, else ~(2 · token + isInfinite). */
function throwFault(fault: number, vocabSize: number): void {
  if (fault === 0) return;
  if (fault === 1) throw brokenRowError(null, vocabSize);
  const seen = ~fault >>> 0;
  const logit = (seen & 1) === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  throw brokenRowError({ token: seen >>> 1, logit }, vocabSize);
}

function knownToken(id: number, vocabSize: number): TokenId {
  if (id < vocabSize) return tokenId(id);
  throw new EngineError(
    'device-lost',
    `The GPU returned token ${id}, but the vocabulary has ${vocabSize} entries; close the engine and open it again.`,
    { details: { token: id, vocabSize } },
  );
}
