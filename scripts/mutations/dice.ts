import { philox4x32 } from '../../src/random/philox.ts';

/** Choices of one case: equal seeds make equal choices, on every machine. */
export class Dice {
  readonly #seed: number;
  readonly #words = new Uint32Array(4);
  #drawn = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** An integer of 0 … count - 1. */
  below(count: number): number {
    const word = this.#drawn % 4;
    if (word === 0) {
      philox4x32(this.#drawn / 4, 0, 0, 0, this.#seed, Math.floor(this.#seed / 2 ** 32), this.#words);
    }
    this.#drawn += 1;
    return Math.floor((this.#words[word] / 2 ** 32) * count);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
