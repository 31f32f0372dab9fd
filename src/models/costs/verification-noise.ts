import type { VerificationNoise } from '../causal-model.ts';

export type ActivationPrecision = 'float32' | 'float16' | 'int8';

/** Beyond these the backend computes something else, not the same thing with other rounding. */
export interface DisagreementLimit {
  readonly maxLogitDifference: number;
  readonly meanTotalVariation: number;
}

/**
 * float32: working backends stay below 0.002 (WASM 2e-5, WebGPU 1e-3) and the known fault, flash attention at
 * subgroup size 4, is off by 0.2 to 7; 0.05 lies far from both. float16 rounds logits of size 20 to steps of
 * 0.016, and sums of them err by several steps. int8 activations differ by design, up to 0.14 in total
 * variation and by any number of logits: only distributions with less than half in common are a fault.
 */
export const disagreementLimits: Readonly<Record<ActivationPrecision, DisagreementLimit>> = {
  float32: { maxLogitDifference: 0.05, meanTotalVariation: 0.02 },
  float16: { maxLogitDifference: 0.5, meanTotalVariation: 0.1 },
  int8: { maxLogitDifference: Number.MAX_VALUE, meanTotalVariation: 0.5 },
};

/** True if the disagreement is too large to be noise. Values that are not finite are always gross. */
export function isGross(noise: VerificationNoise, limit: DisagreementLimit): boolean {
  return !(
    noise.maxLogitDifference <= limit.maxLogitDifference &&
    noise.meanTotalVariation <= limit.meanTotalVariation
  );
}

/** How far two sets of rows [rows, width] are apart in their first `vocabSize` entries. */
export function difference(
  one: Float32Array,
  other: Float32Array,
  width: number,
  vocabSize: number,
): VerificationNoise {
  const rows = one.length / width;
  let maxLogitDifference = 0;
  let variationSum = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    const oneRow = one.subarray(start, start + vocabSize);
    const otherRow = other.subarray(start, start + vocabSize);
    for (let entry = 0; entry < vocabSize; entry++) {
      const distance = Math.abs(oneRow[entry]! - otherRow[entry]!);
      // Written so that NaN is kept: it compares as false with everything.
      if (!(distance <= maxLogitDifference)) maxLogitDifference = distance;
    }
    variationSum += totalVariation(softmax(oneRow), softmax(otherRow));
  }
  return { maxLogitDifference, meanTotalVariation: variationSum / rows };
}

function softmax(logits: Float32Array): Float64Array {
  let max = -Infinity;
  for (const logit of logits) if (logit > max) max = logit;
  const probabilities = Float64Array.from(logits, (logit) => Math.exp(logit - max));
  let sum = 0;
  for (const probability of probabilities) sum += probability;
  return probabilities.map((probability) => probability / sum);
}

function totalVariation(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index++) sum += Math.abs(one[index]! - other[index]!);
  return sum / 2;
}
