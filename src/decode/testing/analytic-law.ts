import type { Combine } from '../../combine/combine.ts';
import { argmax, distributionOf, oneHot } from '../../sample/distribution.ts';
import { adjustLogits, type LogitAdjustment } from '../../sample/logit-adjustment.ts';
import { type SamplingParameters, untruncated } from '../../sample/sampling-parameters.ts';
import { type TokenId, tokenId } from '../../tokens/token-id.ts';
import type { FakeModel } from './fake-model.ts';

export interface Team {
  readonly models: readonly FakeModel[];
  readonly combine: Combine;
  readonly sampling: SamplingParameters;
  /** [members] */
  readonly memberSampling: readonly SamplingParameters[];
  /** [members] */
  readonly prompts: readonly (readonly TokenId[])[];
  /** What is done to members' logits, by index. */
  readonly adjustments?: readonly (LogitAdjustment | null)[];
}

/** Logits [vocabSize] of one member behind a text. */
function rowOf(team: Team, member: number, text: readonly TokenId[]): Float32Array {
  const { vocabSize } = team.models[0];
  const row = team.models[member].logits([...team.prompts[member], ...text]).subarray(0, vocabSize);
  const adjustment = team.adjustments?.[member];
  if (adjustment) adjustLogits(row, adjustment, text);
  return row;
}

/** r [vocabSize] behind a text that all members continue. */
export function combinedAt(team: Team, text: readonly TokenId[]): Float64Array {
  const greedy = team.sampling.temperature === 0;
  const { vocabSize } = team.models[0];
  const rows = team.models.map((_, member) => ({
    logits: rowOf(team, member, text),
    sampling: greedy ? untruncated : team.memberSampling[member],
  }));
  const r = new Float64Array(vocabSize);
  team.combine.distribution(rows, greedy ? untruncated : team.sampling, r);
  if (greedy) oneHot(argmax(r), r);
  return r;
}

/** q [vocabSize] of one member behind a text. */
export function ownAt(team: Team, member: number, text: readonly TokenId[]): Float64Array {
  const { vocabSize } = team.models[0];
  const logits = rowOf(team, member, text);
  const q = new Float64Array(vocabSize);
  if (team.sampling.temperature === 0) oneHot(argmax(logits), q);
  else distributionOf(logits, team.memberSampling[member], q);
  return q;
}

/** P(text) of the first `tokens` tokens when each follows `law`: text (one letter a token) -> probability. */
export function analyticLaw(
  law: (text: readonly TokenId[]) => Float64Array,
  tokens: number,
): Map<string, number> {
  const probabilities = new Map<string, number>();
  const walk = (text: readonly TokenId[], letters: string, probability: number) => {
    if (text.length === tokens) {
      probabilities.set(letters, probability);
      return;
    }
    for (const [token, p] of law(text).entries()) {
      if (p > 0) walk([...text, tokenId(token)], letters + String.fromCharCode(97 + token), probability * p);
    }
  };
  walk([], '', 1);
  return probabilities;
}

/** Largest difference of two laws, with the text where it is. */
export function largestDifference(
  actual: ReadonlyMap<string, number>,
  expected: ReadonlyMap<string, number>,
): {
  readonly difference: number;
  readonly text: string;
  readonly actual: number;
  readonly expected: number;
} {
  let worst = { difference: 0, text: '', actual: 0, expected: 0 };
  for (const text of new Set([...actual.keys(), ...expected.keys()])) {
    const [a, b] = [actual.get(text) ?? 0, expected.get(text) ?? 0];
    if (Math.abs(a - b) > worst.difference) {
      worst = { difference: Math.abs(a - b), text, actual: a, expected: b };
    }
  }
  return worst;
}
