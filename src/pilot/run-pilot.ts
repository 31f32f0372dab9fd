import { EngineError } from '../errors/engine-error.ts';
import { type CostsByModel, estimateCases, remainingMs } from './estimate.ts';
import { finishedRun } from './finished-run.ts';
import type { PilotCase, PilotEngine, PilotPlan, PilotRun, PilotStore } from './pilot.ts';
import { casesOf } from './plan.ts';
import { readRuns } from './run-schema.ts';

/** Enough to have every kernel and every branch compiled. */
const warmUpTokens = 8;

export interface PilotProgress {
  readonly runs: readonly PilotRun[];
  readonly total: number;
  /** What runs now; null while methods warm up, and at the end. */
  readonly current: PilotCase | null;
  /** null where nothing tells. */
  readonly remainingMs: number | null;
  /** Why finished runs are not kept; null where they are. */
  readonly unkept: string | null;
}

export interface PilotOptions {
  readonly store: PilotStore;
  /** Under which runs are kept: `planKey`. */
  readonly key: string;
  readonly costs: CostsByModel;
  /** Ends the pilot within one round; what has finished is kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PilotProgress) => void;
  /** Milliseconds; default: the system's clock. */
  readonly now?: () => number;
  /** When this session begins; default: now. */
  readonly startedAt?: Date;
}

/**
 * Runs what of a plan is not kept yet, one after the other, and keeps each run as it ends. Every method that still has
 * something to run decodes a few tokens uncounted before. A prompt that is too long for the context fails alone, and so
 * does a chat that a model's template refuses.
 * @returns all runs, those of earlier sessions too; fewer than there are cases where `signal` ended it
 * @throws EngineError for anything else that the engine refuses: what has finished is kept
 */
export async function runPilot(
  plan: PilotPlan,
  engine: PilotEngine,
  options: PilotOptions,
): Promise<readonly PilotRun[]> {
  const { store, key, costs, signal, onProgress, now = () => performance.now() } = options;
  const session = (options.startedAt ?? new Date()).toISOString();
  const cases = casesOf(plan);
  const estimates = estimateCases(cases, costs);
  let unkept: string | null = null;
  const kept = await store.read(key).catch((error: unknown) => {
    unkept = reasonOf(error);
    return [];
  });
  const runs: PilotRun[] = [...readRuns(kept, cases.length)];
  const done = new Set(runs.map((run) => run.case));
  const open = cases.filter(({ number }) => !done.has(number));
  const report = (current: PilotCase | null): void =>
    onProgress?.({
      ...{ runs: [...runs], total: cases.length, current, unkept },
      remainingMs: remainingMs(cases, runs, estimates),
    });
  const pass = signal ? { signal } : {};

  report(null);
  const warm = new Set<string>();
  for (const { request, group, method } of open) {
    if (signal?.aborted) return runs;
    if (warm.has(`${group} ${method}`)) continue;
    warm.add(`${group} ${method}`);
    // A prompt that does not fit is told in its turn.
    await engine
      .decode({ ...request, maxTokens: warmUpTokens }, pass)
      .result.catch((error: unknown) => throwUnlessPromptFails(error));
  }
  for (const each of open) {
    if (signal?.aborted) break;
    report(each);
    const run = await runCase(each);
    if (!run) break;
    runs.push(run);
    await store.add(key, run).catch((error: unknown) => {
      unkept = reasonOf(error);
    });
  }
  report(null);
  return runs;

  /** null where the signal ended it. */
  async function runCase(each: PilotCase): Promise<PilotRun | null> {
    const startMs = now();
    try {
      const result = await engine.decode(each.request, pass).result;
      if (result.finishReason === 'abort') return null;
      return finishedRun(each, result, { session, elapsedMs: now() - startMs });
    } catch (error) {
      const { code, message } = throwUnlessPromptFails(error);
      return { case: each.number, session, failure: { code, message } };
    }
  }
}

/** Failures that concern a prompt and no other. */
function throwUnlessPromptFails(error: unknown): EngineError {
  if (!(error instanceof EngineError)) throw error;
  const isRefused = error.code === 'invalid-request' && error.message.startsWith('messages:');
  if (error.code === 'context-full' || isRefused) return error;
  throw error;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
