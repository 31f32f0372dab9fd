import type { BatchTimes } from './measure-batches.ts';
import { lowerQuartile } from './pass-times.ts';

/** Two texts go in one pass only if that was faster by this much: less may be the clock's doing. */
const minGain = 0.05;

/**
 * What a pass spends on a byte of rows that are not valid: into the heap, and through two products. Two threads, story-base
 * 430 rows apart, SmolLM2-135M 360: 0.5 to 0.7 ns.
 */
const msOfSpareByte = 6e-7;
/** Of what one pass gains, rows that are not valid may take up this much: the estimate is a rough one. */
const maxSpent = 0.5;

/** When two texts are fed in one pass; what was measured is kept apart from it. */
export interface BatchGains {
  /** Time of one pass over one token of each of two texts ÷ that of a pass each; 1 where one pass does not pay. */
  readonly shareOfOneToken: number;
  /**
   * @param tokens fed to each text
   * @param spareRows rows by which the shorter text's cache is stretched to the length of the longer's
   */
  pays(tokens: number, spareRows: number): boolean;
}

export const noGains: BatchGains = { shareOfOneToken: 1, pays: () => false };

/** @param rowBytes of one row of a text's cache, all layers together */
export function batchGains(times: readonly BatchTimes[], rowBytes: number): BatchGains {
  const ascending = [...times].sort((a, b) => a.tokens - b.tokens);
  return {
    shareOfOneToken: shareOf(ascending.find(({ tokens }) => tokens === 1)),
    pays(tokens, spareRows) {
      // The wider the passes, the less there is to gain: beyond the widest measured nothing.
      const measured = ascending.find((one) => one.tokens >= tokens);
      const share = shareOf(measured);
      if (!measured || share === 1) return false;
      const gainMs = (1 - share) * lowerQuartile(measured.apartMs);
      return spareRows * rowBytes * msOfSpareByte <= maxSpent * gainMs;
    },
  };
}

function shareOf(times: BatchTimes | undefined): number {
  if (!times) return 1;
  const { apartMs, togetherMs } = times;
  const usual = lowerQuartile(togetherMs) / lowerQuartile(apartMs);
  const fastest = Math.min(...togetherMs) / Math.min(...apartMs);
  return Math.max(usual, fastest) <= 1 - minGain ? usual : 1;
}
