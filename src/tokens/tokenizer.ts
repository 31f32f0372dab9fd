import type { TokenId } from './token-id.ts';

/** Text <-> token ids of one model. */
export interface Tokenizer {
  /** Entries of the id -> token table, added tokens included: highest id + 1. */
  readonly vocabSize: number;
  /** Hash of the id -> token table, added tokens included; equal iff the same ids mean the same text. */
  readonly fingerprint: string;
  /**
   * Token ids of `text`, with the special tokens the tokenizer's post-processor adds.
   * An empty text gives the beginning-of-text token alone. Lone surrogates become U+FFFD.
   * With `addSpecial: false` nothing is added: what a chat template wrote has its special tokens already.
   */
  encode(text: string, options?: { addSpecial?: boolean }): TokenId[];
  /** Text of `ids`; special tokens are left out unless asked for. Incomplete UTF-8 shows as U+FFFD. */
  decode(ids: readonly TokenId[], options?: { keepSpecial?: boolean }): string;
  /**
   * The bytes that a token stands for wherever it stands; empty for one that a text leaves out, as special tokens unless
   * asked for. Null where they depend on the tokens before it: a Detokeniser finds them.
   */
  bytesOf(id: TokenId, options?: { keepSpecial?: boolean }): readonly number[] | null;
}
