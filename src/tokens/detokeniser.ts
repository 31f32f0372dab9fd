import type { TokenId } from './token-id.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What a token adds to the text before it. */
export interface TokenText {
  /** Complete characters: '' for a piece of one whose rest is missing, and for a token that the text leaves out. */
  readonly text: string;
  /** UTF-8, of a piece of a character its own bytes; null for a token that the text leaves out. */
  readonly bytes: readonly number[] | null;
}

/** The window is cut when it grows past this. */
const MAX_WINDOW_TOKENS = 8;
/** An incomplete character has at most three bytes, so at most three tokens. */
const KEPT_WINDOW_TOKENS = 4;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Token ids to text, one at a time: the one place that knows the text of a single token. Tokens cannot be decoded alone:
 * a character may be spread over several byte tokens, and some decoders treat the first token of a text apart (they
 * strip its space). So each token's bytes are found first: its own where it stands for bytes, else what it adds to the
 * decoded text of the last few ids. The text is these bytes, read as UTF-8. The cost of a token does not depend on how
 * many came before it.
 */
export class Detokeniser {
  readonly #tokenizer: Tokenizer;
  readonly #options: { readonly keepSpecial: boolean };
  /** The last ids that the text does not leave out. */
  #windowIds: readonly TokenId[] = [];
  /** What they decode to; null while no token needed it. */
  #windowText: string | null = null;
  /** The beginning of a character whose rest is missing. */
  #incomplete: readonly number[] = [];

  /**
   * @param contextIds what stands before the text, as the end of the prompt; the first token continues it
   * @param keepSpecial spells special tokens, which have no text otherwise
   */
  constructor(tokenizer: Tokenizer, contextIds: readonly TokenId[] = [], keepSpecial = false) {
    this.#tokenizer = tokenizer;
    this.#options = { keepSpecial };
    const window: TokenId[] = [];
    for (let index = contextIds.length - 1; index >= 0 && window.length < KEPT_WINDOW_TOKENS; index--) {
      if (this.#ownBytes(contextIds[index])?.length !== 0) window.unshift(contextIds[index]);
    }
    for (const id of window) {
      const own = this.#ownBytes(id);
      this.#incomplete = own ? split([...this.#incomplete, ...own]).incomplete : [];
    }
    this.#windowIds = window;
  }

  /** Appends `id`. The texts of all tokens, and at the end what `finish` returns, are the text. */
  append(id: TokenId): TokenText {
    const added = this.preview(id);
    if (added.bytes === null) return added;
    this.#incomplete = split([...this.#incomplete, ...added.bytes]).incomplete;
    const isGrown = this.#windowText !== null && this.#ownBytes(id) === null;
    // The bytes of a token without bytes of its own are those of the text that it adds.
    this.#windowText = isGrown ? this.#windowText + decoder.decode(Uint8Array.from(added.bytes)) : null;
    this.#windowIds = [...this.#windowIds, id];
    if (this.#windowIds.length > MAX_WINDOW_TOKENS) {
      this.#windowIds = this.#windowIds.slice(-KEPT_WINDOW_TOKENS);
      this.#windowText = null;
    }
    return added;
  }

  /** What `append` would return. */
  preview(id: TokenId): TokenText {
    const own = this.#ownBytes(id);
    if (own?.length === 0) return { text: '', bytes: null };
    if (own === null) {
      const added = this.#decodedWith(id);
      const before = this.#incomplete.length > 0 ? decoder.decode(Uint8Array.from(this.#incomplete)) : '';
      return { text: before + added, bytes: [...encoder.encode(added)] };
    }
    const { complete } = split([...this.#incomplete, ...own]);
    return { text: decoder.decode(Uint8Array.from(complete)), bytes: own };
  }

  /** How `id` reads where it is shown apart from the text: special tokens are spelled, a piece of a character is U+FFFD. */
  name(id: TokenId): string {
    return this.preview(id).text || spelling(this.#tokenizer, id);
  }

  /** Another one behind the same tokens, to follow what is not, or not yet, part of the text. */
  fork(): Detokeniser {
    const fork = new Detokeniser(this.#tokenizer, [], this.#options.keepSpecial);
    fork.#windowIds = this.#windowIds;
    fork.#windowText = this.#windowText;
    fork.#incomplete = this.#incomplete;
    return fork;
  }

  /** What is left: an incomplete character as U+FFFD. */
  finish(): string {
    const rest = decoder.decode(Uint8Array.from(this.#incomplete));
    this.#incomplete = [];
    return rest;
  }

  #ownBytes(id: TokenId): readonly number[] | null {
    return this.#tokenizer.bytesOf(id, this.#options);
  }

  #decodedWith(id: TokenId): string {
    this.#windowText ??= this.#tokenizer.decode(this.#windowIds, this.#options);
    return this.#tokenizer.decode([...this.#windowIds, id], this.#options).slice(this.#windowText.length);
  }
}

/** How a token is written on its own, special ones too. */
export const spelling = (tokenizer: Pick<Tokenizer, 'decode'>, id: TokenId): string =>
  tokenizer.decode([id], { keepSpecial: true });

/** Cuts off the beginning of a character whose rest may follow. No byte before it changes what it reads like. */
function split(bytes: readonly number[]): {
  readonly complete: readonly number[];
  readonly incomplete: readonly number[];
} {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const lead = bytes[bytes.length - length];
    if (lead >= 0x80 && lead < 0xc0) continue;
    const wanted = lead < 0xc2 || lead > 0xf4 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length >= wanted) break;
    return { complete: bytes.slice(0, -length), incomplete: bytes.slice(-length) };
  }
  return { complete: bytes, incomplete: [] };
}
