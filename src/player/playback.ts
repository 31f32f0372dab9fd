import { untilAborted } from '../concurrency/until-aborted.ts';
import { candidatesQuery } from '../engine/candidates-query.ts';
import type { DecodeResult, EngineApi, EngineOptions, LoadedModel } from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import { promptText } from '../prompt/prompt-text.ts';
import type { Round } from '../round/round.ts';
import { referenceOf } from '../speed/reference.ts';
import { SpeedMeasurement } from '../speed/speed-measurement.ts';
import { describeFailure } from '../ui/kit/failure.ts';
import type { EngineState, ModelState } from '../ui/models/engine-state.ts';
import type { CandidateSource } from '../ui/story/candidate-source.ts';
import { castOf } from '../ui/story/cast.ts';
import { RunReader } from '../ui/story/run-reader.ts';
import type { RunHeading, RunState } from '../ui/story/run-state.ts';
import type { PlayerErrorDetail, PlayerState } from './player-api.ts';
import type { PlayerPlan } from './player-plan.ts';
import type { EngineLease, SharedEngines } from './shared-engines.ts';

interface PlaybackStart extends RunHeading {
  readonly request: DecodeRequest;
}

/** What the element shows. */
export interface PlaybackView {
  readonly state: PlayerState;
  /** null while no engine is asked for. */
  readonly engine: EngineState | null;
  readonly run: RunState<PlaybackStart>;
}

/** What happens on the way, told as it happens. */
export interface PlaybackListener {
  changed(): void;
  round(round: Round, text: string): void;
  done(result: DecodeResult): void;
  failed(failure: PlayerErrorDetail): void;
}

/** What playing needs from outside. */
export interface PlaybackProvider {
  readonly engines: SharedEngines;
  /** What the browser lacks; empty when the engine can run. */
  missingFeatures(): readonly string[];
  /** What addresses are relative to. */
  baseUrl(): string;
}

const beforeFirst: PlaybackView = { state: 'idle', engine: null, run: { kind: 'idle' } };

/** One element's runs, one at a time: opens the engine, loads the models, reads the rounds. */
export class Playback {
  view: PlaybackView = beforeFirst;
  /** Compares a run with its reference when it has ended; whatever else the engine is asked for ends that. */
  readonly speed = new SpeedMeasurement(() => this.#listener.changed());
  readonly #listener: PlaybackListener;
  readonly #provider: () => PlaybackProvider;
  #lease: EngineLease | null = null;
  /** Ends what is under way, without an outcome. */
  #current: AbortController | null = null;
  readonly #reader = new RunReader<PlaybackStart>(() => this.#showRun());

  constructor(listener: PlaybackListener, provider: () => PlaybackProvider) {
    this.#listener = listener;
    this.#provider = provider;
  }

  /** Resolves with null where the run failed, or was ended by another start or by leaving. */
  async start({ request, models, options, views }: PlayerPlan): Promise<DecodeResult | null> {
    this.#abandon();
    this.speed.drop();
    const current = new AbortController();
    this.#current = current;
    const { signal } = current;
    try {
      const { lease, engine } = await this.#open(options, signal);
      const loaded = await this.#load(engine, models, signal);
      const result = await this.#read(lease, engine, request, loaded, signal);
      if (result) {
        this.#listener.done(result);
        if (views.has('numbers') && !signal.aborted) void this.#compareSpeed(lease, engine, result);
      }
      return result;
    } catch (error) {
      if (!signal.aborted) this.#tell(error);
      return null;
    }
  }

  /** A run ends with what is written; loading ends without an outcome. */
  stop(): void {
    this.#reader.stop();
    if (this.view.state !== 'loading') return;
    this.#abandon();
    this.#set(beforeFirst);
  }

  /** Not counted among the runs of those who share the engine: nobody waits for it. */
  async #compareSpeed(
    lease: EngineLease,
    engine: EngineApi,
    { request, rounds }: DecodeResult,
  ): Promise<void> {
    if (!referenceOf(request)) return;
    const ended = lease.onWanted(() => this.speed.end());
    await this.speed.measure({ decode: (asked) => engine.decode(asked), request, rounds });
    ended();
  }

  /** What else could have stood in the place of a token of the run. */
  get candidates(): CandidateSource {
    return { whyNot: this.#whyNoCandidates(), ask: this.#askCandidates };
  }

  #whyNoCandidates(): string | null {
    if (this.view.run.kind === 'running') {
      return 'Alternatives are available when the story is finished.';
    }
    return this.#lease ? null : 'Start again to see alternatives.';
  }

