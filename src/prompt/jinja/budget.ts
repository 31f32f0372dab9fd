import { TemplateBudgetError } from './template-errors.ts';

/** Work that every template may do, whatever it is given. One unit is about the time in which a character is copied. */
const baseWork = 2 ** 26;
/** What a character of the conversation adds: templates look at each many times. */
const workPerCharacter = 256;
/** What a template may write: its own words, which have a few thousand characters, and the conversation a few times. */
const baseLength = 2 ** 15;
const lengthPerCharacter = 16;

/** Of evaluating one node. */
export const nodeWork = 64;
/** Of an element of a list, or an entry of a mapping. */
export const elementWork = 16;
/** Of writing a value out, as text or as JSON. */
export const writeWork = 128;
/** Of a turn of a loop, before its body. */
export const turnWork = 128;
/** Expressions, blocks, macros and values inside one another. The largest published templates need about 60. */
export const maxDepth = 400;

/** Counts work before it is done, so that no template can keep the thread busy or fill the memory. */
export class Budget {
  readonly #limit: number;
  readonly #maxLength: number;
  #left: number;

  /** @param given characters of what is rendered */
  constructor(given: number) {
    this.#limit = baseWork + workPerCharacter * given;
    this.#left = this.#limit;
    this.#maxLength = baseLength + lengthPerCharacter * given;
  }

  spend(work: number): void {
    if (work > 0) this.#left -= work;
    if (!(this.#left >= 0)) {
      throw new TemplateBudgetError(`it takes more than ${this.#limit} units of work, the limit here`);
    }
  }

  /** In the worst text every place looks like the beginning of what is sought. */
  spendOnSearch(text: string, sought: string): void {
    this.spend(text.length * (1 + Math.min(sought.length, text.length) / 16));
  }

  checkLength(text: string): void {
    if (text.length > this.#maxLength) {
      throw new TemplateBudgetError(
        `it writes ${text.length} characters; the limit here is ${this.#maxLength}`,
      );
    }
  }

  checkDepth(depth: number): void {
    if (depth > maxDepth) {
      throw new TemplateBudgetError(`it goes more than ${maxDepth} levels deep, the limit here`);
    }
  }
}
