import { type Quartiles, quartilesOf } from '../speed/quartiles.ts';
import { type MeasuredSpeedUp, measuredSpeedUp, ratioOf, type SpeedPair } from '../speed/speed-up.ts';
import {
  compareTexts,
  type MeasuredDeviation,
  measuredDeviation,
  type RunPair,
  type TextAgreement,
} from './agreement.ts';
import type { Forwards, ModelForwards } from './costs.ts';
import { checkOf } from './expected.ts';
import {
  comparePasses,
  type Judged,
  type JudgedPair,
  type PassComparison,
  type PassRate,
  passRate,
} from './pass-rates.ts';
import type { FinishedRun, Method, PilotPlan, PilotRun } from './pilot.ts';
import { type CasePlace, casePlaces, modelsOfMethod } from './plan.ts';

/** Texts with fewer tokens behind the first say more of the clock than of the method. */
const enoughTokens = 8;

export interface MethodSummary {
  /** Indices of group and method in the plan; method 0 is the group's reference. */
  readonly group: number;
  readonly method: number;
  readonly finished: number;
  readonly failed: number;
  /** Of those that failed: prompts that did not fit into the context. */
  readonly tooLong: number;
  /** Of a lossless method's text the distribution is the reference's by construction. */
  readonly lossless: boolean;
  readonly tokensPerSecond: Quartiles | null;
  /** Over the reference, a pair a cell; null for references, and without a cell that both finished. */
  readonly speedUp: MeasuredSpeedUp | null;
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
  /** Of the texts with an expectation; null without any. */
  readonly passRate: PassRate | null;
  /** Against the reference in the same cells; null for references, and without expectations. */
  readonly passes: PassComparison | null;
  /** What the criterion looks at: the reference's pass rate minus this one's; 0 by construction where the text follows the reference's distribution and is drawn anew; null where nothing can be compared. */
  readonly passRateLoss: number | null;
  /** Forward passes by model, for costs; null where they were not counted. */
  readonly forwards: Forwards | null;
}

/** A run with what became of its expectation; null without one. */
export type JudgedRun = PilotRun & { readonly passed: boolean | null };

/** Whether each run's text is what its prompt expects; in the order of their cases. */
export function judgeRuns(plan: PilotPlan, runs: readonly PilotRun[]): readonly JudgedRun[] {
  const placeOf = casePlaces(plan);
  const checks = plan.prompts.map(({ expected }) => (expected === undefined ? null : checkOf(expected)));
  return runs
    .map((run): JudgedRun => {
      const check = checks[placeOf(run.case).prompt];
      return { ...run, passed: check && run.failure === null ? check(run.text) : null };
    })
    .sort((left, right) => left.case - right.case);
}

export interface Saved {
  readonly tokens: number;
  /** Of the targets. */
  readonly forwards: number;
  /** Those of a draft model, which the reference does not make. */
  readonly draftForwards: number;
  readonly referenceForwards: number;
  readonly ms: number;
  readonly referenceMs: number;
}

/** One entry a method, in the order of the plan. */
export function summarisePilot(plan: PilotPlan, runs: readonly JudgedRun[]): readonly MethodSummary[] {
  const placeOf = casePlaces(plan);
  const byMethod = new Map<string, Placed<JudgedRun>[]>();
  for (const run of runs) {
    const place = placeOf(run.case);
    const name = `${place.group} ${place.method}`;
    const own = byMethod.get(name);
    if (own) own.push({ ...place, run });
    else byMethod.set(name, [{ ...place, run }]);
  }
  return plan.groups.flatMap(({ methods }, group) => {
    const references = new Map(
      finishedOf(byMethod.get(`${group} 0`) ?? []).map((each) => [cellOf(each), each.run]),
    );
    return methods.map(({ method: asked }, method): MethodSummary => {
      const own = byMethod.get(`${group} ${method}`) ?? [];
      const finished = finishedOf(own).sort((left, right) => left.number - right.number);
      const pairs = finished.flatMap(({ prompt, repeat, run }): JudgedRunPair[] => {
        const reference = references.get(cellOf({ prompt, repeat }));
        return reference && method > 0 ? [{ prompt, repeat, run, reference }] : [];
      });
      const ownRuns = finished.map(({ run }) => run);
      const agreement = agreementOf(plan, asked, ownRuns, pairs);
      return {
        ...{ group, method, finished: finished.length, failed: own.length - finished.length },
        tooLong: own.filter(({ run }) => run.failure?.code === 'context-full').length,
        ...speedsOf(plan, methods[0].method, asked, ownRuns, pairs),
        ...agreement,
        ...passesOf(finished, pairs, agreement),
      };
    });
  });
}

type Placed<Run> = CasePlace & { readonly run: Run };
type JudgedFinishedRun = FinishedRun & { readonly passed: boolean | null };
type JudgedRunPair = RunPair & { readonly run: JudgedFinishedRun; readonly reference: JudgedFinishedRun };

const finishedOf = (placed: readonly Placed<JudgedRun>[]): Placed<JudgedFinishedRun>[] =>
  placed.filter((each): each is Placed<JudgedFinishedRun> => each.run.failure === null);

