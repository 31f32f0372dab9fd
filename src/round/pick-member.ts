import { mixtureWeights } from '../combine/weighted-combine.ts';
import type { RandomSource } from '../random/random-source.ts';
import { targetsOf } from './member-description.ts';
import type { SamplingPlan } from './round-sampler.ts';

/** A target, drawn with the probability of its weight in the combination in force, for the token at `position`. */
export function pickMember(
  { combine, members }: SamplingPlan,
  position: number,
  random: RandomSource,
): number {
  const weights = Float64Array.from(mixtureWeights(combine));
  return targetsOf(members)[random.categorical(weights, { position, purpose: 'member' })];
}
