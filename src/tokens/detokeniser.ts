import type { TokenId } from './token-id.ts';
import type { Tokenizer } from './tokenizer.ts';

const REPLACEMENT = '\uFFFD';
/** The window is cut when it grows past this; a character takes at most four tokens. */
const MAX_WINDOW_TOKENS = 16;
const KEPT_WINDOW_TOKENS = 5;

/**
 * Token ids to text, one at a time. Tokens cannot be decoded alone: a character may be spread over several
 * byte tokens, and some decoders treat the first token of a text apart (they strip its space). So the last few
 * ids are decoded together, and each call yields what they add. The cost of a token does not depend on how many
 * came before it.
 */
export class Detokeniser {
  readonly #decode: (ids: readonly TokenId[]) => string;
  #windowIds: TokenId[];
  /** Code units of the window's text that were yielded before. */
  #yielded: number;

  /**
   * @param contextIds what stands before the text, as the end of the prompt; the first token continues it
   * @param keepSpecial spells special tokens, which have no text otherwise
   */
  constructor(tokenizer: Tokenizer, contextIds: readonly TokenId[] = [], keepSpecial = false) {
    this.#decode = (ids) => tokenizer.decode(ids, { keepSpecial });
    this.#windowIds = contextIds.slice(-KEPT_WINDOW_TOKENS);
    this.#yielded = this.#decode(this.#windowIds).length;
  }

  /** The text that `id` adds: complete characters only, '' while one is incomplete. */
  append(id: TokenId): string {
    this.#windowIds.push(id);
    const windowText = this.#decode(this.#windowIds);
    // An incomplete character at the end shows as one U+FFFD; a real U+FFFD there merely waits for its successor.
    const completeLength = windowText.endsWith(REPLACEMENT) ? windowText.length - 1 : windowText.length;
    const added = windowText.slice(this.#yielded, completeLength);
    this.#yielded = Math.max(this.#yielded, completeLength);
    if (this.#windowIds.length > MAX_WINDOW_TOKENS) this.#cutWindow(windowText);
    return added;
  }

  /** What is left: an incomplete character as U+FFFD. */
  finish(): string {
    const rest = this.#decode(this.#windowIds).slice(this.#yielded);
    this.#yielded += rest.length;
    return rest;
  }

  /** Forgets ids from the front, up to a token border that is a character border too. */
  #cutWindow(windowText: string): void {
    const waiting = windowText.length - this.#yielded;
    let cut = this.#windowIds.length - KEPT_WINDOW_TOKENS;
    while (cut > 1 && !this.#isCharacterBorder(cut, windowText, waiting)) cut--;
    // Without such a border there is no text at the cut to spoil: the window holds ids without text.
    if (cut === 1) cut = this.#windowIds.length - KEPT_WINDOW_TOKENS;
    this.#windowIds = this.#windowIds.slice(cut);
    this.#yielded = Math.max(0, this.#decode(this.#windowIds).length - waiting);
  }

  #isCharacterBorder(cut: number, windowText: string, waiting: number): boolean {
    const tail = this.#decode(this.#windowIds.slice(cut));
    if (tail.length <= waiting || !windowText.endsWith(tail)) return false;
    // Bytes of a split character decode to U+FFFD on both sides of the cut, so the parts differ from the whole.
    if (!tail.startsWith(REPLACEMENT)) return true;
    return this.#decode(this.#windowIds.slice(0, cut)) + tail === windowText;
  }
}
