import { type Quartiles, quartilesOf } from '../speed/quartiles.ts';
import { ratioOf } from '../speed/speed-up.ts';
import {
  compareTexts,
  type MeasuredDeviation,
  measuredDeviation,
  type RunPair,
  type TextAgreement,
} from './agreement.ts';
import type { FinishedRun, Method, PilotCase, PilotPlan, PilotRun } from './pilot.ts';
import { casesOf } from './plan.ts';

/** Texts with fewer tokens behind the first say more of the clock than of the method. */
const enoughTokens = 8;

export interface MethodSummary {
  /** Indices of group and method in the plan; method 0 is the group's reference. */
  readonly group: number;
  readonly method: number;
  readonly finished: number;
  readonly failed: number;
  /** Of a lossless method's text the distribution is the reference's by construction. */
  readonly lossless: boolean;
  readonly tokensPerSecond: Quartiles | null;
  /** Speed over that of the reference in the same cell; null for references, and without a cell that both finished. */
  readonly speedUp: Quartiles | null;
  /** Cell by cell, for charts. */
  readonly speedUps: readonly { readonly prompt: number; readonly repeat: number; readonly ratio: number }[];
  /** Cells that both finished, but with a text too short to measure a speed. */
  readonly tooShort: number;
  /** accepted ÷ (accepted + rejected) over all runs; null without verdicts. */
  readonly acceptanceRate: number | null;
  /** What the formulas predict, median over the runs. */
  readonly predictedSpeedUp: number | null;
  /** Behind the first token, of the models that every token is to follow. */
  readonly forwardsPerToken: number | null;
  readonly draftForwardsPerToken: number | null;
  readonly msPerToken: number | null;
  /** Against the reference, for as many tokens as this method wrote in the measured cells; null for references. */
  readonly saved: Saved | null;
  /** Where both are to write one text: at temperature 0, and under `coupled`. */
  readonly texts: TextAgreement | null;
  /** Where the criterion is lossy. */
  readonly measured: MeasuredDeviation | null;
  /** What the criterion looks at: mean total variation a position, from texts (0 or 1 each) or measured; 0 by construction. */
  readonly deviation: number;
}

export interface Saved {
  readonly tokens: number;
  /** Of the targets. */
  readonly forwards: number;
  readonly referenceForwards: number;
  readonly ms: number;
  readonly referenceMs: number;
}

