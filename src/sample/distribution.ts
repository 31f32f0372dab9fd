import { EngineError } from '../errors/engine-error.ts';
import type { SamplingParameters } from './sampling-parameters.ts';
import { keepTopK, keepTopP } from './truncation.ts';

/** A model's row, or several models' rows combined in double precision; [vocabSize]. */
type Logits = Float32Array | Float64Array;

/**
 * One logits row -> the distribution a token is drawn from: temperature, top-k, top-p, min-p, renormalised.
 * @param logits [vocabSize]; −∞ marks an impossible token
 * @param sampling temperature > 0 (a greedy draw needs no distribution)
 * @param out [vocabSize] receives probabilities that sum to 1
 * @throws EngineError `model-unsupported` where the row holds NaN or +∞, or nothing but −∞
 */
export function distributionOf(logits: Logits, sampling: SamplingParameters, out: Float64Array): void {
  const largest = largestLogit(logits);
  let sum = 0;
  for (let token = 0; token < out.length; token++) {
    const weight = Math.exp((logits[token] - largest) / sampling.temperature);
    out[token] = weight;
    sum += weight;
  }
  if (!(sum > 0)) throw brokenRow(logits);
  if (sampling.topK > 0 && sampling.topK < out.length) sum = keepTopK(logits, out, sampling.topK);
  if (sampling.topP < 1) sum = keepTopP(out, sampling.topP * sum);
  if (sampling.minP > 0) sum = keepMinP(out, sampling.minP);
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

function largestLogit(logits: Logits): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let token = 0; token < logits.length; token++) if (logits[token] > largest) largest = logits[token];
  if (largest === Number.NEGATIVE_INFINITY || largest === Number.POSITIVE_INFINITY) throw brokenRow(logits);
  return largest;
}

/** min-p: the weights' largest entry stays 1 through every earlier step only up to a factor, so look it up. */
function keepMinP(weights: Float64Array, minP: number): number {
  const threshold = minP * weights[argmax(weights)];
  let sum = 0;
  for (let token = 0; token < weights.length; token++) {
    if (weights[token] < threshold) weights[token] = 0;
    sum += weights[token];
  }
  return sum;
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
    `the model's logits hold ${what}: finite numbers (or -Infinity for impossible tokens) are needed; try another dtype or backend`,
    { details: { token: seen?.token ?? -1, vocabSize } },
  );
}
