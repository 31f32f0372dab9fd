import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import { type AcceptedPaths, expectedForwards, type ForwardTally } from './expected-forwards.ts';
import type { ScheduleKind } from './method-plan.ts';
import {
  alternateSpeedUp,
  blackBoxSpeedUp,
  mixtureSpeedUp,
  naiveSpeedUp,
  type Proposing,
  speculativeSpeedUp,
} from './speed-up-formulas.ts';

export interface CollaborativePrediction {
  readonly schedule: ScheduleKind;
  /** γ_i [members] */
  readonly draftLengths: readonly number[];
  readonly defaultProposer: number;
  /** α of the proposals of each member [members]; of those that never propose, anything. */
  readonly acceptanceRates: readonly number[];
  /** t_i(k) [members] */
  readonly costs: readonly ForwardCosts[];
  /** λ_i [members], which `mixture` alone asks for. */
  readonly weights: readonly number[];
  /** Where the schedule is walked: chance of getting so far below which the rest does not count. */
  readonly negligible?: number | undefined;
  /** Where the schedule is walked: the paths of earlier predictions, to walk none of them twice. */
  readonly paths?: AcceptedPaths | undefined;
}

/**
 * Tokens per second over those of `sequential` that a schedule promises, from the acceptance rates and the costs of
 * forwards: 1 means no gain. Long texts, independent verdicts, and nothing but forwards takes time. By formula, except
 * for `alternate` with three members and more: there the schedule itself is walked.
 */
export function predictSpeedUp(prediction: CollaborativePrediction): number {
  const { schedule, draftLengths, defaultProposer, acceptanceRates, costs, weights } = prediction;
  const proposing = costs.map(
    (memberCosts, member): Proposing => ({
      draftLength: draftLengths[member],
      acceptanceRate: acceptanceRates[member],
      costs: memberCosts,
    }),
  );
  const proposer = proposing[defaultProposer];
  const others = proposing.filter((_, member) => member !== defaultProposer);
  const scorers = others.map((other) => other.costs);
  switch (schedule) {
    case 'sequential':
      return 1;
    case 'mixture':
      return mixtureSpeedUp(weights, costs);
    case 'black-box':
      return blackBoxSpeedUp(proposer, scorers);
    case 'naive':
      return naiveSpeedUp(proposer, scorers);
    case 'alternate':
      if (others.length === 1) return alternateSpeedUp(proposer, others[0]);
      return speedUpOfTally(
        expectedForwards(
          { schedule, draftLengths, defaultProposer, acceptanceRates },
          prediction.negligible,
          prediction.paths,
        ),
        costs,
      );
  }
}

/**
 * Tokens per second over those of `plain`. An n-gram drafter finds less than γ tokens at times: then the prediction
 * holds for the rounds in which it finds all.
 * @param prediction.draftCosts null for a drafter whose proposals cost nothing (n-gram)
 */
export function predictSpeculativeSpeedUp(prediction: {
  readonly draftLength: number;
  readonly acceptanceRate: number;
  readonly draftCosts: ForwardCosts | null;
  readonly targetCosts: ForwardCosts;
}): number {
  const { draftLength, acceptanceRate, draftCosts, targetCosts } = prediction;
  return speculativeSpeedUp({ draftLength, acceptanceRate, costs: draftCosts }, targetCosts);
}

/**
 * What counted forwards of given costs gain over `sequential`, which asks every member for every token.
 * @param costs [members]
 */
export function speedUpOfTally({ tokens, counts }: ForwardTally, costs: readonly ForwardCosts[]): number {
  let sequentialMs = 0;
  let ms = 0;
  for (const [member, memberCosts] of costs.entries()) {
    sequentialMs += costAt(memberCosts, 1);
    for (const [width, count] of counts[member].entries()) {
      if (count > 0) ms += count * costAt(memberCosts, width);
    }
  }
  return (tokens * sequentialMs) / ms;
}
