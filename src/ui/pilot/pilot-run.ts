import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { LoadedModel } from '../../engine/engine-api.ts';
import { readCriteria } from '../../pilot/criteria.ts';
import type { CostPerForward, PilotCriteria, PilotEngine, PilotPlan } from '../../pilot/pilot.ts';
import { countCases } from '../../pilot/plan.ts';
import { environmentOf, planKey } from '../../pilot/plan-key.ts';
import { type PilotReport, pilotReport, rejudged } from '../../pilot/report.ts';
import { type PilotProgress, runPilot } from '../../pilot/run-pilot.ts';
import { readRuns } from '../../pilot/run-schema.ts';
import { describeFailure, type Failure } from '../kit/failure.ts';
import type { KeptPilot, PilotStorage } from './pilot-storage.ts';

export interface PilotStart {
  readonly plan: PilotPlan;
  readonly criteria: PilotCriteria;
  readonly costPerForward: CostPerForward;
  readonly engine: PilotEngine;
  readonly models: readonly LoadedModel[];
  readonly threads: number;
}

/** Numbers of a pilot, whole or as far as it came. */
interface Told {
  readonly plan: PilotPlan;
  readonly key: string;
  readonly report: PilotReport;
}

export type PilotState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'running';
      readonly plan: PilotPlan;
      /** null until what is kept has been read. */
      readonly progress: PilotProgress | null;
      readonly stopping: boolean;
    }
  /** Finished, stopped, or found as an earlier visit left it. */
  | (Told & { readonly kind: 'told' })
  | { readonly kind: 'failed'; readonly plan: PilotPlan; readonly failure: Failure };

/** Runs pilots and holds what came of the latest one. */
export class PilotRunner implements ReactiveController {
  state: PilotState = { kind: 'none' };
  readonly #host: ReactiveControllerHost;
  readonly #storage: PilotStorage;
  #number = 0;
  #interruption: AbortController | null = null;

  constructor(host: ReactiveControllerHost, storage: PilotStorage) {
    this.#host = host;
    this.#storage = storage;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#number++;
    this.#interruption?.abort();
  }

  /** Shows the pilot of an earlier visit, where there is one and nothing has been started since. */
  async restore(): Promise<void> {
    const number = this.#number;
    try {
      const kept = await this.#storage.latest();
      if (!kept) return;
      const { key, plan, costPerForward = null, environment } = kept;
      const criteria = readCriteria(kept.criteria);
      const runs = readRuns(await this.#storage.read(key), countCases(plan));
      if (number !== this.#number || this.state.kind !== 'none') return;
      const report = pilotReport({ plan, runs, environment, criteria, costPerForward });
      this.#set({ kind: 'told', plan, key, report });
    } catch {
      // Nothing is kept, or it is of another version: there is nothing to show.
    }
  }

  /** Runs what of the plan is not kept. Settles when the pilot has ended. */
  async start({ plan, criteria, costPerForward, engine, models, threads }: PilotStart): Promise<void> {
    const number = ++this.#number;
    this.#interruption?.abort();
    const interruption = new AbortController();
    this.#interruption = interruption;
    this.#set({ kind: 'running', plan, progress: null, stopping: false });
    try {
      const environment = environmentOf(plan, { models, threads }, navigator.userAgent);
      const key = await planKey(plan, environment);
      const pilot: KeptPilot = { key, plan, criteria, costPerForward, environment };
      // What cannot be kept is run all the same; the progress tells it.
      await this.#storage.begin(pilot).catch(() => {});
      const runs = await runPilot(plan, engine, {
        ...{ store: this.#storage, key, signal: interruption.signal },
        costs: new Map(models.map(({ id, costs }) => [id, costs])),
        onProgress: (progress) => {
          if (number !== this.#number || this.state.kind !== 'running') return;
          this.#set({ ...this.state, progress });
        },
      });
      if (number !== this.#number) return;
      const report = pilotReport({ plan, runs, environment, criteria, costPerForward });
      this.#set({ kind: 'told', plan, key, report });
    } catch (error) {
      if (number === this.#number) this.#set({ kind: 'failed', plan, failure: describeFailure(error) });
    }
  }

  /** Ends the run under way within one round; what has finished is kept and told. */
  stop(): void {
    if (this.state.kind !== 'running' || this.state.stopping) return;
    this.#set({ ...this.state, stopping: true });
    this.#interruption?.abort();
  }

  /** The same runs against other criteria and costs. */
  judge(criteria: PilotCriteria, costPerForward: CostPerForward): void {
    const { state } = this;
    if (state.kind !== 'told') return;
    this.#set({ ...state, report: rejudged(state.report, criteria, costPerForward) });
  }

  /** Takes what is shown away, and what is kept of it. */
  async discard(): Promise<void> {
    const { state } = this;
    if (state.kind !== 'told') return;
    this.#set({ kind: 'none' });
    await this.#storage.forget(state.key).catch(() => {});
  }

  #set(state: PilotState): void {
    this.state = state;
    this.#host.requestUpdate();
  }
}
