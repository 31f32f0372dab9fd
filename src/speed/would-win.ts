import {
  type CollaborativePrediction,
  predictSpeculativeSpeedUp,
  predictSpeedUp,
} from '../decode/predict-speed-up.ts';
import type { DecodeResult } from '../engine/engine-api.ts';
import type { ScheduleKind, ValidCollaborativeMethod } from '../engine/request-types.ts';
import type { ForwardCosts } from '../models/forward-costs.ts';
import type { MeasuredSpeedUp } from './speed-up.ts';

/** What is faster than a method that lost. */
export type WouldWin =
  | { readonly kind: 'reference' }
  | { readonly kind: 'schedule'; readonly schedule: ScheduleKind }
  | { readonly kind: 'draft-length'; readonly draftLength: number };

/** Fewer forwards of a width than this say little about its cost. */
const enoughForwards = 3;

/** Draft lengths that are tried. */
const maxDraftLength = 8;

/**
 * What to use in place of a method that was measured slower than its reference: another method where the run's own costs
 * and acceptance rates promise that it beats the reference, else the reference. Predictions count only model calls, so
 * they are corrected by how far the method itself stayed behind its own.
 */
export function wouldWin({ stats, request }: DecodeResult, { median }: MeasuredSpeedUp): WouldWin {
  const reference: WouldWin = { kind: 'reference' };
  const { members, acceptanceRate, speedUp } = stats;
  const { method } = request;
  if (!speedUp || acceptanceRate === null || method.kind === 'plain') return reference;
  const costs = members.map(
    ({ forwardsByWidth }): ForwardCosts =>
      forwardsByWidth
        .filter(({ count, medianMs }) => count >= enoughForwards && medianMs > 0)
        .map(({ tokens, medianMs }) => ({ tokens, ms: medianMs })),
  );
  const options: (readonly [WouldWin, number])[] = [];
  if (method.kind === 'speculative') {
    const [targetCosts, ...drafting] = costs;
    const draftCosts = method.drafter.kind === 'model' ? drafting[0] : null;
    if (targetCosts.length === 0 || draftCosts?.length === 0) return reference;
    for (let draftLength = 1; draftLength <= maxDraftLength; draftLength++) {
      const predicted = predictSpeculativeSpeedUp({ draftLength, acceptanceRate, draftCosts, targetCosts });
      options.push([{ kind: 'draft-length', draftLength }, predicted]);
    }
  } else {
    if (costs.some((ofMember) => ofMember.length === 0)) return reference;
    const prediction: Omit<CollaborativePrediction, 'schedule'> = {
      draftLengths: members.map(({ meanDraftLength }) => Math.max(1, Math.round(meanDraftLength ?? 1))),
      defaultProposer: method.defaultProposer ?? 0,
      acceptanceRates: members.map((member) => member.acceptanceRate ?? acceptanceRate),
      costs,
      weights: [],
    };
    for (const schedule of otherSchedules(method)) {
      options.push([{ kind: 'schedule', schedule }, predictSpeedUp({ ...prediction, schedule })]);
    }
  }
  const corrected = median / speedUp.predicted;
  const [best, predicted] = options.reduce((one, other) => (other[1] > one[1] ? other : one), [reference, 0]);
  return predicted * corrected > 1 ? best : reference;
}

function otherSchedules({ schedule }: ValidCollaborativeMethod): readonly ScheduleKind[] {
  return (['alternate', 'naive', 'black-box'] as const).filter((other) => other !== schedule);
}
