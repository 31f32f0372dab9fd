import type { TeamMethod } from './pilot.ts';

type Combine = TeamMethod['combine'];

/** A weighted combination with this λ of the first member; the others share the rest in their proportions. */
export function withFirstWeight(weights: readonly number[], share: number): readonly number[] {
  const [, ...others] = weights;
  const sum = others.reduce((total, weight) => total + weight, 0);
  // 1 − 0.7 is 0.3 to the reader, and in the request.
  const rest = (weight: number): number =>
    Number(((1 - share) * (sum > 0 ? weight / sum : 1 / others.length)).toFixed(6));
  return [share, ...others.map(rest)];
}

/** The combination once for each value: λ of the first member under weighted, μ under contrastive; else as it is. */
export function combinesWith(combine: Combine, values: readonly number[]): readonly Combine[] {
  if (values.length === 0) return [combine];
  switch (combine.kind) {
    case 'weighted':
      return values.map((share) => ({
        ...combine,
        weights: [...withFirstWeight(combine.weights, share)],
      }));
    case 'contrastive':
      return values.map((mu) => ({ ...combine, mu }));
    default:
      return [combine];
  }
}
