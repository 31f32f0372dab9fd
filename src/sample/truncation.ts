/**
 * Truncations of a distribution without a full sort: a vocabulary has up to 262,144 entries and all but a few
 * hundred weigh next to nothing. Each zeroes what it drops and returns the mass it keeps.
 */

/**
 * Keeps the k tokens with the largest logits, ties with the k-th included.
 * @param logits [vocabSize]
 * @param weights [vocabSize], same order as the logits; changed in place
 * @param k 1 .. vocabSize
 */
export function keepTopK(logits: Float32Array | Float64Array, weights: Float64Array, k: number): number {
  const threshold = kthLargest(logits.slice(0, weights.length), k);
  let sum = 0;
  for (let token = 0; token < weights.length; token++) {
    if (logits[token] < threshold) weights[token] = 0;
    sum += weights[token];
  }
  return sum;
}

/**
 * Keeps the smallest prefix, in descending order with the lower id first on ties, whose mass reaches `mass`.
 * At least one token stays.
 * @param weights [vocabSize], any positive total; changed in place
 * @param mass in the weights' own unit: top-p times their total
 */
export function keepTopP(weights: Float64Array, mass: number): number {
  const { threshold, above } = massThreshold(weights, mass);
  let kept = above;
  for (let token = 0; token < weights.length; token++) {
    if (weights[token] > threshold) continue;
    if (weights[token] === threshold && (kept < mass || kept === 0)) kept += threshold;
    else weights[token] = 0;
  }
  return kept;
}

/**
 * The weight at which the descending prefix sum first reaches `mass`, and the mass strictly above it.
 * Quickselect on the running mass: linear on average.
 */
function massThreshold(weights: Float64Array, mass: number): { threshold: number; above: number } {
  let candidates = weights.filter((weight) => weight > 0);
  let above = 0;
  for (;;) {
    const pivot = medianOfThree(candidates);
    let larger = 0;
    let equal = 0;
    let largerCount = 0;
    for (const weight of candidates) {
      if (weight > pivot) {
        larger += weight;
        largerCount++;
      } else if (weight === pivot) equal += weight;
    }
    if (largerCount > 0 && above + larger >= mass) {
      candidates = candidates.filter((weight) => weight > pivot);
      continue;
    }
    const smaller = candidates.filter((weight) => weight < pivot);
    // Rounding may leave the whole vocabulary a hair below the mass asked for: then everything is kept.
    if (above + larger + equal >= mass || smaller.length === 0)
      return { threshold: pivot, above: above + larger };
    above += larger + equal;
    candidates = smaller;
  }
}

/** Quickselect (Hoare, 1961) on `values`, which are reordered. @param k 1 .. values.length */
function kthLargest(values: Float32Array | Float64Array, k: number): number {
  let left = 0;
  let right = values.length - 1;
  const index = k - 1;
  while (left < right) {
    const pivot = medianOfThree(values.subarray(left, right + 1));
    let low = left;
    let high = right;
    while (low <= high) {
      while (values[low] > pivot) low++;
      while (values[high] < pivot) high--;
      if (low > high) break;
      const swapped = values[low];
      values[low++] = values[high];
      values[high--] = swapped;
    }
    if (index <= high) right = high;
    else if (index >= low) left = low;
    else break;
  }
  return values[index];
}

function medianOfThree(values: Float32Array | Float64Array): number {
  const a = values[0];
  const b = values[values.length >> 1];
  const c = values[values.length - 1];
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
