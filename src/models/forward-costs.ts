/** The time of one forward pass of a model over `tokens` tokens. */
export interface ForwardCost {
  readonly tokens: number;
  readonly ms: number;
}

/** t(k): milliseconds of a forward over k tokens at the sizes that were measured, smallest first, at least one. */
export type ForwardCosts = readonly ForwardCost[];

/**
 * t(tokens) in milliseconds. Between measured sizes it is interpolated. Beyond the largest it goes on with the last
 * slope, but never falls: a small dip in measured times must not grow into a free pass. Below the smallest, and with
 * a single size, it is constant. Throws RangeError if nothing was measured.
 */
export function costAt(costs: ForwardCosts, tokens: number): number {
  if (costs.length === 0)
    throw new RangeError(`cost of a forward over ${tokens} tokens: no size was measured`);
  const above = costs.findIndex((cost) => cost.tokens >= tokens);
  if (above === 0 || costs.length === 1) return costs[0].ms;
  const isBeyond = above < 0;
  const right = isBeyond ? costs[costs.length - 1] : costs[above];
  const left = isBeyond ? costs[costs.length - 2] : costs[above - 1];
  const slope = (right.ms - left.ms) / (right.tokens - left.tokens);
  return right.ms + (isBeyond ? Math.max(0, slope) : slope) * (tokens - right.tokens);
}
