/** What a round of speculative decoding brings and costs, on average. Costs in t(1) of the target. */
export interface DraftingRound {
  /** γ asked for. */
  readonly draftLength: number;
  readonly tokensPerRound: number;
  /** γ·c: all drafts of a round. */
  readonly draftCost: number;
  /** t(γ+1) ÷ t(1): the score. */
  readonly scoreCost: number;
  /** Tokens per second over those of plain decoding. */
  readonly measured: number;
}

export const limitingFactors = ['α', 'c', 't(γ+1)', 'rest'] as const;
export type LimitingFactor = (typeof limitingFactors)[number];

/** What holds a speed-up back most. */
export interface DraftingLimit {
  readonly factor: LimitingFactor;
  /** The speed-up without it, all else as measured. */
  readonly without: number;
}

/**
 * The speed-up is tokens a round ÷ (drafts + score), less what is no forward. Of four ideal worlds it names the one in
 * which it would grow most: every proposal is found and accepted (α), drafts cost nothing (c), a score costs what one
 * token costs (t(γ+1)), nothing but forwards takes time (rest).
 */
export function limitOf({
  draftLength,
  tokensPerRound,
  draftCost,
  scoreCost,
  measured,
}: DraftingRound): DraftingLimit {
  const gains: Readonly<Record<LimitingFactor, number>> = {
    α: (draftLength + 1) / tokensPerRound,
    c: (draftCost + scoreCost) / scoreCost,
    't(γ+1)': (draftCost + scoreCost) / (draftCost + 1),
    rest: tokensPerRound / (draftCost + scoreCost) / measured,
  };
  const factor = limitingFactors.reduce((best, each) => (gains[each] > gains[best] ? each : best));
  return { factor, without: measured * gains[factor] };
}
