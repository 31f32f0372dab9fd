import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import { AdaptiveDraftLengths } from './adaptive-draft-lengths.ts';
import { type DraftLengthController, fixedDraftLengths } from './draft-length-controller.ts';
import type { AcceptedPaths } from './expected-forwards.ts';
import type { DraftLengthChoice, MethodPlan } from './method-plan.ts';
import { predictSpeculativeSpeedUp, predictSpeedUp } from './predict-speed-up.ts';

/**
 * Their scores, one token longer, are of the widths that are measured at load, and few enough to be used often. Between
 * them little is gained.
 */
const candidates = [1, 2, 3, 4, 5, 7, 11, 16];
/**
 * With three members and more a prediction walks the schedule, the longer the nearer α is to 1 and the more precise it
 * is: up to a tenth of a millisecond, for each of some twenty candidates, and a few microseconds when it was walked before.
 */
const walked = { largestRate: 0.97, negligible: 1e-3, searchEvery: 8 };
const byFormula = { largestRate: 1, negligible: undefined, searchEvery: 1 };

/**
 * @param costs t_i(k) of the target, and of the draft model where there is one
 * @param maxUnread tokens that the target alone may write before any of them is looked at
 */
export function speculativeDraftLengths(
  drafter: Extract<MethodPlan, { kind: 'speculative' }>['drafter'],
  costs: readonly ForwardCosts[],
  maxUnread = 1,
): DraftLengthController {
  return controllerFor({
    draftLengths: [0, drafter.draftLength],
    candidates,
    costs,
    searchEvery: byFormula.searchEvery,
    fallback: {
      tokensAtOnce: maxUnread,
      tokenMs: ([targetCosts]) => costAt(targetCosts, 1),
      roundMs: (draftLength, missed, [targetCosts, draftCosts]) => {
        const scoreMs = costAt(targetCosts, draftLength + 1);
        if (drafter.kind !== 'model') return scoreMs;
        return scoreMs + costAt(draftCosts, missed) + (draftLength - 1) * costAt(draftCosts, 1);
      },
    },
    speedUp: ([, draftLength], [, acceptanceRate], [targetCosts, draftCosts]) =>
      predictSpeculativeSpeedUp({
        draftLength,
        acceptanceRate,
        draftCosts: drafter.kind === 'model' ? draftCosts : null,
        targetCosts,
      }),
  });
}

/** @param costs t_i(k) [members] */
export function collaborativeDraftLengths(
  method: Extract<MethodPlan, { kind: 'collaborative' }>,
  costs: readonly ForwardCosts[],
): DraftLengthController {
  const { draftLengths, schedule, defaultProposer } = method;
  const { largestRate, negligible, searchEvery } = costs.length > 2 ? walked : byFormula;
  const paths: AcceptedPaths = new Map();
  return controllerFor({
    draftLengths,
    candidates,
    costs,
    searchEvery,
    // A member that proposes nothing only verifies; 1 costs nothing more, for it is the bonus of a score.
    fallback: null,
    speedUp: (lengths, acceptanceRates, movingCosts) =>
      predictSpeedUp({
        schedule,
        defaultProposer,
        // Asked for by `mixture` alone, which drafts nothing.
        weights: [],
        draftLengths: lengths,
        acceptanceRates: acceptanceRates.map((rate) => Math.min(rate, largestRate)),
        costs: movingCosts,
        negligible,
        paths,
      }),
  });
}

interface Choice extends Omit<ConstructorParameters<typeof AdaptiveDraftLengths>[0], 'draftLengths'> {
  readonly draftLengths: readonly DraftLengthChoice[];
}

function controllerFor(choice: Choice): DraftLengthController {
  const fixed = choice.draftLengths.filter((length) => length !== 'adaptive');
  if (fixed.length === choice.draftLengths.length) return fixedDraftLengths(fixed);
  return new AdaptiveDraftLengths(choice);
}
