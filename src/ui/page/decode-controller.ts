import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Candidates } from '../../decode/candidates.ts';
import type { ProposalPlace } from '../../engine/candidates-query.ts';
import type {
  BackendChoice,
  DecodeResult,
  DecodeRun,
  EngineApi,
  PrefillProgress,
} from '../../engine/engine-api.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { promptText } from '../../prompt/prompt-text.ts';
import { referenceOf } from '../../speed/reference.ts';
import { SpeedMeasurement } from '../../speed/speed-measurement.ts';
import { recordedCandidates, type TraceCandidates } from '../../trace/trace.ts';
import { neededModels, type RequestForm, toRequest } from '../form/request-form.ts';
import { describeFailure, type Failure } from '../kit/failure.ts';
import { defaultTeam, startModels } from '../models/default-models.ts';
import { type EngineState, hasModels, type ModelState, wantedModels } from '../models/engine-state.ts';
import type { ModelChoice } from '../models/model-choice.ts';
import type { ModelStorage } from '../models/stored-models-panel.ts';
import type { CandidateSource } from '../story/candidate-source.ts';
import { castOf } from '../story/cast.ts';
import { canGoOn, lastPart, type PartedText, partAt } from '../story/run-parts.ts';
import { RunReader } from '../story/run-reader.ts';
import type { RunHeading } from '../story/run-state.ts';
import { liveNumbers, shownText } from '../story/story.ts';
import { continued, repeatable } from './link/repeatable.ts';
import { LatestNumbers, numbersFor, numbersOf } from './live-combination.ts';
import type { PageRun, RunStart } from './page-run.ts';

export interface EngineProvider {
  /** What the browser lacks; empty when the engine can run. */
  missingFeatures(): readonly string[];
  /** @param onLost told when the engine's worker dies, and when the GPU device is lost; see ConnectOptions */
  openEngine(options: {
    readonly backend: BackendChoice;
    /** Where repositories are; empty for the Hugging Face hub. */
    readonly hubUrl: string;
    readonly onLost: (error: EngineError) => void;
  }): Promise<EngineApi>;
  /** What the reader may choose from; where it does not arrive, models go by their ids. */
  listModels(): Promise<readonly ModelChoice[]>;
}

/** What differs from page to page. */
export interface PageNeeds {
  /** Models that load first, without being asked for. */
  readonly first: readonly string[];
  /** Models that load in the background, and are not unloaded for others. */
  readonly kept: readonly string[];
  /** Whether a run that has ended is compared with its reference. */
  readonly comparesSpeed: boolean;
}

/**
 * The page's one line to the engine: starts it, loads models, runs requests, and turns what comes back into `engine`
 * and `run`. Engines are numbered; answers of older ones are dropped.
 *
 * Models load one after the other, those that the form wants first. The rest comes in the background, but not while
 * a story is written: a load takes the same cores.
 */
export class DecodeController implements ReactiveController {
  engine: EngineState = { kind: 'starting' };
  choices: readonly ModelChoice[] = [];

