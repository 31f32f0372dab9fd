import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { EngineApi, LoadProgress } from '../../engine/engine-api.ts';
import { megabytesText } from '../../errors/byte-text.ts';
import { type Clock, systemClock } from '../../trace/clock.ts';
import { Replay } from '../../trace/replay.ts';
import { missingFeatures } from '../kit/browser-support.ts';
import { describeFailure, type Failure, type Remedy } from '../kit/failure.ts';
import { failureView } from '../kit/failure-view.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { progressStyle } from '../kit/progress-style.ts';
import { failureStyle, theme } from '../kit/theme.ts';
import { memberLetters } from '../story/cast.ts';
import { momentAt, type PaneMoment, type PaneTimeline, paneTimeline } from './pane-timeline.ts';
import { fetchSeeRecording } from './see-recording.ts';
import { openTeam, runBothWays, type SeenRuns } from './see-run.ts';
import { seeStyle } from './see-style.ts';
import './see-pane.ts';
import { type Place, verdictOf } from './verdict.ts';

/** Where runs and engine come from; tests bring their own. */
export interface SeeProvider {
  readonly fetchRecording: () => Promise<SeenRuns>;
  readonly connectEngine: () => Promise<EngineApi>;
  readonly missingFeatures: () => readonly string[];
}

const browserProvider: SeeProvider = {
  fetchRecording: fetchSeeRecording,
  connectEngine: async () => {
    const { connect } = await fetchedCode('The engine', () => import('../../rpc/connect.ts'));
    return connect();
  },
  missingFeatures,
};

type LiveState =
  | { readonly kind: 'none' }
  | { readonly kind: 'working'; readonly what: string; readonly share: number | null }
  | { readonly kind: 'failed'; readonly failure: Failure };

interface Shown {
  readonly runs: SeenRuns;
  readonly place: Place;
  readonly reference: PaneTimeline;
  readonly turns: PaneTimeline;
  readonly replay: Replay;
}

/** The way that takes longer takes this long on the slowed clock. */
const slowedMs = 30_000;
/** What each model of the default team was raised on. */
const models = ['knows fairy tales', 'space stories'] as const;
export const openings = [
  'Once upon a time',
  'Long ago',
  'In the year 3000',
  'One spring morning',
  'A thousand light years away',
] as const;

/** The first screen: one story written both ways, on a clock slow enough to see how. */
export class SeeApp extends LitElement {
  static override properties: PropertyDeclarations = {
    provider: { attribute: false },
    clock: { attribute: false },
    shown: { state: true },
    failure: { state: true },
    live: { state: true },
    slowness: { state: true },
    moments: { state: true },
    opening: { state: true },
  };
  declare provider: SeeProvider;
  declare clock: Clock;
  declare shown: Shown | null;
  /** Why there is no recording. */
  declare failure: Failure | null;
  declare live: LiveState;
  /** 0: true speed; 1: the slowest clock. */
  declare slowness: number;
  declare moments: { readonly reference: PaneMoment; readonly turns: PaneMoment; readonly ms: number } | null;
  declare opening: string;

  #frame = 0;
  #engine: EngineApi | null = null;
  #abort: AbortController | null = null;

  static override styles = [theme, memberStyle, failureStyle, progressStyle, seeStyle];

