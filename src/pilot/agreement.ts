import type { FinishedRun } from './pilot.ts';

/** The first token of a text that is not the reference's. */
export interface TextDifference {
  /** Of the prompt. */
  readonly prompt: number;
  readonly repeat: number;
  /** Among the tokens of the continuation, from 0. */
  readonly position: number;
}

/** Texts that ought to be the reference's, token for token. */
export interface TextAgreement {
  readonly compared: number;
  readonly identical: number;
  /** Tokens up to the first difference and with it, over all texts: behind it nothing can be compared. */
  readonly positions: number;
  readonly differences: readonly TextDifference[];
}

/** A method's run and the reference's, of one cell. */
export interface RunPair {
  readonly prompt: number;
  readonly repeat: number;
  readonly run: FinishedRun;
  readonly reference: FinishedRun;
}

export function compareTexts(pairs: readonly RunPair[]): TextAgreement {
  const differences: TextDifference[] = [];
  let positions = 0;
  for (const { prompt, repeat, run, reference } of pairs) {
    const position = firstDifference(run.tokenIds, reference.tokenIds);
    positions += position === null ? run.tokenIds.length : position + 1;
    if (position !== null) differences.push({ prompt, repeat, position });
  }
  return {
    compared: pairs.length,
    identical: pairs.length - differences.length,
    positions,
    differences,
  };
}

/** null where the lists are equal; one that ends earlier differs at its end. */
export function firstDifference(own: readonly number[], other: readonly number[]): number | null {
  const length = Math.max(own.length, other.length);
  for (let position = 0; position < length; position++) {
    if (own[position] !== other[position]) return position;
  }
  return null;
}

/** Total variation measured under a lossy criterion, over the verified positions of all runs. */
export interface MeasuredDeviation {
  readonly mean: number;
  readonly max: number;
  readonly positions: number;
}

export function measuredDeviation(runs: readonly FinishedRun[]): MeasuredDeviation | null {
  let sum = 0;
  let max = 0;
  let positions = 0;
  for (const { deviation } of runs) {
    if (!deviation) continue;
    sum += deviation.mean * deviation.positions;
    max = Math.max(max, deviation.max);
    positions += deviation.positions;
  }
  return positions > 0 ? { mean: sum / positions, max, positions } : null;
}
