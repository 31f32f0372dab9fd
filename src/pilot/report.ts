import type { PilotCriteria, PilotPlan, PilotRun } from './pilot.ts';
import { countCases } from './plan.ts';
import type { PilotEnvironment } from './plan-key.ts';
import { type Recommendation, recommend, type Verdict, verdictOn } from './recommend.ts';
import { type MethodSummary, summarisePilot } from './summarise.ts';

export const reportFormat = 'antiphon-pilot';
export const reportVersion = '1.0';

/** All that a report tells; plain data. docs/pilot.md describes it as JSON. */
export interface PilotReport {
  readonly format: typeof reportFormat;
  readonly version: typeof reportVersion;
  readonly createdAt: string;
  readonly environment: PilotEnvironment;
  readonly criteria: PilotCriteria;
  readonly plan: PilotPlan;
  /** Runs that the plan asks for; `runs` has fewer where the pilot was interrupted. */
  readonly planned: number;
  readonly recommendation: Recommendation;
  /** One a method, in the order of the plan. */
  readonly methods: readonly (MethodSummary & { readonly verdict: Verdict })[];
  /** In the order of their cases. */
  readonly runs: readonly PilotRun[];
}

export interface ReportParts {
  readonly plan: PilotPlan;
  readonly runs: readonly PilotRun[];
  readonly environment: PilotEnvironment;
  readonly criteria: PilotCriteria;
  /** Default: now. */
  readonly createdAt?: Date;
}

export function pilotReport({ plan, runs, environment, criteria, createdAt }: ReportParts): PilotReport {
  const summaries = summarisePilot(plan, runs);
  return {
    format: reportFormat,
    version: reportVersion,
    createdAt: (createdAt ?? new Date()).toISOString(),
    environment,
    criteria,
    plan,
    planned: countCases(plan),
    recommendation: recommend(plan, summaries, criteria),
    methods: summaries.map((summary) => ({ ...summary, verdict: verdictOn(summary, criteria) })),
    runs: runs.toSorted((left, right) => left.case - right.case),
  };
}

/** Group and title of a method, as both are told everywhere. */
export function nameOf(
  { plan }: Pick<PilotReport, 'plan'>,
  { group, method }: Pick<MethodSummary, 'group' | 'method'>,
): { readonly group: string; readonly title: string } {
  const of = plan.groups[group];
  return { group: of.title, title: of.methods[method].title };
}
