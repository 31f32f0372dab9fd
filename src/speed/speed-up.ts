import { quartilesOf } from './quartiles.ts';

/** A method and its reference, run from the same context on, one right after the other. */
export interface SpeedPair {
  /** Wall time of the method in milliseconds per token, without prefill. */
  readonly methodMs: number;
  /** Wall time of the reference in milliseconds per token, without prefill. */
  readonly referenceMs: number;
}

/** How a method compares with its reference. `open`: too few pairs, or pairs on both sides of 1. */
export type SpeedOutcome = 'faster' | 'slower' | 'open';

/** Reference time ÷ method time over pairs that ran. Above 1: the method is faster. */
export interface MeasuredSpeedUp {
  readonly pairs: number;
  readonly median: number;
  /** Lower quartile: above 1 where a method counts as faster. */
  readonly lower: number;
  /** Upper quartile: below 1 where a method counts as slower. */
  readonly upper: number;
  readonly min: number;
  readonly max: number;
  readonly outcome: SpeedOutcome;
}

/** Fewer pairs say nothing about a machine whose load changes. */
export const minPairs = 5;

/** Without them no speed is named. */
export function hasEnoughPairs(speedUp: MeasuredSpeedUp | null): speedUp is MeasuredSpeedUp {
  return speedUp !== null && speedUp.pairs >= minPairs;
}

/**
 * Summarises the pairs of one method and one reference: the number that page, player, terminal and pilots show.
 * @returns null without a pair
 * @throws RangeError for a time that is not above 0
 */
export function measuredSpeedUp(pairs: readonly SpeedPair[]): MeasuredSpeedUp | null {
  if (pairs.length === 0) return null;
  const ratios = pairs.map(ratioOf);
  const { lower, median, upper } = quartilesOf(ratios);
  const isEnough = pairs.length >= minPairs;
  return {
    ...{ pairs: pairs.length, median, lower, upper, min: Math.min(...ratios), max: Math.max(...ratios) },
    outcome: isEnough && lower > 1 ? 'faster' : isEnough && upper < 1 ? 'slower' : 'open',
  };
}

/**
 * Reference time ÷ method time.
 * @throws RangeError for a time that is not above 0
 */
export function ratioOf({ methodMs, referenceMs }: SpeedPair): number {
  if (!(methodMs > 0 && referenceMs > 0))
    throw new RangeError(`a speed-up needs times above 0; got ${methodMs} and ${referenceMs} ms`);
  return referenceMs / methodMs;
}