  constructor() {
    super();
    this.provider = browserProvider;
    this.clock = systemClock;
    this.shown = null;
    this.failure = null;
    this.live = { kind: 'none' };
    this.slowness = 1;
    this.moments = null;
    this.opening = openings[0];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.shown) void this.#openRecording();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#abort?.abort();
    this.#engine?.close().catch(() => {});
    this.#engine = null;
  }

  override render(): TemplateResult {
    return html`<header>
        <div>
          <h1>Antiphon</h1>
          <p>
            Two language models write one story in your browser: ${models.map(
              (name, member) =>
                html`${member === 0 ? '' : ' and '}<span class="model ${memberClass(member)}"
                    ><span class="badge" aria-hidden="true">${memberLetters[member]}</span> ${name}</span
                  >`,
            )}. Both decide on
            every word.
          </p>
        </div>
        <nav aria-label="Pages">
          <a href="./chat.html">Chat</a>
          <a href="./work.html">Workbench</a>
        </nav>
      </header>
      <main>${this.#panes()} ${this.#clockControls()} ${this.#verdict()} ${this.#liveControls()}</main>`;
  }

  #panes(): TemplateResult {
    const { shown, moments, failure } = this;
    if (failure) {
      return html`<div class="panes">${failureView('The recorded story is missing', failure, () => void this.#openRecording())}</div>`;
    }
    const pane = (heading: string, explanation: string, way: 'reference' | 'turns'): TemplateResult =>
      html`<antiphon-see-pane
        .heading=${heading}
        .explanation=${explanation}
        .prompt=${shown?.runs.prompt ?? ''}
        .timeline=${shown?.[way] ?? empty}
        .moment=${moments?.[way] ?? emptyMoment}
        .seconds=${secondsText(Math.min(moments?.ms ?? 0, shown?.[way].durationMs ?? 0) * this.#factor())}
      ></antiphon-see-pane>`;
    return html`<div class="panes">
      ${pane('One model call after the other', 'Every word waits for both models.', 'reference')}
      ${pane('Taking turns', 'One call checks the other’s word and adds the next.', 'turns')}
    </div>`;
  }

  #clockControls(): TemplateResult {
    const { shown } = this;
    const factor = this.#factor();
    const words = factor < 1.05 ? 'true speed' : `${Math.round(factor)} times slower`;
    const isPaused = shown?.replay.isPaused ?? true;
    return html`<div class="clock">
      <button type="button" ?disabled=${!shown} @click=${this.#playOrPause}>
        ${this.#isOver() ? 'Watch again' : isPaused ? 'Play' : 'Pause'}
      </button>
      <label
        ><span>Clock: <strong>${words}</strong></span
        ><input
          type="range"
          min="0"
          max="1"
          step="0.01"
          .value=${live(String(1 - this.slowness))}
          aria-valuetext=${words}
          ?disabled=${!shown}
          @input=${this.#onSpeed}
      /></label>
    </div>`;
  }

  #verdict(): TemplateResult {
    const { shown } = this;
    if (!shown) return html`<p class="verdict" aria-live="polite"></p>`;
    const { runs, place } = shown;
    const { calls, speed, speedDetail, isSlower } = verdictOf(runs, place);
    return html`<section class="verdict" aria-label="Result">
      <p class="claim ${isSlower ? 'slower' : ''}" aria-live="polite">
        ${
          runs.isSameText
            ? html`<strong class="same"><span aria-hidden="true">✓</span> Identical text</strong>, <strong>${calls}</strong>`
            : html`<strong>${calls}</strong>; the texts differ, because rounding tipped a word that was a near tie`
        }${speed === null ? '.' : html`, ${speed} <span class="detail">(${speedDetail})</span>.`}
        ${isSlower ? html`Model calls cost more side by side here; the other way is faster on this device.` : nothing}
      </p>
      <p class="why">
        Together, models write what none writes alone: here, fairy tales set in space. That normally costs a call of every
        model for every word; taking turns costs about one. Both ways roll the same dice, hence the same text.
      </p>
    </section>`;
  }

  #liveControls(): TemplateResult {
    const { live: state } = this;
    if (state.kind === 'failed') {
      return html`<div class="live">${failureView('The story could not be written', state.failure, this.#onRemedy)}</div>`;
    }
    if (state.kind === 'working') {
      return html`<div class="live working">
        <label
          ><span>${state.what}</span>${
            state.share === null
              ? html`<progress></progress>`
              : html`<progress max="1" .value=${state.share}></progress>`
          }</label
        >
        <button type="button" @click=${() => this.#abort?.abort()}>Cancel</button>
      </div>`;
    }
    return html`<form class="live" @submit=${this.#onSubmit}>
      <label
        ><span class="visually-hidden">The story begins with</span
        ><input
          list="openings"
          maxlength="200"
          required
          .value=${this.opening}
          @input=${(event: InputEvent) => {
            this.opening = (event.target as HTMLInputElement).value;
          }}
        /><datalist id="openings">${openings.map((one) => html`<option value=${one}></option>`)}</datalist></label
      ><button class="primary">Write one live</button>
      <p class="hint">${this.#engine ? 'The models are loaded. Nothing leaves this device.' : 'Loads 15 MB once. Nothing leaves this device.'}</p>
    </form>`;
  }

  /** How many times slower than true the clock is. */
  #factor(): number {
    const longest = Math.max(this.shown?.reference.durationMs ?? 1, this.shown?.turns.durationMs ?? 1);
    return Math.max(1, slowedMs / longest) ** this.slowness;
  }

  #isOver(): boolean {
    const { reference, turns } = this.moments ?? {};
    return reference?.isOver === true && turns?.isOver === true;
  }

  async #openRecording(): Promise<void> {
    this.failure = null;
    try {
      const runs = await this.provider.fetchRecording();
      if (!this.shown) this.#show(runs, 'recording');
    } catch (error) {
      this.failure = describeFailure(error);
    }
  }

  #show(runs: SeenRuns, place: Place): void {
    const reference = paneTimeline(runs.reference.rounds);
    const turns = paneTimeline(runs.turns.rounds);
    const longest = reference.durationMs > turns.durationMs ? runs.reference : runs.turns;
    const startMs = longest.rounds[0]?.atMs ?? 0;
    const shifted = longest.rounds.map((round) => ({ ...round, atMs: round.atMs - startMs }));
    const replay = new Replay({ rounds: shifted, result: longest }, { clock: this.clock, paused: true });
    this.failure = null;
    this.shown = { runs, place, reference, turns, replay };
    this.moments = null;
    replay.setSpeed(1 / this.#factor());
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) replay.seek(replay.durationMs);
    else replay.play();
    this.#follow();
  }

  #follow = (): void => {
    cancelAnimationFrame(this.#frame);
    const { shown } = this;
    if (!shown || !this.isConnected) return;
    const ms = shown.replay.positionMs;
    this.moments = { reference: momentAt(shown.reference, ms), turns: momentAt(shown.turns, ms), ms };
    if (!this.#isOver() && !shown.replay.isPaused) this.#frame = requestAnimationFrame(this.#follow);
  };

  #playOrPause = (): void => {
    const { shown } = this;
    if (!shown) return;
    const { replay } = shown;
    if (this.#isOver()) {
      replay.seek(0);
      replay.play();
    } else if (replay.isPaused) replay.play();
    else replay.pause();
    this.requestUpdate();
    this.#follow();
  };

  #onSpeed = (event: InputEvent): void => {
    this.slowness = 1 - Number((event.target as HTMLInputElement).value);
    this.shown?.replay.setSpeed(1 / this.#factor());
  };

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.#runLive();
  };

  #onRemedy = (remedy: Remedy): void => {
    if (remedy === 'reload-page') location.reload();
    else if (remedy === 'change-request') this.live = { kind: 'none' };
    else void this.#runLive();
  };

  async #runLive(): Promise<void> {
    const missing = this.provider.missingFeatures();
    if (missing.length > 0) {
      this.live = {
        kind: 'failed',
        failure: describeFailure(new Error(`This browser lacks ${missing.join(', ')}.`)),
      };
      return;
    }
    const abort = new AbortController();
    this.#abort = abort;
    this.live = { kind: 'working', what: 'Opening the engine …', share: null };
    try {
      this.#engine ??= await openTeam(this.provider.connectEngine, this.#onProgress, abort.signal);
      const engine = this.#engine;
      const seed = crypto.getRandomValues(new Uint16Array(1))[0]!;
      const runs = await runBothWays(
        engine.decode.bind(engine),
        { prompt: this.opening.trim(), seed },
        {
          signal: abort.signal,
          onTokens: (tokens, way) => {
            const what = way === 'reference' ? 'One model call after the other' : 'Taking turns';
            this.live = { kind: 'working', what: `${what}: ${tokens} word pieces …`, share: null };
          },
          onPair: (pairs, of) => {
            this.live = {
              kind: 'working',
              what: `Comparing the speed: ${pairs} of ${of} …`,
              share: pairs / of,
            };
          },
        },
      );
      this.live = { kind: 'none' };
      this.#show(runs, 'here');
    } catch (error) {
      if (abort.signal.aborted) {
        this.live = { kind: 'none' };
        return;
      }
      await this.#engine?.close().catch(() => {});
      this.#engine = null;
      this.live = { kind: 'failed', failure: describeFailure(error) };
    }
  }

  #onProgress = ({ stage, bytesLoaded, bytesTotal }: LoadProgress, model: number): void => {
    const isDownload = stage === 'download' || stage === 'runtime';
    const what = isDownload
      ? `${stage === 'runtime' ? 'Engine' : `Model ${memberLetters[model]}`}: ${megabytesText(bytesLoaded)}${bytesTotal === null ? '' : ` of ${megabytesText(bytesTotal)}`} …`
      : `Preparing model ${memberLetters[model]} …`;
    this.live = { kind: 'working', what, share: isDownload && bytesTotal ? bytesLoaded / bytesTotal : null };
  };
}

const empty: PaneTimeline = { calls: [], words: [], durationMs: 0 };
const emptyMoment: PaneMoment = { decided: 0, proposed: 0, calls: 0, active: null, isOver: false };

const secondsText = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

customElements.define('antiphon-see', SeeApp);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-see': SeeApp;
  }
}
