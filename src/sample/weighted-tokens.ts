import { medianOfThree } from './kth-largest.ts';

/**
 * What a truncation has left of a vocabulary: tokens in ascending order with their weights. A vocabulary has up to
 * 262,144 entries and all but a few hundred weigh next to nothing; what comes after looks at those few alone.
 * Made once and filled again for every row.
 */
export class WeightedTokens {
  #tokens = new Int32Array(0);
  #weights = new Float64Array(0);
  #candidates = new Float64Array(0);
  #count = 0;

  /** The tokens it holds, ascending; valid until it is changed. */
  get tokens(): Int32Array {
    return this.#tokens.subarray(0, this.#count);
  }

  /** Forgets what it holds and makes room for `max` tokens. */
  clear(max: number): void {
    this.#count = 0;
    if (this.#tokens.length >= max) return;
    this.#tokens = new Int32Array(max);
    this.#weights = new Float64Array(max);
    this.#candidates = new Float64Array(max);
  }

  /** @param token larger than those before it */
  add(token: number, weight: number): void {
    this.#tokens[this.#count] = token;
    this.#weights[this.#count++] = weight;
  }

  /**
   * Keeps the smallest prefix, in descending order with the lower id first on ties, that weighs `mass` or more; all
   * where they weigh less.
   */
  keepPrefix(mass: number): void {
    const { threshold, above } = this.#prefixEnd(mass);
    let kept = above;
    this.#keep((weight) => {
      if (weight !== threshold) return weight > threshold;
      if (kept >= mass && kept > 0) return false;
      kept += threshold;
      return true;
    });
  }

  /** Keeps tokens that weigh at least so much. */
  keepFrom(min: number): void {
    this.#keep((weight) => weight >= min);
  }

  /** Writes the weights, divided by their sum, to the tokens' places in `out` [vocabSize], and 0 to all others. */
  writeNormalised(out: Float64Array): void {
    const scale = 1 / this.#total();
    out.fill(0);
    for (let index = 0; index < this.#count; index++) {
      out[this.#tokens[index]] = this.#weights[index] * scale;
    }
  }

  #total(): number {
    let total = 0;
    for (let index = 0; index < this.#count; index++) total += this.#weights[index];
    return total;
  }

  #keep(stays: (weight: number) => boolean): void {
    let count = 0;
    for (let index = 0; index < this.#count; index++) {
      const weight = this.#weights[index];
      if (!stays(weight)) continue;
      this.#tokens[count] = this.#tokens[index];
      this.#weights[count++] = weight;
    }
    this.#count = count;
  }

  /**
   * The weight at which the descending prefix sum first reaches `mass`, and the mass strictly above it; the smallest
   * weight where all together do not. Quickselect on the running mass: linear on average.
   */
  #prefixEnd(mass: number): { threshold: number; above: number } {
    const candidates = this.#candidates;
    candidates.set(this.#weights.subarray(0, this.#count));
    let left = 0;
    let right = this.#count;
    let above = 0;
    for (;;) {
      const pivot = medianOfThree(candidates, left, right - 1);
      // Dijkstra's flag: larger than the pivot [left, equalFrom), equal [equalFrom, smallerFrom), smaller to the right.
      let equalFrom = left;
      let smallerFrom = right;
      let larger = 0;
      for (let at = left; at < smallerFrom; ) {
        const weight = candidates[at];
        if (weight > pivot) {
          larger += weight;
          candidates[at++] = candidates[equalFrom];
          candidates[equalFrom++] = weight;
        } else if (weight < pivot) {
          candidates[at] = candidates[--smallerFrom];
          candidates[smallerFrom] = weight;
        } else at++;
      }
      if (equalFrom > left && above + larger >= mass) {
        right = equalFrom;
        continue;
      }
      above += larger;
      const equal = pivot * (smallerFrom - equalFrom);
      if (above + equal >= mass || smallerFrom === right) return { threshold: pivot, above };
      above += equal;
      left = smallerFrom;
    }
  }
}
