import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { type Clock, systemClock } from '../../trace/clock.ts';
import { ConnectionWatch } from '../kit/connection-watch.ts';
import { describeFailure, type Failure, type Remedy } from '../kit/failure.ts';
import { failureView } from '../kit/failure-view.ts';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { pageHeaderStyle, pageNav } from '../kit/page-nav.ts';
import { progressStyle } from '../kit/progress-style.ts';
import { failureStyle, theme } from '../kit/theme.ts';
import { unservedHint } from '../kit/unserved-text.ts';
import { memberLetters } from '../story/cast.ts';
import { LiveWriter } from './live-writer.ts';
import { noMoment, noRun, type PaneMoment } from './pane-timeline.ts';
import { SeePlayback } from './see-playback.ts';
import { browserProvider, type SeeProvider } from './see-provider.ts';
import type { SeenRuns, Way } from './see-run.ts';
import { seeStyle } from './see-style.ts';
import './see-pane.ts';
import { type Place, verdictOf } from './verdict.ts';

/** What each model of the default team was raised on. */
const models = ['knows fairy tales', 'space stories'] as const;

const openings = [
  'Once upon a time',
  'Long ago',
  'In the year 3000',
  'One spring morning',
  'A thousand light years away',
] as const;

/** Of an opening, in UTF-16 units: in no script it fills the models' 512 tokens, and a story of 200 follows. */
const maxOpeningLength = 100;

/** The first screen: one story written both ways, on a clock slow enough to see how. */
export class SeeApp extends LitElement {
  static override properties: PropertyDeclarations = {
    provider: { attribute: false },
    clock: { attribute: false },
    playback: { state: true },
    failure: { state: true },
    slowness: { state: true },
    moments: { state: true },
    opening: { state: true },
    downloadBytes: { state: true },
  };
  declare provider: SeeProvider;
  declare clock: Clock;
  /** Null until the recording is there. */
  declare playback: SeePlayback | null;
  /** Why there is no recording. */
  declare failure: Failure | null;
  /** 0: true speed; 1: the slowest clock. */
  declare slowness: number;
  declare moments: Readonly<Record<Way, PaneMoment>> | null;
  declare opening: string;
  /** Null while it is unknown. */
  declare downloadBytes: number | null;

