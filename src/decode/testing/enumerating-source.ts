import { PhiloxSource } from '../../random/philox-source.ts';
import type { DrawKey, RandomSource } from '../../random/random-source.ts';

/**
 * A random source that follows a list of choices and then always takes the first one possible, noting the others.
 * Walking all lists visits every branch of a decode with its exact probability.
 *
 * Draws at `horizon` and behind it do not branch: the real generator picks one outcome, which then counts as certain.
 * What comes before must not depend on it. If it does, the law is wrong, because other branches get other outcomes.
 */
export class EnumeratingSource implements RandomSource {
  readonly #choices: readonly number[];
  readonly #horizon: number;
  readonly #behindHorizon: PhiloxSource;
  /** Choices taken so far: the given ones, then firsts. */
  readonly taken: number[] = [];
  /** Every possible choice at each step beyond the given ones. */
  readonly alternatives: (readonly number[])[] = [];
  /** Probability of each choice taken. */
  readonly probabilities: number[] = [];

  /** @param seed of the outcomes behind the horizon */
  constructor(choices: readonly number[], horizon: number, seed: number) {
    this.#choices = choices;
    this.#horizon = horizon;
    this.#behindHorizon = new PhiloxSource(seed);
  }

  categorical(weights: Float64Array, key: DrawKey): number {
    if (key.position >= this.#horizon) return this.#takeOne(this.#behindHorizon.categorical(weights, key));
    const possible: number[] = [];
    let mass = 0;
    for (let index = 0; index < weights.length; index++) {
      mass += weights[index];
      if (weights[index] > 0) possible.push(index);
    }
    const choice = this.#choose(possible);
    this.probabilities.push(weights[choice] / mass);
    return choice;
  }

  bernoulli(probability: number, key: DrawKey): { happened: boolean; u: number } {
    if (key.position >= this.#horizon) {
      const happened = this.#takeOne(this.#behindHorizon.bernoulli(probability, key).happened ? 1 : 0) === 1;
      return { happened, u: happened ? 0 : 1 };
    }
    const possible = probability >= 1 ? [1] : probability <= 0 ? [0] : [1, 0];
    const happened = this.#choose(possible) === 1;
    this.probabilities.push(happened ? Math.min(1, probability) : 1 - Math.max(0, probability));
    return { happened, u: happened ? 0 : 1 };
  }

  /** A choice without alternatives. */
  #takeOne(picked: number): number {
    this.probabilities.push(1);
    const choice = this.#choices[this.taken.length];
    return this.#choose([choice ?? picked]);
  }

  #choose(possible: readonly number[]): number {
    if (possible.length === 0) throw new RangeError('a draw without any possible outcome');
    const step = this.taken.length;
    const given = this.#choices[step];
    if (given === undefined) this.alternatives.push(possible);
    else if (!possible.includes(given)) throw new RangeError(`choice ${given} at step ${step} is impossible`);
    const choice = given ?? possible[0];
    this.taken.push(choice);
    return choice;
  }
}
