import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { DecodeRun, EngineApi } from '../engine/engine-api.ts';
import { describeFailure, type Failure } from './failure.ts';
import type { EngineState, ModelState, RunState } from './page-state.ts';
import { defaultPair, type ModelRole, type RequestForm, toRequest } from './request-form.ts';
import { addRound, emptyStory, endStory } from './story-model.ts';

export interface EngineDoor {
  /** What the browser lacks; empty when the engine can run. */
  missingFeatures(): readonly string[];
  openEngine(): Promise<EngineApi>;
}

/**
 * The page's one line to the engine: starts it, loads the default pair, runs requests, and turns what comes back
 * into `engine` and `run`. Engines and runs are numbered; answers of older ones are dropped.
 */
export class DecodeController implements ReactiveController {
  engine: EngineState = { kind: 'starting' };
  run: RunState = { kind: 'idle' };

  readonly #host: ReactiveControllerHost;
  readonly #door: () => EngineDoor;
  #api: EngineApi | null = null;
  #activeRun: DecodeRun | null = null;
  #engineNumber = 0;
  #runNumber = 0;

  /** @param door read each time an engine is started */
  constructor(host: ReactiveControllerHost, door: () => EngineDoor) {
    this.#host = host;
    this.#door = door;
    host.addController(this);
  }

  hostConnected(): void {
    void this.restart();
  }

  hostDisconnected(): void {
    this.#engineNumber++;
    this.#runNumber++;
    this.#closeEngine();
  }

  /** Ends the engine there is, starts a new one and loads the default pair. Settles when loading has ended. */
  async restart(): Promise<void> {
    const number = ++this.#engineNumber;
    this.#runNumber++;
    this.#closeEngine();
    this.#setRun({ kind: 'idle' });
    const door = this.#door();
    const missing = door.missingFeatures();
    if (missing.length > 0) return this.#setEngine({ kind: 'unsupported', missing });
    this.#setEngine({ kind: 'starting' });
    try {
      const api = await door.openEngine();
      if (number !== this.#engineNumber) {
        closeQuietly(api);
        return;
      }
      this.#api = api;
    } catch (error) {
      if (number === this.#engineNumber) {
        this.#setEngine({ kind: 'failed', failure: describeFailure(error) });
      }
      return;
    }
    this.#setEngine({
      kind: 'open',
      models: defaultPair.map((role) => ({ ...role, kind: 'waiting' })),
      info: null,
    });
    await this.#loadModels(defaultPair, number);
  }

  /** Loads again what failed to load. */
  async retry(): Promise<void> {
    if (this.engine.kind !== 'open') return this.restart();
    const failed = this.engine.models.filter((model) => model.kind === 'failed');
    if (failed.some(({ failure }) => failure.remedy === 'restart-engine')) return this.restart();
    for (const { id, role } of failed) this.#setModel({ id, role, kind: 'waiting' });
    await this.#loadModels(failed, this.#engineNumber);
  }

  /** Runs a request; a run still under way is ended and its answers are dropped. Settles when the run has. */
  async start(form: RequestForm): Promise<void> {
    const api = this.#api;
    if (!api) return;
    const number = ++this.#runNumber;
    this.#activeRun?.stop();
    const { prompt } = form;
    let story = emptyStory;
    this.#setRun({ kind: 'running', prompt, story, stopping: false });
    try {
      const decodeRun = api.decode(toRequest(form));
      this.#activeRun = decodeRun;
      // Iterating reports the same failure; nobody may be left to hear this promise reject.
      decodeRun.result.catch(() => {});
      for await (const round of decodeRun) {
        if (number !== this.#runNumber) return;
        story = addRound(story, round);
        const stopping = this.run.kind === 'running' && this.run.stopping;
        this.#setRun({ kind: 'running', prompt, story, stopping });
      }
      const result = await decodeRun.result;
      if (number !== this.#runNumber) return;
      this.#activeRun = null;
      this.#setRun({ kind: 'stopped', prompt, story: endStory(story, result.text), result });
    } catch (error) {
      if (number !== this.#runNumber) return;
      this.#activeRun = null;
      const failure = describeFailure(error);
      this.#setRun({ kind: 'failed', prompt, story, failure });
      if (failure.code === 'worker-lost') this.#loseEngine(failure);
    }
  }

  /** Ends the run within one round; what is written stays. */
  stop(): void {
    if (this.run.kind !== 'running' || this.run.stopping) return;
    this.#setRun({ ...this.run, stopping: true });
    this.#activeRun?.stop();
  }

  /** One after the other: the first decides the backend. One that fails keeps no other from loading. */
  async #loadModels(roles: readonly ModelRole[], engineNumber: number): Promise<void> {
    const api = this.#api;
    if (!api) return;
    for (const { id, role } of roles) {
      this.#setModel({ id, role, kind: 'loading', progress: null });
      try {
        const model = await api.load(id, {
          onProgress: (progress) => {
            if (engineNumber !== this.#engineNumber || this.#modelState(id)?.kind !== 'loading') return;
            this.#setModel({ id, role, kind: 'loading', progress });
          },
        });
        const info = await api.info();
        if (engineNumber !== this.#engineNumber) return;
        this.#setModel({ id, role, kind: 'ready', model });
        if (this.engine.kind === 'open') this.#setEngine({ ...this.engine, info });
      } catch (error) {
        if (engineNumber !== this.#engineNumber) return;
        const failure = describeFailure(error);
        if (failure.code === 'worker-lost') return this.#loseEngine(failure);
        this.#setModel({ id, role, kind: 'failed', failure });
      }
    }
  }

  #loseEngine(failure: Failure): void {
    this.#closeEngine();
    this.#setEngine({ kind: 'failed', failure });
  }

  #closeEngine(): void {
    if (this.#api) closeQuietly(this.#api);
    this.#api = null;
    this.#activeRun = null;
  }

  #modelState(id: string): ModelState | undefined {
    return this.engine.kind === 'open' ? this.engine.models.find((model) => model.id === id) : undefined;
  }

  #setModel(state: ModelState): void {
    if (this.engine.kind !== 'open') return;
    const models = this.engine.models.map((model) => (model.id === state.id ? state : model));
    this.#setEngine({ ...this.engine, models });
  }

  #setEngine(state: EngineState): void {
    this.engine = state;
    this.#host.requestUpdate();
  }

  #setRun(state: RunState): void {
    this.run = state;
    this.#host.requestUpdate();
  }
}

/** An engine that is let go may already be dead: how its closing ends concerns nobody. */
function closeQuietly(api: EngineApi): void {
  api.close().catch(() => {});
}