const cellOf = ({ prompt, repeat }: Pick<CasePlace, 'prompt' | 'repeat'>): string => `${prompt} ${repeat}`;

function passesOf(
  finished: readonly Placed<JudgedFinishedRun>[],
  pairs: readonly JudgedRunPair[],
  { lossless, texts }: Pick<MethodSummary, 'lossless' | 'texts'>,
): Pick<MethodSummary, 'passRate' | 'passes' | 'passRateLoss'> {
  const judged = finished.flatMap(({ prompt, run: { passed } }): Judged[] =>
    passed === null ? [] : [{ prompt, passed }],
  );
  const compared = pairs.flatMap(({ prompt, run, reference }): JudgedPair[] =>
    run.passed === null || reference.passed === null
      ? []
      : [{ prompt, method: run.passed, reference: reference.passed }],
  );
  const passes = comparePasses(compared);
  const isByConstruction = lossless && texts === null;
  return {
    passRate: passRate(judged),
    passes,
    passRateLoss: passes && (isByConstruction ? 0 : -passes.difference.value),
  };
}

function speedsOf(
  plan: PilotPlan,
  reference: Method,
  method: Method,
  runs: readonly FinishedRun[],
  pairs: readonly RunPair[],
) {
  // Where texts are to be short, short ones must do.
  const fewest = Math.max(1, Math.min(enoughTokens, Math.floor((plan.request.maxTokens ?? 200) / 2)));
  const isMeasured = (run: FinishedRun): boolean => run.tokensAfterFirst >= fewest && run.msAfterFirst > 0;
  const measured = runs.filter(isMeasured);
  const compared = pairs.filter(({ run, reference }) => isMeasured(run) && isMeasured(reference));
  const speedPairs = compared.map(
    ({ run, reference }): SpeedPair => ({
      methodMs: msPerTokenOf(run),
      referenceMs: msPerTokenOf(reference),
    }),
  );
  const tokens = sumOf(measured, ({ tokensAfterFirst }) => tokensAfterFirst);
  const perToken = (count: number): number | null => (tokens > 0 ? count / tokens : null);
  const accepted = sumOf(runs, (run) => run.accepted);
  const judged = accepted + sumOf(runs, (run) => run.rejected);
  const predictions = runs.flatMap(({ predictedSpeedUp }) => predictedSpeedUp ?? []);
  return {
    tokensPerSecond: quartilesIfAny(measured.map((run) => 1000 / msPerTokenOf(run))),
    speedUp: measuredSpeedUp(speedPairs),
    speedUps: compared.map(({ prompt, repeat }, index) => ({
      prompt,
      repeat,
      ratio: ratioOf(speedPairs[index]),
    })),
    tooShort: pairs.length - compared.length,
    acceptanceRate: judged > 0 ? accepted / judged : null,
    predictedSpeedUp: quartilesIfAny(predictions)?.median ?? null,
    forwardsPerToken: perToken(sumOf(measured, ({ targetForwards }) => targetForwards)),
    draftForwardsPerToken: perToken(sumOf(measured, ({ draftForwards }) => draftForwards)),
    msPerToken: perToken(sumOf(measured, ({ msAfterFirst }) => msAfterFirst)),
    saved: savedBy(compared),
    forwards: forwardsOf(reference, method, measured, compared),
  };
}

/** In the measured texts; of a method only in those that are compared, so that both costs are of the same ones. */
function forwardsOf(
  reference: Method,
  method: Method,
  measured: readonly FinishedRun[],
  compared: readonly RunPair[],
): Forwards | null {
  const isReference = method === reference;
  const runs = isReference ? measured : compared.map(({ run }) => run);
  const own = forwardsPerToken(
    method,
    runs.map((run) => ({ run, weight: 1 })),
  );
  if (!own || isReference) return own && { own, reference: null };
  const weighted = compared.map(({ run, reference: of }) => ({
    run: of,
    weight: run.tokensAfterFirst / of.tokensAfterFirst,
  }));
  const others = forwardsPerToken(reference, weighted);
  return others && { own, reference: others };
}

/** null without runs, and where an older version counted them. */
function forwardsPerToken(
  method: Method,
  runs: readonly { readonly run: FinishedRun; readonly weight: number }[],
): readonly ModelForwards[] | null {
  const tokens = sumOf(runs, ({ run, weight }) => weight * run.tokensAfterFirst);
  if (tokens === 0 || runs.some(({ run }) => !run.forwardsByModel)) return null;
  return modelsOfMethod(method).map((model, index) => ({
    model,
    perToken: sumOf(runs, ({ run, weight }) => weight * (run.forwardsByModel?.[index]?.count ?? 0)) / tokens,
    msPerToken: sumOf(runs, ({ run, weight }) => weight * (run.forwardsByModel?.[index]?.ms ?? 0)) / tokens,
  }));
}

const msPerTokenOf = ({ tokensAfterFirst, msAfterFirst }: FinishedRun): number =>
  msAfterFirst / tokensAfterFirst;

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
    draftForwards: sumOf(pairs, ({ run }) => run.draftForwards),
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