  /** Compares the latest run with its reference when it has ended; whatever else the engine is asked for ends that. */
  readonly speed = new SpeedMeasurement(() => this.#host.requestUpdate());

  readonly #host: ReactiveControllerHost;
  readonly #provider: () => EngineProvider;
  #api: EngineApi | null = null;
  #decode: EngineApi['decode'] | null = null;
  readonly #reader = new RunReader<RunStart>(() => this.#host.requestUpdate());
  #liveNumbers: LatestNumbers | null = null;
  /** What was asked about tokens of the latest text. */
  #candidates: readonly TraceCandidates[] = [];
  #opening: Pick<RequestForm, 'backend' | 'hubUrl'> = { backend: 'auto', hubUrl: '' };
  #wanted: readonly string[];
  readonly #kept: readonly string[];
  readonly #comparesSpeed: boolean;
  /** Number of the engine that is loading models. */
  #loadingEngine: number | null = null;
  #load: { readonly id: string; readonly abort: AbortController } | null = null;
  #engineNumber = 0;

  /** @param provider read each time an engine is started */
  constructor(
    host: ReactiveControllerHost,
    provider: () => EngineProvider,
    needs: PageNeeds = { first: defaultTeam, kept: startModels, comparesSpeed: true },
  ) {
    this.#host = host;
    this.#provider = provider;
    this.#wanted = needs.first;
    this.#kept = needs.kept;
    this.#comparesSpeed = needs.comparesSpeed;
    host.addController(this);
  }

  get run(): PageRun {
    return this.#reader.state;
  }

  hostConnected(): void {
    void this.restart();
    void this.#listModels();
  }

  hostDisconnected(): void {
    this.#engineNumber++;
    this.#reader.drop();
    this.#closeEngine();
  }

  /**
   * Ends the engine there is, starts a new one and loads the models; what was written stays. Settles when loading has
   * ended.
   */
  async restart(): Promise<void> {
    const number = ++this.#engineNumber;
    this.#reader.keepText(describeFailure(new EngineError('worker-lost', 'the engine was started anew')));
    this.#closeEngine();
    const provider = this.#provider();
    const missing = provider.missingFeatures();
    if (missing.length > 0) return this.#setEngine({ kind: 'unsupported', missing });
    this.#setEngine({ kind: 'starting' });
    try {
      const api = await provider.openEngine({
        ...this.#opening,
        onLost: (error) => {
          if (number !== this.#engineNumber) return;
          if (error.code === 'device-lost') void this.#loadAgain();
          else this.#loseEngine(describeFailure(error));
        },
      });
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
    const ids = new Set([...this.#wanted, ...this.#kept]);
    this.#setEngine({
      kind: 'open',
      models: [...ids].map((id) => ({ id, kind: 'waiting' })),
      wanted: this.#wanted,
      info: null,
    });
    await this.#loadModels();
  }

  /** Opens the engine on this backend and hub; one that is open on another is started anew. */
  async openOn({ backend, hubUrl }: Pick<RequestForm, 'backend' | 'hubUrl'>): Promise<void> {
    if (backend === this.#opening.backend && hubUrl === this.#opening.hubUrl) return;
    this.#opening = { backend, hubUrl };
    if (this.#engineNumber > 0) await this.restart();
  }

  /**
   * Loads these models next; settles when there is nothing left to load. What is asked for no more and does not come with
   * the page is forgotten, its download ended.
   */
  async want(ids: readonly string[]): Promise<void> {
    if (ids.length === this.#wanted.length && ids.every((id) => this.#wanted.includes(id))) return;
    this.#wanted = ids;
    this.speed.end();
    if (this.engine.kind !== 'open') return;
    const isKept = (id: string): boolean => ids.includes(id) || this.#kept.includes(id);
    if (this.#load && !isKept(this.#load.id)) this.#load.abort.abort();
    const models = this.engine.models.filter(({ id, kind }) => kind === 'ready' || isKept(id));
    const unknown = ids.filter((id) => !models.some((model) => model.id === id));
    this.#setEngine({
      ...this.engine,
      wanted: ids,
      models: [...models, ...unknown.map((id) => ({ id, kind: 'waiting' }) as const)],
    });
    await this.#loadModels();
  }

  /** Loads again what failed to load. */
  async retry(): Promise<void> {
    if (this.engine.kind !== 'open') return this.restart();
    const failed = this.engine.models.filter((model) => model.kind === 'failed');
    if (failed.some(({ failure }) => failure.remedy === 'restart-engine')) return this.restart();
    for (const { id } of failed) this.#setModel({ id, kind: 'waiting' });
    await this.#loadModels();
  }

  /** The connection is back: asks again for what did not arrive. */
  async retryDownloads(): Promise<void> {
    const { engine } = this;
    const failures =
      engine.kind === 'failed'
        ? [engine.failure]
        : engine.kind === 'open'
          ? engine.models.flatMap((model) => (model.kind === 'failed' ? [model.failure] : []))
          : [];
    // The engine itself is a file, too.
    if (failures.some(({ code }) => code === 'download' || code === 'worker-lost')) await this.retry();
  }

  /** Runs a request; a run still under way is ended and its answers are dropped. Settles when the run has. */
  async start(form: RequestForm): Promise<void> {
    await this.#run(form, null);
  }

  /** True where the latest text may go on, and its models are there. */
  get canContinue(): boolean {
    const { run, engine } = this;
    return canGoOn(run) && hasModels(engine, neededModels(run.form));
  }

  /** Runs what the latest text goes on with, under it; does nothing where it may not. Settles when the run has. */
  async goOn(): Promise<void> {
    const { run } = this;
    if (!this.canContinue || !canGoOn(run)) return;
    const result = run.kind === 'stopped' ? run.result : null;
    const written = lastPart(run);
    const interrupted = {
      // Without a character of which only a piece is there. A reply has it, as its tokens do.
      text: run.form.chat && result ? result.text : shownText(written),
      tokens: liveNumbers(written).tokens,
      tokenIds: result?.tokenIds,
      isShort: result === null || result.finishReason === 'abort',
    };
    await this.#run(continued(repeatable(run.form, result), interrupted), run);
  }

  async #run(form: RequestForm, before: (RunHeading & PartedText) | null): Promise<void> {
    const api = this.#api;
    if (!api) return;
    this.speed.drop();
    // It would take the run's cores; it goes on when the run has ended.
    if (this.#load && !this.#wanted.includes(this.#load.id)) this.#load.abort.abort();
    const request = toRequest(form);
    const begun: RunStart = {
      prompt: before?.prompt ?? promptText(request),
      cast: castOf(request, this.choices),
      parts: [...(before?.parts ?? []), { request, firstRound: before?.story.rounds.length ?? 0 }],
      ...{ form, request, startedAt: new Date() },
    };
    if (!before) this.#candidates = [];
    const decode = (onPrefill: (progress: PrefillProgress) => void): DecodeRun => {
      const run = api.decode(request, { onPrefill });
      const { method } = request;
      const initial = method.kind === 'collaborative' ? numbersOf(method.combine) : null;
      this.#liveNumbers = new LatestNumbers((numbers) => run.update(numbers), initial);
      return run;
    };
    try {
      const result = await this.#reader.read({ begun, decode, before: before?.story });
      if (result === null) return;
      void this.#compareSpeed(api, result);
    } catch (error) {
      const failure = describeFailure(error);
      if (failure.code === 'worker-lost') this.#loseEngine(failure);
    }
    void this.#loadModels();
  }

  /** Loads in the background wait for it: they take the same cores. */
  async #compareSpeed(api: EngineApi, { request, rounds }: DecodeResult): Promise<void> {
    if (!this.#comparesSpeed || !referenceOf(request)) return;
    await this.speed.measure({ decode: (asked) => api.decode(asked), request, rounds });
    void this.#loadModels();
  }

  /** Gives a running story the combination's numbers of a form about the same team. */
  adjust(form: RequestForm): void {
    if (this.run.kind !== 'running') return;
    const numbers = numbersFor(this.run.request.method, toRequest(form).method);
    if (numbers) void this.#liveNumbers?.give(numbers);
  }

  /** Runs a request beside the story, in its turn; null where there is no engine. */
  get decode(): EngineApi['decode'] | null {
    const api = this.#api;
    // The same one as long as the engine is the same: elements are not to be drawn anew for it.
    if (api) {
      this.#decode ??= (request, options) => {
        this.speed.end();
        return api.decode(request, options);
      };
    }
    return api && this.#decode;
  }

  /** What the browser keeps of models; null where there is no engine. */
  get storage(): ModelStorage | null {
    return this.#api;
  }

  /** What else could have stood in the place of a token of the latest text. */
  get candidates(): CandidateSource {
    return { whyNot: this.#whyNoCandidates(), ask: this.#askCandidates };
  }

  /** What was told so far of those that the latest run wrote, by its own rounds, for a recording. */
  get toldCandidates(): readonly TraceCandidates[] {
    const { run } = this;
    if (run.kind === 'idle') return [];
    const { firstRound } = run.parts[run.parts.length - 1];
    return this.#candidates
      .filter(({ round }) => round >= firstRound)
      .map((told) => ({ ...told, round: told.round - firstRound }));
  }

  #whyNoCandidates(): string | null {
    if (this.run.kind === 'running') return 'Alternatives are available when the story is finished.';
    return this.#api ? null : 'Alternatives are not available: the engine is not running.';
  }

  #askCandidates = async (place: ProposalPlace, signal: AbortSignal): Promise<Candidates> => {
    const told = recordedCandidates({ candidates: this.#candidates }, place);
    if (told) return told;
    const { run } = this;
    if (!this.#api || run.kind === 'idle') throw new Error('There is no run to ask about.');
    this.speed.end();
    // With it comes the check of requests, which the page need not have before.
    const { candidatesQuery } = await import('../../engine/candidates-query.ts');
    const { request, firstRound } = partAt(run, place.round);
    const query = candidatesQuery(request, run.story.rounds.slice(firstRound), {
      ...place,
      round: place.round - firstRound,
    });
    const candidates = await this.#api.candidates(query, { signal });
    // The text may be another one by now.
    if (this.run.kind !== 'idle' && this.run.parts === run.parts) {
      this.#candidates = [...this.#candidates, { ...place, candidates }];
    }
    return candidates;
  };

  /** Ends the run within one round; what is written stays. */
  stop(): void {
    this.#reader.stop();
  }

  /** Does nothing where loading is under way: what is asked for meanwhile is loaded by that. */
  async #loadModels(): Promise<void> {
    const number = this.#engineNumber;
    if (this.#loadingEngine === number) return;
    this.#loadingEngine = number;
    try {
      for (let next = this.#nextToLoad(); next !== null; next = this.#nextToLoad()) {
        await this.#loadModel(next, number);
        if (number !== this.#engineNumber) return;
      }
    } finally {
      if (this.#loadingEngine === number) this.#loadingEngine = null;
    }
  }

  #nextToLoad(): string | null {
    if (this.engine.kind !== 'open') return null;
    const isWaiting = ({ kind }: ModelState): boolean => kind === 'waiting';
    const wanted = wantedModels(this.engine).find(isWaiting);
    if (wanted) return wanted.id;
    if (this.run.kind === 'running' || this.speed.isUnderWay) return null;
    return this.engine.models.find(isWaiting)?.id ?? null;
  }

  /** A model that fails keeps no other from loading. */
  async #loadModel(id: string, engineNumber: number): Promise<void> {
    const api = this.#api;
    if (!api) return;
    this.#setModel({ id, kind: 'loading', progress: null });
    const abort = new AbortController();
    this.#load = { id, abort };
    try {
      if (!this.#kept.includes(id)) await this.#makeRoom(api);
      const model = await api.load(id, {
        signal: abort.signal,
        onProgress: (progress) => {
          if (engineNumber !== this.#engineNumber || this.#modelState(id)?.kind !== 'loading') return;
          this.#setModel({ id, kind: 'loading', progress });
        },
      });
      const info = await api.info();
      if (engineNumber !== this.#engineNumber) return;
      this.#setModel({ id, kind: 'ready', model });
      if (this.engine.kind === 'open') this.#setEngine({ ...this.engine, info });
    } catch (error) {
      if (engineNumber !== this.#engineNumber) return;
      if (abort.signal.aborted) return this.#setModel({ id, kind: 'waiting' });
      const failure = describeFailure(error);
      if (failure.code === 'worker-lost') return this.#loseEngine(failure);
      this.#setModel({ id, kind: 'failed', failure });
    } finally {
      if (this.#load?.abort === abort) this.#load = null;
    }
  }

  /** Models of elsewhere are large: those that the form wants no more make room for the next. */
  async #makeRoom(api: EngineApi): Promise<void> {
    if (this.engine.kind !== 'open') return;
    const isLeft = ({ id, kind }: ModelState): boolean =>
      kind === 'ready' && !this.#wanted.includes(id) && !this.#kept.includes(id);
    const left = this.engine.models.filter(isLeft);
    this.#setEngine({ ...this.engine, models: this.engine.models.filter((model) => !left.includes(model)) });
    for (const { id } of left) await api.unload(id);
  }

  async #listModels(): Promise<void> {
    // The engine reads the same catalogue and reports a broken one when it loads a model.
    this.choices = await this.#provider()
      .listModels()
      .catch(() => []);
    this.#host.requestUpdate();
  }

  /** The GPU device is gone, and the engine brings its models back: the page shows how that goes. */
  async #loadAgain(): Promise<void> {
    if (this.engine.kind !== 'open') return;
    const models = this.engine.models.map((state): ModelState => {
      const isLost = state.kind === 'ready' && state.model.backend === 'webgpu';
      return isLost ? { id: state.id, kind: 'waiting' } : state;
    });
    this.#setEngine({ ...this.engine, models });
    await this.#loadModels();
  }

  #loseEngine(failure: Failure): void {
    this.#closeEngine();
    this.#setEngine({ kind: 'failed', failure });
  }

  #closeEngine(): void {
    this.speed.end();
    if (this.#api) closeQuietly(this.#api);
    this.#api = null;
    this.#decode = null;
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
}

/** An engine that is let go may already be dead: how its closing ends concerns nobody. */
function closeQuietly(api: EngineApi): void {
  api.close().catch(() => {});
}
