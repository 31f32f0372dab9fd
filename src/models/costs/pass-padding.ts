import { costAt, type ForwardCosts } from '../forward-costs.ts';
import { isComparable } from './measure-costs.ts';
import { costsOf, type PassTimes } from './pass-times.ts';

/**
 * Passes that are cheaper with more tokens than there are: kernels are made for certain widths, and between those t(k)
 * may fall. The rows of padding lie behind those that count, which never see them, and are cut off by a rollback.
 */
export interface PassPadding {
  /** Tokens to feed instead of `tokens`, as many or more. */
  paddedTokens(tokens: number): number;
}

export const noPadding: PassPadding = { paddedTokens: (tokens) => tokens };

/** A width is padded only if that was faster by this much: less may be the clock's doing. */
const minGain = 0.03;
/** Where the width has few samples, that all may have met a busy spell, it must be faster by far. */
const minGainOfFew = 0.75;

/** Pads the measured widths for which a larger one took less time, in the usual sample and in the fastest. */
export function cheapestPadding(times: readonly PassTimes[]): PassPadding {
  const usual = costsOf(times);
  const fastest = times.map(({ ms }) => Math.min(...ms));
  const gains = (from: number, to: number) => {
    const share = 1 - (isComparable(times[from]) ? minGain : minGainOfFew);
    const isFaster = usual[to].ms <= share * usual[from].ms && fastest[to] <= share * fastest[from];
    return isFaster && isComparable(times[to]);
  };
  const padded = new Map<number, number>();
  for (const [from, { tokens }] of times.entries()) {
    let best = from;
    for (let to = from + 1; to < times.length; to++) {
      if (gains(from, to) && usual[to].ms < usual[best].ms) best = to;
    }
    if (best !== from) padded.set(tokens, times[best].tokens);
  }
  return { paddedTokens: (tokens) => padded.get(tokens) ?? tokens };
}

/** What passes cost when they are padded. */
export function paddedCosts(costs: ForwardCosts, padding: PassPadding): ForwardCosts {
  return costs.map(({ tokens }) => ({ tokens, ms: costAt(costs, padding.paddedTokens(tokens)) }));
}
