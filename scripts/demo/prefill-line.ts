import type { PrefillProgress } from '../../src/engine/engine-api.ts';

/** Prompts below this are read before a reader sees a line. */
const fewTokens = 256;

const clearLine = '\r\u001b[K';

/** A line of a terminal that tells how far a long prompt is read, and goes away when the text begins. */
export class PrefillLine {
  readonly #isTerminal: boolean;
  #isShown = false;

  /** @param isTerminal elsewhere nothing is told: a line cannot be taken back there */
  constructor(isTerminal: boolean) {
    this.#isTerminal = isTerminal;
  }

  /** What to write for the progress made. */
  show({ tokensFed, tokensTotal }: PrefillProgress): string {
    if (!this.#isTerminal || tokensTotal <= fewTokens) return '';
    this.#isShown = true;
    return `${clearLine}Reading the prompt: ${tokensFed} of ${tokensTotal} tokens`;
  }

  /** What to write before anything else is written. */
  clear(): string {
    if (!this.#isShown) return '';
    this.#isShown = false;
    return clearLine;
  }
}
