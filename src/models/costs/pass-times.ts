import type { ForwardCosts } from '../forward-costs.ts';

/** Raw times of forward passes over `tokens` tokens. */
export interface PassTimes {
  readonly tokens: number;
  /** Milliseconds of a pass, one entry a sample, at least one. */
  readonly ms: readonly number[];
}

/** t(k): the lower quartile of each width, because what disturbs a sample only ever makes it longer. */
export function costsOf(times: readonly PassTimes[]): ForwardCosts {
  return times.map(({ tokens, ms }) => ({ tokens, ms: lowerQuartile(ms) }));
}

/** What disturbs a sample only ever makes it longer. */
export function lowerQuartile(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 2];
}
