import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { EngineApi, LoadProgress } from '../../engine/engine-api.ts';
import { megabytesText } from '../../errors/byte-text.ts';
import { describeFailure, type Failure } from '../kit/failure.ts';
import { memberLetters } from '../story/cast.ts';
import type { SeeProvider } from './see-provider.ts';
import { openTeam, runBothWays, type SeenRuns, type Way } from './see-run.ts';

/** A live run on its way, as the page shows it. */
export type LiveState =
  | { readonly kind: 'idle' }
  /** The step changes a few times; the detail as often as there is news. `share`: of the step, null if unknown. */
  | {
      readonly kind: 'working';
      readonly step: string;
      readonly detail: string;
      readonly share: number | null;
    }
  | { readonly kind: 'unsupported'; readonly missing: readonly string[] }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface LiveWriterOptions {
  readonly provider: () => SeeProvider;
  /** Called when the models are loaded and the first of the two texts begins. */
  readonly onBegin: () => void;
  readonly onRuns: (runs: SeenRuns) => void;
}

const writing: Readonly<Record<Way, string>> = {
  reference: 'Writing with one model call after the other',
  turns: 'Writing by taking turns',
};

/** Opens the engine when a visitor first wants a story, keeps it for the next, and writes one story at a time. */
export class LiveWriter implements ReactiveController {
  state: LiveState = { kind: 'idle' };
  readonly #host: ReactiveControllerHost;
  readonly #options: LiveWriterOptions;
  #engine: EngineApi | null = null;
  /** Of the run whose news the page shows; null after a cancel. */
  #current: AbortController | null = null;
  #prompt = '';

  constructor(host: ReactiveControllerHost, options: LiveWriterOptions) {
    this.#host = host;
    this.#options = options;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.cancel();
    this.#close();
  }

  /** True when the next story needs no download. */
  get isLoaded(): boolean {
    return this.#engine !== null;
  }

  /** Ends the run and returns to the form at once; an engine that is still opening closes when it can. */
  cancel(): void {
    this.#current?.abort();
    this.#current = null;
    this.#set({ kind: 'idle' });
  }

  /** Writes the last story's opening again, with another seed. */
  retry(): Promise<void> {
    return this.write(this.#prompt);
  }

  /** Never rejects: the state says how it ended. */
  async write(prompt: string): Promise<void> {
    this.cancel();
    this.#prompt = prompt;
    const missing = this.#options.provider().missingFeatures();
    if (missing.length > 0) return this.#set({ kind: 'unsupported', missing });
    const current = new AbortController();
    this.#current = current;
    const report = (step: string, detail = '', share: number | null = null): void => {
      if (this.#current === current) this.#set({ kind: 'working', step, detail, share });
    };
    try {
      report('Starting the engine');
      const engine = this.#engine ?? (await this.#open(report, current.signal));
      this.#options.onBegin();
      const runs = await runBothWays(
        (request, options) => engine.decode(request, options),
        { prompt, seed: crypto.getRandomValues(new Uint16Array(1))[0] },
        {
          signal: current.signal,
          onTokens: (tokens, way) => report(writing[way], `${tokens} word pieces`),
          onPair: (pairs, of) => report('Comparing the speed', `${pairs} of ${of}`, pairs / of),
        },
      );
      this.#current = null;
      this.#set({ kind: 'idle' });
      this.#options.onRuns(runs);
    } catch (error) {
      // A run that was cancelled has nothing to say, and another one may be under way.
      if (this.#current !== current) return;
      this.#current = null;
      const failure = describeFailure(error);
      if (failure.remedy !== 'change-request') this.#close();
      this.#set({ kind: 'failed', failure });
    }
  }

  async #open(
    report: (step: string, detail?: string, share?: number | null) => void,
    signal: AbortSignal,
  ): Promise<EngineApi> {
    let opened: EngineApi | null = null;
    opened = await openTeam(
      () =>
        this.#options.provider().connectEngine(({ code }) => {
          // The engine replaces a lost device itself.
          if (code !== 'worker-lost' || this.#engine !== opened) return;
          this.#engine = null;
          this.#host.requestUpdate();
        }),
      (progress, model) => report(...loadStep(progress, model)),
      signal,
    );
    this.#engine = opened;
    return opened;
  }

  #close(): void {
    this.#engine?.close().catch(() => {});
    this.#engine = null;
  }

  #set(state: LiveState): void {
    this.state = state;
    this.#host.requestUpdate();
  }
}

function loadStep(
  { stage, bytesLoaded, bytesTotal }: LoadProgress,
  model: number,
): [step: string, detail: string, share: number | null] {
  const letter = memberLetters[model];
  if (stage !== 'download' && stage !== 'runtime') return [`Preparing model ${letter}`, '', null];
  const step = stage === 'runtime' ? 'Loading the engine' : `Loading model ${letter}`;
  const loaded = megabytesText(bytesLoaded);
  return bytesTotal
    ? [step, `${loaded} of ${megabytesText(bytesTotal)}`, bytesLoaded / bytesTotal]
    : [step, loaded, null];
}
