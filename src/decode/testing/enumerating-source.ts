import { PhiloxSource } from '../../random/philox-source.ts';
import type { DrawKey, RandomSource } from '../../random/random-source.ts';

/**
 * A random source that follows a list of choices and then always takes the first one possible, noting the others.
 * Walking all lists visits every branch of a decode with its exact probability.
 *
 * Draws at position `horizon` and behind it do not branch: one of their possible outcomes is picked and counts as
 * certain. What comes before must not depend on it. If it does, the law is wrong: other branches get other outcomes.
 */
export class EnumeratingSource implements RandomSource {
  readonly #horizon: number;
  readonly #picks: PhiloxSource;
  #given: readonly number[] = [];
  #taken: number[] = [];
  #alternatives: (readonly number[])[] = [];
  #probability = 1;

  /** @param seed of the outcomes that are picked */
  constructor(horizon: number, seed: number) {
    this.#horizon = horizon;
    this.#picks = new PhiloxSource(seed);
  }

  /** Forgets what was chosen and follows these choices. */
  follow(choices: readonly number[]): void {
    this.#given = choices;
    this.#taken = [];
    this.#alternatives = [];
    this.#probability = 1;
  }

  /** Choices since `follow`: the given ones, then firsts. */
  get taken(): readonly number[] {
    return this.#taken;
  }

  /** Of all of them together. */
  get probability(): number {
    return this.#probability;
  }

  /** The lists that turn off from the choices taken behind the given ones. */
  untried(): number[][] {
    const given = this.#taken.length - this.#alternatives.length;
    return this.#alternatives.flatMap((possible, index) =>
      possible.slice(1).map((other) => [...this.#taken.slice(0, given + index), other]),
    );
  }

  categorical(weights: Float64Array, key: DrawKey): number {
    const possible: number[] = [];
    let mass = 0;
    for (let index = 0; index < weights.length; index++) {
      mass += weights[index];
      if (weights[index] > 0) possible.push(index);
    }
    return this.#choose(possible, key, (choice) => weights[choice] / mass);
  }

  bernoulli(probability: number, key: DrawKey): { happened: boolean; u: number } {
    const possible = probability >= 1 ? [1] : probability <= 0 ? [0] : [1, 0];
    const happened =
      this.#choose(possible, key, (choice) =>
        choice === 1 ? Math.min(1, probability) : 1 - Math.max(0, probability),
      ) === 1;
    return { happened, u: happened ? 0 : 1 };
  }

  #choose(possible: readonly number[], key: DrawKey, chanceOf: (choice: number) => number): number {
    if (possible.length === 0) throw new RangeError('a draw without any possible outcome');
    const step = this.#taken.length;
    const given = this.#given[step];
    if (given !== undefined && !possible.includes(given)) {
      throw new RangeError(`choice ${given} at step ${step} is impossible`);
    }
    const branches = key.position < this.#horizon;
    const choice = given ?? (branches ? possible[0] : this.#pick(possible, key));
    if (given === undefined) this.#alternatives.push(branches ? possible : [choice]);
    this.#taken.push(choice);
    if (branches) this.#probability *= chanceOf(choice);
    return choice;
  }

  /** Any of these, each as often as the others. */
  #pick(possible: readonly number[], key: DrawKey): number {
    if (possible.length === 1) return possible[0];
    return possible[this.#picks.categorical(new Float64Array(possible.length).fill(1), key)];
  }
}