/** One entry a method, in the order of the plan. */
export function summarisePilot(plan: PilotPlan, runs: readonly PilotRun[]): readonly MethodSummary[] {
  const cases = casesOf(plan);
  const byPlace = new Map<string, { readonly of: PilotCase; readonly run: PilotRun }[]>();
  for (const run of runs) {
    const of = cases[run.case];
    const place = `${of.group} ${of.method}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), { of, run }]);
  }
  const placed = (group: number, method: number) => byPlace.get(`${group} ${method}`) ?? [];
  return plan.groups.flatMap(({ methods }, group) => {
    const references = new Map(
      placed(group, 0).flatMap(({ of, run }) => (run.failure ? [] : [[cellOf(of), run] as const])),
    );
    return methods.map(({ method: asked }, method): MethodSummary => {
      const own = placed(group, method).sort((left, right) => left.of.number - right.of.number);
      const finished = own.flatMap(({ of, run }) => (run.failure ? [] : [{ of, run }]));
      const pairs = finished.flatMap(({ of, run }): RunPair[] => {
        const reference = references.get(cellOf(of));
        return reference && method > 0 ? [{ prompt: of.prompt, repeat: of.repeat, run, reference }] : [];
      });
      const ownRuns = finished.map(({ run }) => run);
      return {
        ...{ group, method, finished: finished.length, failed: own.length - finished.length },
        ...speedsOf(plan, ownRuns, pairs),
        ...agreementOf(plan, asked, ownRuns, pairs),
      };
    });
  });
}

const cellOf = ({ prompt, repeat }: PilotCase): string => `${prompt} ${repeat}`;

function speedsOf(plan: PilotPlan, runs: readonly FinishedRun[], pairs: readonly RunPair[]) {
  // Where texts are to be short, short ones must do.
  const fewest = Math.max(1, Math.min(enoughTokens, Math.floor((plan.request.maxTokens ?? 200) / 2)));
  const isMeasured = (run: FinishedRun): boolean => run.tokensAfterFirst >= fewest && run.msAfterFirst > 0;
  const measured = runs.filter(isMeasured);
  const compared = pairs.filter(({ run, reference }) => isMeasured(run) && isMeasured(reference));
  const speedUps = compared.map(({ prompt, repeat, run, reference }) => ({
    prompt,
    repeat,
    ratio: ratioOf({ methodMs: 1 / speedOf(run), referenceMs: 1 / speedOf(reference) }),
  }));
  const tokens = sumOf(measured, ({ tokensAfterFirst }) => tokensAfterFirst);
  const perToken = (count: number): number | null => (tokens > 0 ? count / tokens : null);
  const accepted = sumOf(runs, (run) => run.accepted);
  const judged = accepted + sumOf(runs, (run) => run.rejected);
  const predictions = runs.flatMap(({ predictedSpeedUp }) => predictedSpeedUp ?? []);
  return {
    tokensPerSecond: quartilesIfAny(measured.map(speedOf)),
    speedUp: quartilesIfAny(speedUps.map(({ ratio }) => ratio)),
    speedUps,
    tooShort: pairs.length - compared.length,
    acceptanceRate: judged > 0 ? accepted / judged : null,
    predictedSpeedUp: quartilesIfAny(predictions)?.median ?? null,
    forwardsPerToken: perToken(sumOf(measured, ({ targetForwards }) => targetForwards)),
    draftForwardsPerToken: perToken(sumOf(measured, ({ draftForwards }) => draftForwards)),
    msPerToken: perToken(sumOf(measured, ({ msAfterFirst }) => msAfterFirst)),
    saved: savedBy(compared),
  };
}

const speedOf = ({ tokensAfterFirst, msAfterFirst }: FinishedRun): number =>
  (1000 * tokensAfterFirst) / msAfterFirst;

/** The reference may have written a longer or a shorter text: it is reckoned for as many tokens. */
function savedBy(pairs: readonly RunPair[]): Saved | null {
  if (pairs.length === 0) return null;
  const ofReference = (count: (run: FinishedRun) => number): number =>
    sumOf(
      pairs,
      ({ run, reference }) => (count(reference) * run.tokensAfterFirst) / reference.tokensAfterFirst,
    );
  const referenceForwards = ofReference((run) => run.targetForwards);
  const referenceMs = ofReference((run) => run.msAfterFirst);
  return {
    tokens: sumOf(pairs, ({ run }) => run.tokensAfterFirst),
    forwards: referenceForwards - sumOf(pairs, ({ run }) => run.targetForwards),
    referenceForwards,
    ms: referenceMs - sumOf(pairs, ({ run }) => run.msAfterFirst),
    referenceMs,
  };
}

function agreementOf(
  plan: PilotPlan,
  method: Method,
  runs: readonly FinishedRun[],
  pairs: readonly RunPair[],
) {
  const acceptance = method.acceptance?.kind ?? 'exact';
  const lossless = acceptance === 'exact' || acceptance === 'coupled';
  const isOneText = plan.request.sampling?.temperature === 0 || acceptance === 'coupled';
  const texts = isOneText && pairs.length > 0 ? compareTexts(pairs) : null;
  const measured = measuredDeviation(runs);
  const ofTexts = texts && texts.positions > 0 ? texts.differences.length / texts.positions : 0;
  return { lossless, texts, measured, deviation: Math.max(ofTexts, measured?.mean ?? 0) };
}

function sumOf<Value>(values: readonly Value[], count: (value: Value) => number): number {
  return values.reduce((sum, value) => sum + count(value), 0);
}

const quartilesIfAny = (values: readonly number[]): Quartiles | null =>
  values.length > 0 ? quartilesOf(values) : null;
