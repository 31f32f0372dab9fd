import { type TokenId, tokenId } from '../token-id.ts';
import type { Tokenizer } from '../tokenizer.ts';

/** Decodes each id as the given bytes; ids past the table have no text. */
export function bytesTokenizer(table: readonly Uint8Array[]): Tokenizer {
  const decode = (ids: readonly TokenId[]): string => {
    const bytes = ids.flatMap((id) => [...(table[id] ?? [])]);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
  };
  return {
    vocabSize: table.length,
    fingerprint: 'bytes',
    encode: (text) => [...new TextEncoder().encode(text)].map(tokenId),
    decode,
    bytesOf: (id) => [...(table[id] ?? [])],
  };
}

/** Token id = byte. */
export const byteTokenizer: Tokenizer = bytesTokenizer(
  Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
);

/** Like SentencePiece: each id is a word with its space before it, and the text's first space is left out. */
export function wordTokenizer(words: readonly string[]): Tokenizer {
  return {
    vocabSize: words.length,
    fingerprint: 'words',
    encode: (text) => text.split(' ').map((word) => tokenId(words.indexOf(word))),
    decode: (ids) =>
      ids
        .map((id) => ` ${words[id]}`)
        .join('')
        .slice(1),
    bytesOf: (id) => (words[id] === undefined ? [] : null),
  };
}