  #askCandidates: CandidateSource['ask'] = async (place, signal) => {
    const { run } = this.view;
    if (!this.#lease || run.kind === 'idle') throw new Error('There is no run to ask about.');
    this.speed.end();
    const engine = await untilAborted(this.#lease.engine, signal);
    return engine.candidates(candidatesQuery(run.request, run.story.rounds, place), { signal });
  };

  /** Lets the engine go; what an ended run has written stays. */
  leave(): void {
    this.#abandon();
    this.#lease?.release();
    this.#lease = null;
    const { state, run } = this.view;
    this.#set(run.kind === 'stopped' ? { state, run, engine: null } : beforeFirst);
  }

  #abandon(): void {
    this.#current?.abort();
    this.speed.end();
    this.#reader.drop();
  }

  /** The next start gets a new engine. */
  retireEngine(): void {
    this.#lease?.retire();
  }

  async #open(
    options: EngineOptions,
    signal: AbortSignal,
  ): Promise<{ lease: EngineLease; engine: EngineApi }> {
    const provider = this.#provider();
    const missing = provider.missingFeatures();
    if (missing.length > 0) {
      this.#set({ ...beforeFirst, state: 'failed', engine: { kind: 'unsupported', missing } });
      throw new UnsupportedBrowser(missing);
    }
    this.#set({ ...beforeFirst, state: 'loading', engine: { kind: 'starting' } });
    try {
      const lease = provider.engines.open(options, provider.baseUrl());
      // Only now: an engine that is opened again with the same options goes on.
      this.#lease?.release();
      this.#lease = lease;
      return { lease, engine: await untilAborted(lease.engine, signal) };
    } catch (error) {
      this.#failEngine(error, signal);
      throw error;
    }
  }

  async #load(
    engine: EngineApi,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly LoadedModel[]> {
    const states = new Map(ids.map((id): [string, ModelState] => [id, { id, kind: 'waiting' }]));
    const loaded: LoadedModel[] = [];
    const show = (state: ModelState): void => {
      if (signal.aborted) return;
      states.set(state.id, state);
      const models = [...states.values()];
      this.#set({ ...this.view, engine: { kind: 'open', models, wanted: ids, info: null } });
    };
    for (const id of ids) {
      show({ id, kind: 'loading', progress: null });
      try {
        const onProgress = (progress: Extract<ModelState, { kind: 'loading' }>['progress']): void => {
          if (states.get(id)?.kind === 'loading') show({ id, kind: 'loading', progress });
        };
        const model = await engine.load(id, { signal, onProgress });
        loaded.push(model);
        show({ id, kind: 'ready', model });
      } catch (error) {
        const failure = describeFailure(error);
        if (failure.code === 'worker-lost') {
          this.#failEngine(error, signal);
        } else if (!signal.aborted) {
          show({ id, kind: 'failed', failure });
          this.#set({ ...this.view, state: 'failed' });
        }
        throw error;
      }
    }
    const info = await engine.info();
    signal.throwIfAborted();
    if (this.view.engine?.kind === 'open') {
      this.#set({ ...this.view, engine: { ...this.view.engine, info } });
    }
    return loaded;
  }

  async #read(
    lease: EngineLease,
    engine: EngineApi,
    request: DecodeRequest,
    loaded: readonly LoadedModel[],
    signal: AbortSignal,
  ): Promise<DecodeResult | null> {
    let text = '';
    try {
      return await this.#reader.read({
        begun: { prompt: promptText(request), cast: castOf(request, loaded), request },
        decode: (onPrefill) => {
          const { run, turn } = lease.decode(engine, request, { onPrefill });
          this.#set({ ...this.view, state: turn === null ? 'running' : 'waiting' });
          void turn?.then(() => {
            if (!signal.aborted && this.view.state === 'waiting')
              this.#set({ ...this.view, state: 'running' });
          });
          return run;
        },
        onRound: (round) => {
          text += round.text;
          this.#listener.round(round, text);
        },
      });
    } catch (error) {
      if (describeFailure(error).code === 'worker-lost') this.retireEngine();
      throw error;
    }
  }

  #showRun(): void {
    const run = this.#reader.state;
    let { state } = this.view;
    if (run.kind === 'stopped') state = 'done';
    else if (run.kind === 'failed') state = 'failed';
    else if (run.kind === 'running' && run.story.rounds.length > 0) state = 'running';
    this.#set({ ...this.view, state, run });
  }

  #failEngine(error: unknown, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.retireEngine();
    this.#set({
      ...beforeFirst,
      state: 'failed',
      engine: { kind: 'failed', failure: describeFailure(error) },
    });
  }

  #tell(error: unknown): void {
    const { code, message } = error instanceof UnsupportedBrowser ? error : describeFailure(error);
    this.#listener.failed({ code, message, error });
  }

  #set(view: PlaybackView): void {
    this.view = view;
    this.#listener.changed();
  }
}

class UnsupportedBrowser extends Error {
  readonly code = 'unsupported-browser';

  constructor(missing: readonly string[]) {
    super(`This browser lacks ${missing.join(', ')}.`);
  }
}
