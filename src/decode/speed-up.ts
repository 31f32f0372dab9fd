import { mixtureWeights } from '../combine/weighted-combine.ts';
import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import type { DraftLengthChoice, MethodPlan } from './method-plan.ts';
import { predictSpeculativeSpeedUp, predictSpeedUp } from './predict-speed-up.ts';
import type { DecodeStatistics, ForwardsByWidth } from './statistics.ts';

/**
 * Speed over that of asking every target for every token: `sequential`, or `plain` under `speculative`. What `sequential`
 * gains by feeding two members on one model in one pass counts.
 */
export interface SpeedUp {
  /** What the acceptance rates and costs of this decode promise. How fast the reference is only shows when it runs. */
  readonly predicted: number;
}

/**
 * null for methods that are the reference themselves, and where nothing was judged.
 * @param loadCosts t_i(k) measured at load [members]
 * @param shares what `sequential` pays of t_i(1), where members on one model go in one pass [members]; default: all of it
 */
export function speedUpOf(
  statistics: DecodeStatistics,
  method: MethodPlan,
  loadCosts: readonly ForwardCosts[],
  shares: readonly number[] = loadCosts.map(() => 1),
): SpeedUp | null {
  const { members, tokensPerSecond, acceptanceRate } = statistics;
  if (method.kind === 'plain' || tokensPerSecond === null) return null;
  const costs = loadCosts.map((atLoad, member) => costsInRun(atLoad, members[member].forwardsByWidth));
  const predicted = predictedSpeedUp();
  return predicted === null || !Number.isFinite(predicted) ? null : { predicted };

  /** An adaptive γ counts with its mean. */
  function draftLengthOf(choice: DraftLengthChoice, proposer: number): number {
    return choice === 'adaptive' ? Math.round(members[proposer]?.meanDraftLength ?? 1) : choice;
  }

  function predictedSpeedUp(): number | null {
    if (method.kind === 'speculative') {
      if (acceptanceRate === null) return null;
      return predictSpeculativeSpeedUp({
        draftLength: draftLengthOf(method.drafter.draftLength, 1),
        acceptanceRate,
        draftCosts: method.drafter.kind === 'model' ? costs[1] : null,
        targetCosts: costs[0],
      });
    }
    if (method.kind === 'plain' || method.schedule === 'sequential') return null;
    if (method.schedule !== 'mixture' && acceptanceRate === null) return null;
    const overApart = predictSpeedUp({
      schedule: method.schedule,
      draftLengths: method.draftLengths.map(draftLengthOf),
      defaultProposer: method.defaultProposer,
      // Who proposed nothing is taken for average.
      acceptanceRates: method.draftLengths.map(
        (_, member) => members[member].acceptanceRate ?? acceptanceRate ?? 1,
      ),
      costs,
      weights: method.schedule === 'mixture' ? mixtureWeights(method.combine) : [],
    });
    const apartMs = costs.reduce((sum, cost) => sum + costAt(cost, 1), 0);
    const sharedMs = costs.reduce((sum, cost, member) => sum + shares[member] * costAt(cost, 1), 0);
    return (overApart * sharedMs) / apartMs;
  }
}

/**
 * What `sequential` pays of t_i(1), from what one pass over two texts of each member's model takes: members on one model
 * pair off in their order, and one that is left over pays all.
 * @param members batchShare as in CausalModel
 */
export function sequentialShares(
  members: readonly { readonly id: string; readonly batchShare?: number }[],
): number[] {
  const positions = members.map(
    ({ id }, member) => members.slice(0, member).filter((one) => one.id === id).length,
  );
  return members.map(({ id, batchShare = 1 }, member) => {
    const count = members.filter((one) => one.id === id).length;
    return positions[member] === count - 1 && count % 2 === 1 ? 1 : batchShare;
  });
}

/** Fewer forwards of a width than this say little about its cost. */
const enoughForwards = 3;

/**
 * t(k) during a decode: as timed in it where there are enough forwards of that width; other widths as at load, scaled
 * by how much slower or faster the decode's own forwards were (a longer text, a busier machine).
 */
export function costsInRun(atLoad: ForwardCosts, forwards: readonly ForwardsByWidth[]): ForwardCosts {
  // A coarse clock reads 0 for a short pass: that says nothing.
  const timed = forwards.filter(({ count, medianMs }) => count >= enoughForwards && medianMs > 0);
  const ratios = timed
    .map(({ tokens, medianMs }) => medianMs / costAt(atLoad, tokens))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const scale = ratios.length > 0 ? ratios[ratios.length >> 1] : 1;
  const points = new Map(atLoad.map(({ tokens, ms }) => [tokens, ms * scale]));
  for (const { tokens, medianMs } of timed) points.set(tokens, medianMs);
  return [...points].map(([tokens, ms]) => ({ tokens, ms })).sort((a, b) => a.tokens - b.tokens);
}
