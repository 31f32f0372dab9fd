import { EngineError } from '../errors/engine-error.ts';
import { kthLargest } from './kth-largest.ts';
import type { SamplingParameters } from './sampling-parameters.ts';
import { WeightedTokens } from './weighted-tokens.ts';

/** A model's row, or several models' rows combined in double precision; [vocabSize]. */
type Logits = Float32Array | Float64Array;

/** A vocabulary's worth of memory a row would be work for the garbage collector, so there is one for all. */
const left = new WeightedTokens();

/** Exponentials and logarithms err by far less. */
const exponentMargin = 1e-9;

/**
 * One logits row -> the distribution a token is drawn from: temperature, top-k, top-p, min-p, renormalised.
 *
 * Exponentials are what it spends its time on, so tokens that top-k drops for their logit and min-p for their exponent
 * are spared one.
 * @param logits [vocabSize]; −∞ marks an impossible token
 * @param sampling temperature > 0 (a greedy draw needs no distribution)
 * @param out [vocabSize] receives probabilities that sum to 1
 * @throws EngineError `model-unsupported` where the row holds NaN or +∞, or nothing but −∞
 */
export function distributionOf(logits: Logits, sampling: SamplingParameters, out: Float64Array): void {
  const { temperature, topK, topP, minP } = sampling;
  if ((topK > 0 && topK < out.length) || topP < 1 || minP > 0) {
    truncate(logits, sampling);
    left.writeNormalised(out);
  } else softmax(logits, temperature, out);
}

/**
 * One logits row after temperature and truncation, still as logits: softmax of it is what `distributionOf` writes, but
 * tokens too unlikely for a number of their own keep their distance here.
 * @param out [vocabSize] receives l / T, −∞ where truncation cut; what no double holds becomes the largest one
 * @throws EngineError `model-unsupported` as `distributionOf` does
 */
export function truncatedLogits(logits: Logits, sampling: SamplingParameters, out: Float64Array): void {
  truncate(logits, sampling);
  out.fill(Number.NEGATIVE_INFINITY);
  for (const token of left.tokens) {
    const logit = logits[token];
    const scaled = logit / sampling.temperature;
    out[token] = Number.isFinite(logit)
      ? Math.max(-Number.MAX_VALUE, Math.min(scaled, Number.MAX_VALUE))
      : logit;
  }
}

/** Puts what temperature and truncation leave of a row into `left`, with weights relative to the largest one. */
function truncate(logits: Logits, sampling: SamplingParameters): void {
  const { temperature, topK, topP, minP } = sampling;
  const vocabSize = logits.length;
  const largest = largestLogit(logits);
  const minLogit = topK > 0 && topK < vocabSize ? kthLargest(logits, topK) : Number.NEGATIVE_INFINITY;
  // The largest weight is exp(0) = 1, and no truncation drops it. All tokens lighter than `negligible` together weigh
  // half of what top-p may drop at most, so its prefix ends before them; min-p then has its turn.
  const negligible = (1 - topP) / (2 * vocabSize);
  const minWeight = topP < 1 ? negligible : minP;
  const minExponent = topP < 1 ? Number.NEGATIVE_INFINITY : Math.log(minP) - exponentMargin;
  left.clear(vocabSize);
  let total = 0;
  for (let token = 0; token < vocabSize; token++) {
    const logit = logits[token];
    if (logit < minLogit) continue;
    const exponent = (logit - largest) / temperature;
    if (exponent < minExponent) continue;
    const weight = Math.exp(exponent);
    total += weight;
    if (weight >= minWeight) left.add(token, weight);
  }
  if (Number.isNaN(total)) throw brokenRow(logits);
  if (topP < 1) {
    left.keepPrefix(topP * total);
    left.keepFrom(minP);
  }
}

function softmax(logits: Logits, temperature: number, out: Float64Array): void {
  const largest = largestLogit(logits);
  let sum = 0;
  for (let token = 0; token < out.length; token++) {
    const weight = Math.exp((logits[token] - largest) / temperature);
    out[token] = weight;
    sum += weight;
  }
  if (Number.isNaN(sum)) throw brokenRow(logits);
  const scale = 1 / sum;
  for (let token = 0; token < out.length; token++) out[token] *= scale;
}

/** Lowest id of the largest entry. */
export function argmax(values: Logits): number {
  let best = 0;
  for (let token = 1; token < values.length; token++) if (values[token] > values[best]) best = token;
  return best;
}

/**
 * What temperature 0 draws from a logits row [vocabSize]: the lowest id of the largest entry.
 * @throws EngineError `model-unsupported` as `distributionOf` does
 */
export function greedyToken(logits: Logits): number {
  let best = 0;
  for (let token = 0; token < logits.length; token++) {
    const logit = logits[token];
    if (Number.isNaN(logit) || logit === Number.POSITIVE_INFINITY) throw brokenRow(logits);
    if (logit > logits[best]) best = token;
  }
  if (logits[best] === Number.NEGATIVE_INFINITY) throw brokenRow(logits);
  return best;
}

/** Turns `out` [vocabSize] into the distribution that is 1 at `token`. */
export function oneHot(token: number, out: Float64Array): void {
  out.fill(0);
  out[token] = 1;
}

/** A NaN is no larger than anything: it shows in the weights' sum. */
function largestLogit(logits: Logits): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) if (logits[token] > largest) largest = logits[token];
  if (largest === Number.NEGATIVE_INFINITY || largest === Number.POSITIVE_INFINITY) throw brokenRow(logits);
  return largest;
}

function brokenRow(logits: Logits): EngineError {
  const token = logits.findIndex((logit) => Number.isNaN(logit) || logit === Number.POSITIVE_INFINITY);
  return brokenRowError(token < 0 ? null : { token, logit: logits[token] }, logits.length);
}

/** @param seen the first logit that cannot be used; null where the row holds nothing but −∞ */
export function brokenRowError(
  seen: { readonly token: number; readonly logit: number } | null,
  vocabSize: number,
): EngineError {
  const what = seen ? `${seen.logit} at token ${seen.token}` : 'nothing but -Infinity';
  return new EngineError(
    'model-unsupported',
    `the model's logits contain ${what}; only finite numbers and -Infinity are allowed. Try another dtype or backend`,
    { details: { token: seen?.token ?? -1, vocabSize } },
  );
}
