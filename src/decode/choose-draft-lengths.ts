import type { ForwardCosts } from '../models/forward-costs.ts';
import { AdaptiveDraftLengths } from './adaptive-draft-lengths.ts';
import type { MethodPlan } from './assemble-decode.ts';
import { type DraftLengthController, fixedDraftLengths } from './draft-length-controller.ts';
import { predictSpeculativeSpeedUp, predictSpeedUp } from './predict-speed-up.ts';

/** γ of a proposer: a number, or left to the controller. */
export type DraftLengthChoice = number | 'adaptive';

/** Speculative decoding can do without proposals: 0 is plain decoding. */
const speculativeCandidates = Array.from({ length: 17 }, (_, length) => length);
/** In collaborative decoding a member that proposes nothing only verifies; 1 costs nothing more (its bonus). */
const collaborativeCandidates = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16];
/** With three members and more a prediction walks the state machine, the longer the nearer α is to 1. */
const largestWalkedRate = 0.97;

/** @param costs t_i(k) of the target, and of the draft model where there is one */
export function speculativeDraftLengths(
  drafter: Extract<MethodPlan, { kind: 'speculative' }>['drafter'],
  costs: readonly ForwardCosts[],
): DraftLengthController {
  return controllerFor({
    draftLengths: [0, drafter.draftLength],
    candidates: speculativeCandidates,
    costs,
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
  const largestRate = costs.length > 2 ? largestWalkedRate : 1;
  return controllerFor({
    draftLengths,
    candidates: collaborativeCandidates,
    costs,
    speedUp: (lengths, acceptanceRates, movingCosts) =>
      predictSpeedUp({
        schedule,
        defaultProposer,
        // Asked for by `mixture` alone, which drafts nothing.
        weights: [],
        draftLengths: lengths,
        acceptanceRates: acceptanceRates.map((rate) => Math.min(rate, largestRate)),
        costs: movingCosts,
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
