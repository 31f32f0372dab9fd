import { type TokenCost, tokenCost } from './costs.ts';
import type { CostPerForward, PilotCriteria, PilotPlan, PilotRun } from './pilot.ts';
import { countCases } from './plan.ts';
import type { PilotEnvironment } from './plan-key.ts';
import { type Recommendation, recommend, type Verdict, verdictOn } from './recommend.ts';
import { type JudgedRun, judgeRuns, type MethodSummary, summarisePilot } from './summarise.ts';

export const reportFormat = 'antiphon-pilot';
export const reportVersion = '3.0';

/** All that a report tells; plain data. docs/pilot.md describes it as JSON. */
export interface PilotReport {
  readonly format: typeof reportFormat;
  readonly version: typeof reportVersion;
  readonly createdAt: string;
  readonly environment: PilotEnvironment;
  readonly criteria: PilotCriteria;
  readonly costPerForward: CostPerForward;
  readonly plan: PilotPlan;
  /** Runs that the plan asks for; `runs` has fewer where the pilot was interrupted. */
  readonly planned: number;
  /** One a group, in the order of the plan. */
  readonly recommendations: readonly Recommendation[];
  /** One a method, in the order of the plan. */
  readonly methods: readonly ReportedMethod[];
  /** In the order of their cases. */
  readonly runs: readonly JudgedRun[];
}

export interface ReportedMethod extends MethodSummary {
  readonly verdict: Verdict;
  readonly cost: TokenCost | null;
}

export interface ReportParts {
  readonly plan: PilotPlan;
  readonly runs: readonly PilotRun[];
  readonly environment: PilotEnvironment;
  readonly criteria: PilotCriteria;
  /** Default: measured milliseconds. */
  readonly costPerForward?: CostPerForward;
  /** Default: now. */
  readonly createdAt?: Date;
}

export function pilotReport({
  plan,
  runs,
  environment,
  criteria,
  costPerForward = null,
  createdAt,
}: ReportParts): PilotReport {
  const judged = judgeRuns(plan, runs);
  const summaries = summarisePilot(plan, judged);
  return {
    format: reportFormat,
    version: reportVersion,
    createdAt: (createdAt ?? new Date()).toISOString(),
    environment,
    plan,
    planned: countCases(plan),
    ...verdicts(plan, summaries, criteria, costPerForward),
    runs: judged,
  };
}

/** The same measurements against other criteria or costs: nothing is counted again, however many runs there are. */
export function rejudged(
  report: PilotReport,
  criteria: PilotCriteria,
  costPerForward: CostPerForward,
): PilotReport {
  return { ...report, ...verdicts(report.plan, report.methods, criteria, costPerForward) };
}

function verdicts(
  plan: PilotPlan,
  summaries: readonly MethodSummary[],
  criteria: PilotCriteria,
  costPerForward: CostPerForward,
): Pick<PilotReport, 'criteria' | 'costPerForward' | 'recommendations' | 'methods'> {
  return {
    criteria,
    costPerForward,
    recommendations: recommend(plan, summaries, criteria),
    methods: summaries.map((summary) => ({
      ...summary,
      verdict: verdictOn(summary, criteria),
      cost: tokenCost(summary.forwards, costPerForward),
    })),
  };
}

/** Whether a method is the one recommended for its group. */
export function isRecommended(
  { recommendations }: Pick<PilotReport, 'recommendations'>,
  { group, method }: Pick<MethodSummary, 'group' | 'method'>,
): boolean {
  const of = recommendations[group];
  return of.kind === 'meets' && of.method === method;
}

/** Group and title of a method, as both are told everywhere. */
export function nameOf(
  { plan }: Pick<PilotReport, 'plan'>,
  { group, method }: Pick<MethodSummary, 'group' | 'method'>,
): { readonly group: string; readonly title: string } {
  const of = plan.groups[group];
  return { group: of.title, title: of.methods[method].title };
}
