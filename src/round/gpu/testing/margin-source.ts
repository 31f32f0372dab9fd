import { philox4x32 } from '../../../random/philox.ts';
import { PhiloxSource, purposeCodes } from '../../../random/philox-source.ts';
import type { DrawKey, RandomSource } from '../../../random/random-source.ts';

/**
 * The engine's random numbers, and how narrowly each decision fell: the relative lead of the winner of a race over
 * the second, and the relative distance of u from the probability it is compared with. Where rounding makes another
 * sampler decide otherwise, that margin must be tiny.
 */
export class MarginSource implements RandomSource {
  readonly #philox: PhiloxSource;
  readonly #words = new Uint32Array(4);
  /** Smallest since the last `takeSmallest`. */
  #smallest = Number.POSITIVE_INFINITY;

  constructor(seed: number) {
    this.#philox = new PhiloxSource(seed);
  }

  takeSmallest(): number {
    const smallest = this.#smallest;
    this.#smallest = Number.POSITIVE_INFINITY;
    return smallest;
  }

  categorical(weights: Float64Array, key: DrawKey): number {
    const drawn = this.#philox.categorical(weights, key);
    const { keyLow, keyHigh } = this.#philox;
    let first = Number.POSITIVE_INFINITY;
    let second = Number.POSITIVE_INFINITY;
    for (let lane = 0; lane < weights.length; lane++) {
      if (lane % 4 === 0) {
        philox4x32(key.position, purposeCodes[key.purpose], lane / 4, 0, keyLow, keyHigh, this.#words);
      }
      if (weights[lane] <= 0) continue;
      const time = -Math.log((this.#words[lane % 4] + 0.5) / 2 ** 32) / weights[lane];
      if (time < first) [first, second] = [time, first];
      else if (time < second) second = time;
    }
    if (second < Number.POSITIVE_INFINITY) this.#note(second / first - 1);
    return drawn;
  }

  bernoulli(probability: number, key: DrawKey): { readonly happened: boolean; readonly u: number } {
    const answer = this.#philox.bernoulli(probability, key);
    if (probability > 0) this.#note(Math.abs(answer.u / probability - 1));
    return answer;
  }

  #note(margin: number): void {
    this.#smallest = Math.min(this.#smallest, margin);
  }
}
