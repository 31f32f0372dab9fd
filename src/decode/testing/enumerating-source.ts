import type { RandomSource } from '../../random/random-source.ts';

/**
 * A random source that follows a list of choices and then always takes the first one possible, noting the others.
 * Walking all lists visits every branch of a decode with its exact probability.
 */
export class EnumeratingSource implements RandomSource {
  readonly #choices: readonly number[];
  /** Choices taken so far: the given ones, then firsts. */
  readonly taken: number[] = [];
  /** Every possible choice at each step beyond the given ones. */
  readonly alternatives: (readonly number[])[] = [];
  /** Probability of each choice taken. */
  readonly probabilities: number[] = [];

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  categorical(weights: Float64Array): number {
    const possible = [...weights.keys()].filter((index) => weights[index] > 0);
    const mass = weights.reduce((sum, weight) => sum + weight, 0);
    const choice = this.#choose(possible);
    this.probabilities.push(weights[choice] / mass);
    return choice;
  }

  bernoulli(probability: number): { happened: boolean; u: number } {
    const possible = probability >= 1 ? [1] : probability <= 0 ? [0] : [1, 0];
    const happened = this.#choose(possible) === 1;
    this.probabilities.push(happened ? Math.min(1, probability) : 1 - Math.max(0, probability));
    return { happened, u: happened ? 0 : 1 };
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
