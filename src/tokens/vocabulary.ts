import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { EngineError } from '../errors/engine-error.ts';

/** An id -> token table. */
export interface TokenTable {
  readonly vocabSize: number;
  readonly fingerprint: string;
}

/** What must agree before the distributions of two models may be compared entry by entry. */
export interface Vocabulary extends TokenTable {
  /** The model's name in messages. */
  readonly name: string;
  /** The part of the table that the model scores and reads: added tokens may lie beyond its logits. */
  readonly scored: TokenTable;
}

/**
 * SHA-256 (hex) of the id -> token table [vocabSize], added tokens included. Ids without a token count as
 * missing wherever they stand, so trailing gaps change nothing: a padded table has the fingerprint of the bare one.
 */
export function vocabularyFingerprint(idToToken: readonly (string | undefined)[]): string {
  const hash = sha256.create();
  idToToken.forEach((token, id) => {
    // JSON quotes line feeds, so no two tables share a text.
    if (token !== undefined) hash.update(utf8ToBytes(`${id} ${JSON.stringify(token)}\n`));
  });
  return bytesToHex(hash.digest());
}

/**
 * Refuses two models whose token ids do not mean the same text: neither their tables agree nor the parts that they score.
 * Throws EngineError `vocabulary-mismatch` with both sizes and fingerprints.
 */
export function assertSameVocabulary(first: Vocabulary, second: Vocabulary): void {
  if (isSameTable(first, second) || isSameTable(first.scored, second.scored)) return;
  throw new EngineError(
    'vocabulary-mismatch',
    `${label(first)} and ${label(second)} do not share a vocabulary, so they cannot decode together: choose two models of one family.`,
    {
      details: {
        first: first.name,
        firstVocabSize: first.vocabSize,
        firstFingerprint: first.fingerprint,
        second: second.name,
        secondVocabSize: second.vocabSize,
        secondFingerprint: second.fingerprint,
      },
    },
  );
}

const isSameTable = (first: TokenTable, second: TokenTable): boolean =>
  first.fingerprint === second.fingerprint && first.vocabSize === second.vocabSize;

const label = ({ name, vocabSize, fingerprint }: Vocabulary): string =>
  `"${name}" (${vocabSize} entries, fingerprint ${fingerprint.slice(0, 12)})`;
