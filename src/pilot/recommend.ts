import type { PilotCriteria, PilotPlan } from './pilot.ts';
import type { MethodSummary } from './summarise.ts';

/** What the criteria say of a method. */
export interface Verdict {
  readonly isFastEnough: boolean;
  readonly isCloseEnough: boolean;
}

/** A method that was not compared with its reference is neither. */
export function verdictOn(
  { speedUp, deviation }: MethodSummary,
  { minSpeedUp, maxDeviation }: PilotCriteria,
): Verdict {
  return {
    isFastEnough: speedUp !== null && speedUp.median >= minSpeedUp,
    isCloseEnough: speedUp !== null && deviation <= maxDeviation,
  };
}

export interface Recommendation {
  /** `none-meets`: the method named is the nearest; `nothing-measured`: there is none to name. */
  readonly kind: 'meets' | 'none-meets' | 'nothing-measured';
  readonly group: number;
  readonly method: number;
  /** Faster ones that were passed over, since this one is as fast within the noise and lossless or drafts less. */
  readonly passedOver: readonly { readonly group: number; readonly method: number }[];
  /** Methods that meet both criteria. */
  readonly meeting: number;
}

/** Medians this close are taken for equal: a pilot of some dozen prompts tells no finer. */
const noise = 0.02;

/**
 * The fastest of those that meet both criteria; among those as fast within 2 %, a lossless one before a lossy one, and
 * then the shorter draft, which wastes less where the text is harder. If none meets them, the one that misses fewest,
 * by least.
 */
export function recommend(
  plan: PilotPlan,
  summaries: readonly MethodSummary[],
  criteria: PilotCriteria,
): Recommendation {
  const compared = summaries.filter(({ speedUp }) => speedUp !== null);
  const meeting = compared.filter((summary) => missesOf(summary, criteria) === 0);
  const [nearest] = compared.toSorted(
    (left, right) =>
      missesOf(left, criteria) - missesOf(right, criteria) ||
      shortfallOf(left, criteria) - shortfallOf(right, criteria),
  );
  if (!nearest) return { kind: 'nothing-measured', group: 0, method: 0, passedOver: [], meeting: 0 };
  if (meeting.length === 0) {
    return { kind: 'none-meets', group: nearest.group, method: nearest.method, passedOver: [], meeting: 0 };
  }
  const fastest = Math.max(...meeting.map(medianOf));
  const [chosen] = meeting
    .filter((summary) => medianOf(summary) >= (1 - noise) * fastest)
    .toSorted(
      (left, right) =>
        Number(right.lossless) - Number(left.lossless) ||
        draftLengthOf(plan, left) - draftLengthOf(plan, right) ||
        medianOf(right) - medianOf(left),
    );
  return {
    kind: 'meets',
    group: chosen.group,
    method: chosen.method,
    passedOver: meeting
      .filter((summary) => medianOf(summary) > medianOf(chosen))
      .map(({ group, method }) => ({ group, method })),
    meeting: meeting.length,
  };
}

const medianOf = ({ speedUp }: MethodSummary): number => speedUp?.median ?? 0;

function missesOf(summary: MethodSummary, criteria: PilotCriteria): number {
  const { isFastEnough, isCloseEnough } = verdictOn(summary, criteria);
  return Number(!isFastEnough) + Number(!isCloseEnough);
}

/** Sum of the shares by which the limits are missed; a limit of 0 for the deviation counts as one in a thousand. */
function shortfallOf(summary: MethodSummary, { minSpeedUp, maxDeviation }: PilotCriteria): number {
  const speed = Math.max(0, 1 - medianOf(summary) / minSpeedUp);
  return speed + Math.max(0, summary.deviation - maxDeviation) / Math.max(maxDeviation, 0.001);
}

/** An adaptive one counts as the longest: it needs a clock to choose by. */
function draftLengthOf(plan: PilotPlan, { group, method }: MethodSummary): number {
  const asked = plan.groups[group].methods[method].method;
  const length =
    asked.kind === 'speculative'
      ? (asked.drafter.draftLength ?? 4)
      : asked.kind === 'collaborative'
        ? (asked.draftLength ?? 1)
        : 0;
  return length === 'adaptive' ? Number.POSITIVE_INFINITY : length;
}
