/** Values gathered before the first selection, where k is small. */
const minCapacity = 1024;

/** Kept between calls: it holds nothing that outlives one. */
let gathered = new Float64Array(minCapacity);

/**
 * The k-th largest of the values, without sorting them. One pass gathers those that may be among the k largest;
 * whenever there are many, the k-th largest so far bars whatever comes later and is not larger. Linear on average, and
 * for a small k in a long row hardly more than a comparison a value.
 * @param values [vocabSize], no NaN among them
 * @param k 1 .. vocabSize
 */
export function kthLargest(values: Float32Array | Float64Array, k: number): number {
  const capacity = Math.min(values.length, Math.max(2 * k, minCapacity));
  if (gathered.length < capacity) gathered = new Float64Array(capacity);
  const candidates = gathered;
  let count = 0;
  let bar = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value <= bar) continue;
    candidates[count++] = value;
    if (count < capacity) continue;
    bar = moveLargestToFront(candidates, count, k);
    count = k;
  }
  // Fewer than k above −∞: the others are −∞.
  return count < k ? bar : moveLargestToFront(candidates, count, k);
}

/**
 * Quickselect (Hoare, 1961): reorders the first `count` values so that the k largest come first.
 * @param k 1 .. count
 * @returns the k-th largest
 */
function moveLargestToFront(values: Float64Array, count: number, k: number): number {
  let left = 0;
  let right = count - 1;
  const index = k - 1;
  while (left < right) {
    const pivot = medianOfThree(values, left, right);
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

/** Median of the first, middle and last of values[left … right]: a pivot that sorted values do not defeat. */
export function medianOfThree(values: Float64Array, left: number, right: number): number {
  const a = values[left];
  const b = values[(left + right) >> 1];
  const c = values[right];
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
