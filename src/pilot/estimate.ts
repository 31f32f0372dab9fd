import { predictSpeculativeSpeedUp, predictSpeedUp } from '../decode/predict-speed-up.ts';
import { costAt, type ForwardCosts } from '../models/forward-costs.ts';
import { promptText } from '../prompt/prompt-text.ts';
import type { Method, PilotCase, PilotPlan, PilotRun } from './pilot.ts';
import { casesOf } from './plan.ts';

/** t(k) of each model, by its name; one that is missing makes an estimate null. */
export type CostsByModel = ReadonlyMap<string, ForwardCosts>;

/** What is taken for the acceptance rate before anything has run. */
const guessedAcceptance = 0.75;
/** γ that an adaptive one is taken for. */
const guessedDraftLength = 4;
/** English has about this many letters a token; prompts are fed this many tokens at a time at most. */
const lettersPerToken = 4;
const prefillChunk = 256;

/** Milliseconds that each case takes, its text as long as may be, all but forwards left out; null where costs lack. */
export function estimateCases(cases: readonly PilotCase[], costs: CostsByModel): readonly (number | null)[] {
  // Predicting a speed-up may mean walking a schedule: once a method is enough.
  const speedUps = new Map<string, number>();
  return cases.map((each) => estimateCase(each, costs, speedUps));
}

/**
 * Milliseconds that a whole plan takes; null where costs lack. Repeats take what the first round of cases takes, so a
 * form can ask at every keystroke: 1,000 prompts with 100 repeats are no list of 100,000 cases per method.
 */
export function estimatePlan(plan: PilotPlan, costs: CostsByModel): number | null {
  const once = estimateCases(casesOf({ ...plan, repeats: 1 }), costs);
  return once.reduce(
    (sum, ms) => (sum === null || ms === null ? null : sum + plan.repeats * ms),
    0 as number | null,
  );
}

function estimateCase(each: PilotCase, costs: CostsByModel, speedUps: Map<string, number>): number | null {
  const { method, maxTokens = 200 } = each.request;
  const targets = targetsOf(method).map((model) => costs.get(model));
  const draft = draftOf(method);
  const draftCosts = draft === null ? null : costs.get(draft);
  if (!targets.every((cost) => cost !== undefined) || draftCosts === undefined) return null;
  const promptTokens = Math.ceil(promptText(each.request).length / lettersPerToken) + 1;
  const prefillOf = (cost: ForwardCosts): number =>
    Math.ceil(promptTokens / prefillChunk) * costAt(cost, Math.min(promptTokens, prefillChunk));
  const prefillMs = [...targets, ...(draftCosts ? [draftCosts] : [])].reduce(
    (sum, cost) => sum + prefillOf(cost),
    0,
  );
  const referenceMs = targets.reduce((sum, cost) => sum + costAt(cost, 1), 0);
  const name = methodOf(each);
  const speedUp = speedUps.get(name) ?? guessedSpeedUp(method, targets, draftCosts);
  speedUps.set(name, speedUp);
  return prefillMs + (maxTokens * referenceMs) / speedUp;
}

function guessedSpeedUp(
  method: Method,
  targets: readonly ForwardCosts[],
  draftCosts: ForwardCosts | null,
): number {
  switch (method.kind) {
    case 'plain':
      return 1;
    case 'speculative':
      // A look-up may find nothing at all.
      if (!draftCosts) return 1;
      return predictSpeculativeSpeedUp({
        draftLength: fixed(method.drafter.draftLength ?? guessedDraftLength),
        acceptanceRate: guessedAcceptance,
        draftCosts,
        targetCosts: targets[0],
      });
    case 'collaborative': {
      const { schedule = 'alternate', members, combine, defaultProposer = 0, draftLength } = method;
      return predictSpeedUp({
        schedule,
        defaultProposer,
        draftLengths: members.map((member, index) =>
          fixed((index === defaultProposer ? draftLength : undefined) ?? member.draftLength ?? 1),
        ),
        acceptanceRates: members.map(() => guessedAcceptance),
        costs: targets,
        weights: combine.kind === 'weighted' ? combine.weights : members.map(() => 1),
      });
    }
  }
}

const fixed = (draftLength: number | 'adaptive'): number =>
  draftLength === 'adaptive' ? guessedDraftLength : draftLength;

function targetsOf(method: Method): readonly string[] {
  if (method.kind === 'collaborative') return method.members.map(({ model }) => model);
  return [method.kind === 'plain' ? method.model : method.target];
}

function draftOf(method: Method): string | null {
  return method.kind === 'speculative' && method.drafter.kind === 'model' ? method.drafter.model : null;
}

/**
 * Milliseconds that the cases still to run take: by what runs of the same method took; where there is none yet, by its
 * estimate, stretched as the runs so far were longer than theirs.
 * @param estimates of the cases, by their number
 * @returns null where neither is known
 */
export function remainingMs(
  cases: readonly PilotCase[],
  runs: readonly PilotRun[],
  estimates: readonly (number | null)[],
): number | null {
  const done = new Set(runs.map((run) => run.case));
  const timesOf = new Map<string, number[]>();
  let measuredMs = 0;
  let estimatedMs = 0;
  for (const run of runs) {
    if (run.failure) continue;
    const name = methodOf(cases[run.case]);
    timesOf.set(name, [...(timesOf.get(name) ?? []), run.elapsedMs]);
    const estimate = estimates[run.case];
    if (estimate === null) continue;
    measuredMs += run.elapsedMs;
    estimatedMs += estimate;
  }
  const stretch = estimatedMs > 0 ? measuredMs / estimatedMs : 1;
  let sum = 0;
  for (const each of cases) {
    if (done.has(each.number)) continue;
    const times = timesOf.get(methodOf(each));
    const estimate = estimates[each.number];
    if (times) sum += times.reduce((total, time) => total + time, 0) / times.length;
    else if (estimate !== null) sum += stretch * estimate;
    else return null;
  }
  return sum;
}

const methodOf = ({ group, method }: PilotCase): string => `${group} ${method}`;
