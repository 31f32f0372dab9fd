import { hasEnoughPairs, type MeasuredSpeedUp } from '../speed/speed-up.ts';
import type { PilotCriteria, PilotPlan } from './pilot.ts';
import type { MethodSummary } from './summarise.ts';

/** What the criteria say of a method: one that was not compared with its reference meets none. */
export interface Verdict {
  /** False too while too few pairs have run, and where more speed is asked for but the pairs show none. */
  readonly isFastEnough: boolean;
  readonly isCloseEnough: boolean;
  /** True too where the two need not write one text. */
  readonly isSameEnough: boolean;
  /** True too where no prompt has an expectation. */
  readonly isGoodEnough: boolean;
}

export function verdictOn(summary: MethodSummary, criteria: PilotCriteria): Verdict {
  const isCompared = summary.speedUp !== null;
  const { isFastEnough, isCloseEnough, isSameEnough, isGoodEnough } = Object.fromEntries(
    limitsOf(summary, criteria).map(({ name, isKept }) => [name, isCompared && isKept]),
  ) as Record<keyof Verdict, boolean>;
  return { isFastEnough, isCloseEnough, isSameEnough, isGoodEnough };
}

export interface Recommendation {
  /**
   * `undecided`: too few pairs to say whether the method named, or others, are fast enough; they meet all else.
   * `none-meets`: the method named is the nearest; `nothing-measured`: there is none to name.
   */
  readonly kind: 'meets' | 'undecided' | 'none-meets' | 'nothing-measured';
  /** All of a group are compared with one reference; methods of other groups are not. */
  readonly group: number;
  readonly method: number;
  /** Faster ones that were passed over, since this one is as fast within the noise and lossless or drafts less. */
  readonly passedOver: readonly { readonly group: number; readonly method: number }[];
  /** Methods that meet all criteria. */
  readonly meeting: number;
}

/** Medians this close are taken for equal: a pilot of some dozen prompts tells no finer. */
const noise = 0.02;

/**
 * One for each group: the fastest of those that meet all criteria; among those as fast within 2 %, a lossless one before
 * a lossy one, and then the shorter draft, which wastes less where the text is harder. If none meets them, the one that
 * misses fewest, by least; those that may still meet them go first.
 */
export function recommend(
  plan: PilotPlan,
  summaries: readonly MethodSummary[],
  criteria: PilotCriteria,
): readonly Recommendation[] {
  return plan.groups.map((_, group) =>
    recommendIn(
      plan,
      group,
      summaries.filter((summary) => summary.group === group),
      criteria,
    ),
  );
}

function recommendIn(
  plan: PilotPlan,
  group: number,
  summaries: readonly MethodSummary[],
  criteria: PilotCriteria,
): Recommendation {
  const compared = summaries.filter(({ speedUp }) => speedUp !== null);
  const meeting = compared.filter((summary) => missesOf(summary, criteria).length === 0);
  const undecided = compared.filter((summary) => isUndecided(summary, criteria));
  const [nearest] = (undecided.length > 0 ? undecided : compared).toSorted(
    (left, right) =>
      missesOf(left, criteria).length - missesOf(right, criteria).length ||
      shortfallOf(left, criteria) - shortfallOf(right, criteria) ||
      medianOf(right) - medianOf(left),
  );
  if (!nearest) return { kind: 'nothing-measured', group, method: 0, passedOver: [], meeting: 0 };
  if (meeting.length === 0) {
    const kind = undecided.length > 0 ? 'undecided' : 'none-meets';
    return { kind, group, method: nearest.method, passedOver: [], meeting: 0 };
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

const missesOf = (summary: MethodSummary, criteria: PilotCriteria): readonly Limit[] =>
  limitsOf(summary, criteria).filter(({ isKept }) => !isKept);

const shortfallOf = (summary: MethodSummary, criteria: PilotCriteria): number =>
  limitsOf(summary, criteria).reduce((sum, { shortfall }) => sum + shortfall, 0);

/** Whether more pairs could make it meet the criteria. */
function isUndecided(summary: MethodSummary, criteria: PilotCriteria): boolean {
  const misses = missesOf(summary, criteria);
  return misses.length === 1 && misses[0].name === 'isFastEnough' && !hasEnoughPairs(summary.speedUp);
}

/** Above 1, a method has to be clearly faster than its reference: a median alone may be chance. */
function isShown(speedUp: MeasuredSpeedUp | null, minSpeedUp: number): boolean {
  if (minSpeedUp === 0) return true;
  return hasEnoughPairs(speedUp) && (minSpeedUp <= 1 || speedUp.outcome === 'faster');
}

/** Fractions are sums of floating point: 1 − 19/20 is not more than 0.05. */
const rounding = 1e-9;

interface Limit {
  readonly name: keyof Verdict;
  readonly isKept: boolean;
  /** The share by which it is missed; a deviation of 0 asked for counts as one in a thousand. */
  readonly shortfall: number;
}

function limitsOf(
  { speedUp, deviation, texts, passRateLoss }: MethodSummary,
  { minSpeedUp, maxDeviation, minSameTexts, maxPassRateLoss }: PilotCriteria,
): readonly Limit[] {
  const over = (value: number): number => (value > rounding ? value : 0);
  const limit = (name: keyof Verdict, shortfall: number, isKnown = true): Limit => ({
    name,
    isKept: isKnown && shortfall === 0,
    shortfall,
  });
  const tooSlow = minSpeedUp > 0 ? over(1 - (speedUp?.median ?? 0) / minSpeedUp) : 0;
  return [
    limit('isFastEnough', tooSlow, isShown(speedUp, minSpeedUp)),
    limit('isCloseEnough', over(deviation - maxDeviation) / Math.max(maxDeviation, 0.001)),
    limit('isSameEnough', texts ? over(minSameTexts - texts.identical / texts.compared) : 0),
    limit('isGoodEnough', over((passRateLoss ?? 0) - maxPassRateLoss)),
  ];
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