  readonly #live = new LiveWriter(this, {
    provider: () => this.provider,
    // What plays would take time from the runs that are compared.
    onBegin: () => this.#pause(),
    onRuns: (runs) => this.#show(runs, 'here'),
  });
  #frame = 0;
  /** Paused because the page is out of sight: it plays on when it is back. */
  #isOutOfSight = false;
  /** The focus was on something of the live run before it was rendered anew. */
  #hadLiveFocus = false;

  static override styles = [theme, memberStyle, failureStyle, progressStyle, pageHeaderStyle, seeStyle];

  constructor() {
    super();
    this.provider = browserProvider;
    this.clock = systemClock;
    this.playback = null;
    this.failure = null;
    this.slowness = 1;
    this.moments = null;
    this.opening = openings[0];
    this.downloadBytes = null;
    new ConnectionWatch(this, this.#onOnline);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#onVisibility);
    if (!this.playback) void this.#openRecording();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#onVisibility);
    cancelAnimationFrame(this.#frame);
  }

  protected override willUpdate(): void {
    this.#hadLiveFocus = Boolean(this.shadowRoot?.activeElement?.closest('.live'));
  }

  protected override updated(): void {
    // Form, progress and failure replace each other: the focus stays with what can be pressed.
    if (!this.#hadLiveFocus || this.shadowRoot?.activeElement) return;
    this.shadowRoot?.querySelector<HTMLElement>('.live button')?.focus();
  }

  override render(): TemplateResult {
    return html`<header>
        <h1>Antiphon</h1>
        <p>
          Two language models write one story: ${models.map(
            (name, member) =>
              html`${member === 0 ? '' : ' and '}<span class="model ${memberClass(member)}"
                  ><span class="badge">${memberLetters[member]}</span>\u00a0${name}</span
                >`,
          )}. Every word is chosen by the two together.
        </p>
        ${pageNav('See')}
      </header>
      <main>
        ${this.#panes()} ${this.#clockControls()} ${this.#verdict()}
        <div class="live">${this.#liveRun()}</div>
        <p class="visually-hidden" role="status">${this.#announcement()}</p>
      </main>`;
  }

  #panes(): TemplateResult {
    const { playback, moments, failure } = this;
    if (failure) {
      return html`<div>${failureView('The recorded story is missing', failure, this.#onRecordingRemedy)}</div>`;
    }
    const pane = (way: Way, heading: string, explanation: TemplateResult): TemplateResult =>
      html`<antiphon-see-pane
        .heading=${heading}
        .explanation=${explanation}
        .prompt=${playback?.runs.prompt ?? ''}
        .timeline=${playback?.timelines[way] ?? noRun}
        .moment=${moments?.[way] ?? noMoment}
      ></antiphon-see-pane>`;
    return html`<div class="panes">
      ${pane('reference', 'One model call after the other', html`Each word takes two calls: one of A, one of B.`)}
      ${pane(
        'turns',
        'Taking turns',
        html`One call checks a word and adds the next.
          <span class="legend"
            >Underlined: suggested <span class="accepted ${memberClass(0)}">by A</span> or
            <span class="accepted ${memberClass(1)}">by B</span>. <del>Crossed out</del>: refused, with the word after
            it. No line: the replacement.</span
          >`,
      )}
    </div>`;
  }

  #clockControls(): TemplateResult {
    const { playback } = this;
    const factor = this.#factor();
    const words = factor < 1.05 ? 'true speed' : `slowed ${factor.toFixed(factor < 9.5 ? 1 : 0)} times`;
    const action =
      playback && !playback.isPaused && !playback.isOver
        ? 'Pause'
        : playback?.isOver
          ? 'Watch again'
          : 'Play';
    return html`<div class="clock">
      <button type="button" ?disabled=${!playback} @click=${this.#playOrPause}>${action}</button>
      <label
        ><span class="speed">${playback?.place === 'here' ? 'Written here' : 'A recording'}, <strong>${words}</strong></span
        ><span class="slider"
          ><span aria-hidden="true">slow</span
          ><input
            type="range"
            min="0"
            max="1"
            step="0.01"
            .value=${live(String(1 - this.slowness))}
            aria-valuetext=${words}
            ?disabled=${!playback}
            @input=${this.#onSpeed}
          /><span aria-hidden="true">true speed</span></span
        ></label
      >
    </div>`;
  }

  #verdict(): TemplateResult {
    const { playback } = this;
    if (!playback) return html`<section class="verdict" aria-label="Result"></section>`;
    const { runs, place, isOver } = playback;
    const { calls, speed, speedDetail, loss } = verdictOf(runs, place);
    return html`<section class="verdict" aria-label="Result">
      <p class="claim">
        ${isOver ? nothing : 'In the end: '}${
          runs.isSameText
            ? html`<strong class="same"
                >${isOver ? html`<span aria-hidden="true">✓</span> Identical` : 'identical'} text</strong
              >`
            : html`<strong>${isOver ? 'The' : 'the'} texts differ</strong>, because rounding decided a near tie`
        }, <strong>${calls}</strong>, ${speed}${speedDetail && html` <span class="detail">(${speedDetail})</span>`}.
        ${loss && html`<span class="loss">${loss}</span>`}
      </p>
      <p class="why">
        <strong>Why?</strong> Models that know different things write together what none writes alone: here, fairy tales
        in space<span class="roomy">; with larger models, say, a doctor’s knowledge in plain words</span>.
        Calling a model is the slow part: asking both takes two calls a word, taking turns about one. A word is picked
        partly by chance, the same in both ways<span class="roomy">: they use the same random numbers</span>.
      </p>
    </section>`;
  }

  #liveRun(): TemplateResult {
    const { state } = this.#live;
    switch (state.kind) {
      case 'failed':
        return failureView('The story could not be written', state.failure, this.#onLiveRemedy, null);
      case 'unsupported':
        return html`<div class="failure" role="alert">
          <h2>This browser cannot run the models</h2>
          <p>It lacks ${state.missing.join(', ')}. Current versions of Chrome, Edge, Firefox and Safari work.</p>
        </div>`;
      case 'working':
        return html`<div class="working">
          <label
            ><span>${state.step}${state.detail && `: ${state.detail}`} …</span
            ><progress
              class=${state.share === null ? 'unmeasured' : ''}
              max="1"
              value=${state.share ?? nothing}
            ></progress
          ></label>
          <button type="button" @click=${() => this.#live.cancel()}>Cancel</button>
        </div>`;
      case 'idle':
        return this.#form();
    }
  }

  #form(): TemplateResult {
    return html`<form @submit=${this.#onSubmit}>
      <label
        ><span>Your story begins with</span
        ><input
          list="openings"
          maxlength=${maxOpeningLength}
          required
          pattern=".*\\S.*"
          title="A few words in simple English"
          autocomplete="off"
          aria-describedby="opening-hint"
          .value=${live(this.opening)}
          @input=${(event: InputEvent) => {
            this.opening = (event.target as HTMLInputElement).value;
          }}
        /><datalist id="openings">${openings.map((one) => html`<option value=${one}></option>`)}</datalist></label
      ><button class="primary">Write one live</button>
      <p class="hint" id="opening-hint" aria-live="polite">
        ${unservedHint(this.opening) ?? `${this.#loadWords()} Nothing leaves this device.`}
      </p>
    </form>`;
  }

  #loadWords(): string {
    if (this.#live.isLoaded) return 'The models are loaded.';
    const { downloadBytes } = this;
    return downloadBytes === null
      ? 'Loads the models once.'
      : `Loads ${Math.ceil(downloadBytes / 1e6)} MB once.`;
  }

  /** For a live region: changes with what happens, never with a word of the stories. */
  #announcement(): string {
    const { state } = this.#live;
    if (state.kind === 'working') return `${state.step}.`;
    if (!this.playback?.isOver) return '';
    const { runs, place } = this.playback;
    const { calls, speed, loss } = verdictOf(runs, place);
    const text = runs.isSameText ? 'identical text' : 'the texts differ';
    return `Both stories are finished: ${text}, ${calls}, ${speed}.${loss ? ` ${loss}` : ''}`;
  }

  /** How many times slower than true the clock is. */
  #factor(): number {
    return (this.playback?.maxFactor ?? 1) ** this.slowness;
  }

  async #openRecording(): Promise<void> {
    this.failure = null;
    try {
      const runs = await this.provider.fetchRecording();
      // A live run may have been faster.
      if (!this.playback) this.#show(runs, 'recording');
    } catch (error) {
      if (!this.playback) this.failure = describeFailure(error);
    }
    try {
      this.downloadBytes = await this.provider.downloadBytes();
    } catch {
      // The live run says what is wrong when somebody wants one.
    }
  }

  #show(runs: SeenRuns, place: Place): void {
    this.failure = null;
    const playback = new SeePlayback(runs, place, this.clock);
    this.playback = playback;
    playback.setFactor(this.#factor());
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) playback.toEnd();
    else if (document.hidden) this.#isOutOfSight = true;
    else playback.play();
    this.#follow();
  }

  /** Shows where the clock stands, in every frame while it runs. */
  #follow = (): void => {
    cancelAnimationFrame(this.#frame);
    const { playback } = this;
    if (!playback || !this.isConnected) return;
    // Asked before the moments: time goes on, and the last frame shows the end.
    const isLast = playback.isOver || playback.isPaused;
    this.moments = { reference: playback.moment('reference'), turns: playback.moment('turns') };
    if (!isLast) this.#frame = requestAnimationFrame(this.#follow);
  };

  #playOrPause = (): void => {
    const { playback } = this;
    if (!playback) return;
    if (playback.isOver || playback.isPaused) playback.play();
    else playback.pause();
    this.#follow();
  };

  #pause(): void {
    this.playback?.pause();
    this.#follow();
  }

  /** Out of sight nothing plays, also while the page is kept for the way back. */
  #onVisibility = (): void => {
    const { playback } = this;
    if (!playback) return;
    if (document.hidden) {
      this.#isOutOfSight = !playback.isPaused && !playback.isOver;
      if (this.#isOutOfSight) playback.pause();
    } else if (this.#isOutOfSight) {
      this.#isOutOfSight = false;
      playback.play();
      this.#follow();
    }
  };

  #onSpeed = (event: InputEvent): void => {
    this.slowness = 1 - Number((event.target as HTMLInputElement).value);
    this.playback?.setFactor(this.#factor());
  };

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.#live.write(this.opening.trim());
  };

  #onLiveRemedy = (remedy: Remedy): void => {
    if (remedy === 'reload-page') location.reload();
    else if (remedy === 'change-request') this.#live.cancel();
    else void this.#live.retry();
  };

  #onRecordingRemedy = (remedy: Remedy): void => {
    if (remedy === 'reload-page') location.reload();
    else void this.#openRecording();
  };

  /** What could not be downloaded is tried again. */
  #onOnline = (): void => {
    const { state } = this.#live;
    if (this.failure?.code === 'download') void this.#openRecording();
    if (state.kind === 'failed' && state.failure.code === 'download') void this.#live.retry();
  };
}

customElements.define('antiphon-see', SeeApp);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-see': SeeApp;
  }
}
