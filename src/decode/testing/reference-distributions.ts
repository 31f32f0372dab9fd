import type { SamplingParameters } from '../../sample/sampling-parameters.ts';
import type { AcceptanceChoice } from '../../verify/create-acceptance.ts';

/*
 * Distributions as the definitions say, by sorting and summing plain arrays. Nothing of sample/, combine/ and verify/ is
 * called here: what is compared with this is compared with a second reading of the same definitions.
 */

/** A combination in numbers, or a function of the members' probabilities. */
export type ReferenceCombine =
  | { readonly kind: 'weighted' | 'geometric'; readonly weights: readonly number[] }
  | { readonly kind: 'contrastive'; readonly mu: number; readonly alpha: number }
  | { readonly kind: 'custom'; readonly probabilities: (rows: readonly (readonly number[])[]) => number[] };

/** `bias` [vocabSize]; what is taken off for each time a token stands in the text, and once where it does at all. */
export interface ReferenceAdjustment {
  readonly bias: readonly number[];
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
}

/** Logits are f32: they are rounded to it whenever something is done to them. */
export function penalisedRow(
  row: readonly number[],
  { bias, frequencyPenalty, presencePenalty }: ReferenceAdjustment,
  text: readonly number[],
): number[] {
  return row.map((logit, token) => {
    const times = text.filter((other) => other === token).length;
    const penalty = frequencyPenalty * times + (times > 0 ? presencePenalty : 0);
    return Math.fround(Math.fround(logit + bias[token]) - penalty);
  });
}

export const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

export function normalised(weights: readonly number[]): number[] {
  const mass = sumOf(weights);
  return weights.map((weight) => weight / mass);
}

export const oneHotOf = (token: number, length: number): number[] =>
  Array.from({ length }, (_, index) => (index === token ? 1 : 0));

/** Lowest index of the largest value. */
export const largestOf = (values: readonly number[]): number => values.indexOf(Math.max(...values));

/** Temperature, top-k (ties with the k-th kept), top-p (lower id first on ties), min-p; renormalised after each. */
export function ownDistribution(
  logits: readonly number[],
  { temperature, topK, topP, minP }: SamplingParameters,
): number[] {
  const largest = Math.max(...logits);
  let p = normalised(logits.map((logit) => Math.exp((logit - largest) / temperature)));
  if (topK > 0 && topK < logits.length) {
    const kth = [...logits].sort((a, b) => b - a)[topK - 1];
    p = normalised(p.map((probability, token) => (logits[token] >= kth ? probability : 0)));
  }
  if (topP < 1) {
    const order = [...p.keys()].sort((a, b) => p[b] - p[a] || a - b);
    const kept = new Set<number>();
    let mass = 0;
    for (const token of order) {
      if (mass >= topP) break;
      kept.add(token);
      mass += p[token];
    }
    p = normalised(p.map((probability, token) => (kept.has(token) ? probability : 0)));
  }
  const least = minP * Math.max(...p);
  return normalised(p.map((probability) => (probability >= least ? probability : 0)));
}

/**
 * r at T > 0.
 * @param rows raw logits [members][vocabSize]
 * @param memberSampling own parameters [members], for combinations of probabilities
 * @param sampling the request's own, for combinations of raw logits
 */
export function combinedDistribution(
  combine: ReferenceCombine,
  rows: readonly (readonly number[])[],
  memberSampling: readonly SamplingParameters[],
  sampling: SamplingParameters,
): number[] {
  const tokens = [...rows[0].keys()];
  const mix = (weights: readonly number[], values: readonly (readonly number[])[]) =>
    tokens.map((token) => sumOf(values.map((row, member) => weights[member] * row[token])));
  const own = () => rows.map((row, member) => ownDistribution(row, memberSampling[member]));
  switch (combine.kind) {
    case 'weighted':
      return mix(normalised(combine.weights), own());
    case 'custom':
      return normalised(combine.probabilities(own()));
    case 'geometric':
      return ownDistribution(mix(combine.weights, rows), sampling);
    case 'contrastive': {
      const [expert] = rows;
      const least = Math.max(...expert) + Math.log(combine.alpha);
      const difference = mix([1, -combine.mu], rows);
      return ownDistribution(
        difference.map((logit, token) => (expert[token] >= least ? logit : Number.NEGATIVE_INFINITY)),
        sampling,
      );
    }
  }
}

/** What may come of one verdict, with its probability. */
export interface ReferenceVerdict {
  readonly probability: number;
  readonly accepted: boolean;
  readonly committed: number;
}

/** Everything that may come of the verdict on `proposed`, which was drawn from q. */
export function verdictsOf(
  choice: AcceptanceChoice,
  proposed: number,
  q: readonly number[],
  r: readonly number[],
): ReferenceVerdict[] {
  // Draws of one position share their noise under `coupled`; a law only asks what is drawn, and that is r's.
  if (choice.kind === 'coupled') return verdicts(0, r, (token) => token === proposed);
  if (choice.kind === 'typical') {
    const entropy = -sumOf(r.map((p) => (p > 0 ? p * Math.log(p) : 0)));
    const isTypical = r[proposed] > Math.min(choice.epsilon, choice.delta * Math.exp(-entropy));
    return verdicts(isTypical ? 1 : 0, r, () => false);
  }
  const leniency = choice.kind === 'lenient' ? choice.leniency : 1;
  const left = r.map((probability, token) => Math.max(0, probability - q[token]));
  const redrawn = sumOf(left) > 0 ? normalised(left) : r;
  return verdicts(Math.min(1, (leniency * r[proposed]) / q[proposed]), redrawn, () => false);

  function verdicts(
    acceptance: number,
    otherwise: readonly number[],
    isAccepted: (token: number) => boolean,
  ): ReferenceVerdict[] {
    return [
      { probability: acceptance, accepted: true, committed: proposed },
      ...otherwise.map((probability, committed) => ({
        probability: (1 - acceptance) * probability,
        accepted: isAccepted(committed),
        committed,
      })),
    ].filter(({ probability }) => probability > 0);
  }
}
