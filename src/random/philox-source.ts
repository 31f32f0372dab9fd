import { philox4x32 } from './philox.ts';
import type { DrawKey, Purpose, RandomSource } from './random-source.ts';

/** Second counter word of every draw; a shader that draws the same numbers uses the same codes. */
export const purposeCodes: Readonly<Record<Purpose, number>> = {
  token: 0,
  proposal: 1,
  accept: 2,
  recover: 3,
  member: 4,
};

const twoTo32 = 2 ** 32;

/** 32 random bits -> a number in (0, 1), never 0 and never 1. */
const uniform = (word: number): number => (word + 0.5) / twoTo32;

/**
 * The engine's random numbers: Philox4x32-10 with key = seed and counter = (position, purpose, vocabulary lane).
 * A draw is a function of its key alone, so a position that is drafted again reuses its numbers, and a text that
 * is stopped and continued equals the uninterrupted one.
 */
export class PhiloxSource implements RandomSource {
  /** Low and high word of the seed: the key of every draw. */
  readonly keyLow: number;
  readonly keyHigh: number;
  readonly #words = new Uint32Array(4);

  /** @param seed a safe integer >= 0 */
  constructor(seed: number) {
    this.keyLow = seed >>> 0;
    this.keyHigh = Math.floor(seed / twoTo32) >>> 0;
  }

  /**
   * argmax_i log w_i + g_i with Gumbel noise g_i = -log(-log u_i), written as the equal argmin_i -log(u_i) / w_i,
   * which needs no logarithm of the weights and takes them unnormalised. Lowest index on ties.
   */
  categorical(weights: Float64Array, key: DrawKey): number {
    const words = this.#words;
    const purpose = purposeCodes[key.purpose];
    let best = Number.POSITIVE_INFINITY;
    let bestLane = -1;
    for (let first = 0; first < weights.length; first += 4) {
      const last = Math.min(first + 4, weights.length);
      let drawn = false;
      for (let lane = first; lane < last; lane++) {
        const weight = weights[lane];
        if (weight <= 0) continue;
        if (!drawn) {
          philox4x32(key.position, purpose, first >>> 2, 0, this.keyLow, this.keyHigh, words);
          drawn = true;
        }
        const u = uniform(words[lane - first]);
        // -log u >= 1 - u, so most lanes are ruled out without a logarithm.
        if (1 - u >= weight * best) continue;
        const time = -Math.log(u) / weight;
        if (time < best) {
          best = time;
          bestLane = lane;
        }
      }
    }
    if (bestLane < 0)
      throw new RangeError(`categorical draw at position ${key.position}: no weight is positive`);
    return bestLane;
  }

  bernoulli(probability: number, key: DrawKey): { readonly happened: boolean; readonly u: number } {
    philox4x32(key.position, purposeCodes[key.purpose], 0, 0, this.keyLow, this.keyHigh, this.#words);
    const u = uniform(this.#words[0]);
    return { happened: u <= probability, u };
  }
}
