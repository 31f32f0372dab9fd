import { Detokeniser, spelling } from './detokeniser.ts';
import { StopMatcher } from './stop-matcher.ts';
import type { TokenId } from './token-id.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface AppendedText {
  /** What the token adds once its characters are complete; '' while one is not. Not cut at a stop string. */
  readonly piece: string;
  /** True once a stop string is complete: the text ends before the one that starts first. */
  readonly stopped: boolean;
}

/**
 * The text of a decode while its tokens arrive: `append` every committed token, `takeFinal` at the end of a
 * round, `finish` at the end of the decode. What takeFinal and finish return is, together, the text of all ids,
 * cut at the stop string. Stop strings may span token borders, and may spell special tokens that the text leaves out.
 * Tokens appended after the stop add nothing.
 */
export class TextStream {
  /** True if a stop string may end the text: then every token is to be seen before the next is asked for. */
  readonly hasStopStrings: boolean;
  readonly #tokenizer: Tokenizer;
  readonly #detokeniser: Detokeniser;
  readonly #stops: StopMatcher;
  /** Text that was not taken yet; it starts at position #taken of the whole. */
  #waiting = '';
  #taken = 0;

  /**
   * `contextIds`: the prompt's ids, or their end. Some tokenizers strip the space of a text's first token: with
   * the prompt before it the text continues the prompt instead. `keepSpecial`: special tokens are spelled.
   */
  constructor(
    tokenizer: Tokenizer,
    stopStrings: readonly string[],
    contextIds: readonly TokenId[] = [],
    keepSpecial = false,
  ) {
    this.#tokenizer = tokenizer;
    this.#detokeniser = new Detokeniser(tokenizer, contextIds, keepSpecial);
    this.#stops = new StopMatcher(stopStrings);
    this.hasStopStrings = stopStrings.length > 0;
  }

  append(id: TokenId): AppendedText {
    if (this.#stops.matchStart !== null) return { piece: '', stopped: true };
    const { text, bytes } = this.#detokeniser.append(id);
    if (bytes === null) this.#feedLeftOut(id);
    else this.#stops.feed(text);
    this.#waiting += text;
    return { piece: text, stopped: this.#stops.matchStart !== null };
  }

  /** An end token, which the text leaves out in any case: it may complete a stop string that began before it. */
  appendEnd(id: TokenId): void {
    if (this.#stops.matchStart === null) this.#feedLeftOut(id);
  }

  /** Reads tokens that continue the ids appended so far, without appending them here. */
  readAhead(): Detokeniser {
    return this.#detokeniser.fork();
  }

  /** Text that became final since the last call: no part of a character, no possible beginning of a stop string. */
  takeFinal(): string {
    return this.#take(this.#stops.finalLength - this.#taken);
  }

  /** The rest: what was held back for a stop string that did not come, and an incomplete character as U+FFFD. */
  finish(): string {
    if (this.#stops.matchStart !== null) return this.takeFinal();
    this.#waiting += this.#detokeniser.finish();
    return this.#take(this.#waiting.length);
  }

  #feedLeftOut(id: TokenId): void {
    if (this.hasStopStrings) this.#stops.feedLeftOut(spelling(this.#tokenizer, id));
  }

  #take(length: number): string {
    const text = this.#waiting.slice(0, length);
    this.#waiting = this.#waiting.slice(length);
    this.#taken += text.length;
    return text;
  }
}
