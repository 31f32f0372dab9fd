import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { DecodeResult } from '../engine/engine-api.ts';
import { baseUrlOf } from '../rpc/base-url.ts';
import { referenceOf } from '../speed/reference.ts';
import { announcement, endingText } from '../ui/story/announcement.ts';
import '../ui/models/backend-line.ts';
import { missingFeatures } from '../ui/kit/browser-support.ts';
import { describeFailure, type Remedy } from '../ui/kit/failure.ts';
import { failureView } from '../ui/kit/failure-view.ts';
import '../ui/numbers/live-numbers.ts';
import '../ui/models/model-panel.ts';
import { nextFrame } from '../ui/kit/next-frame.ts';
import { progressStyle } from '../ui/kit/progress-style.ts';
import { prefillProgress, prefillStyle } from '../ui/story/prefill-progress.ts';
import '../ui/numbers/speed-up-view.ts';
import { liveNumbers } from '../ui/story/story.ts';
import '../ui/story/story-view.ts';
import { failureStyle, theme } from '../ui/kit/theme.ts';
import { Playback, type PlaybackProvider } from './playback.ts';
import type {
  AntiphonPlayer,
  PlayerDoneDetail,
  PlayerErrorDetail,
  PlayerRoundDetail,
  PlayerSettings,
  PlayerState,
} from './player-api.ts';
import { type PlayerPlan, planOf } from './player-plan.ts';
import { playerStyle } from './player-style.ts';
import { refusedAttribute } from './refused-attribute.ts';
import { attributeName, initialSettings, settingDeclarations, settingNames } from './settings.ts';
import { sharedEngines } from './shared-engines.ts';

const browserProvider: PlaybackProvider = {
  engines: sharedEngines,
  missingFeatures,
  baseUrl: () => baseUrlOf(globalThis),
};

/** The settings as they stand: what to run, or why they cannot. */
type Plan = { readonly plan: PlayerPlan } | { readonly refusal: unknown };

/** See AntiphonPlayer for what a page may do with it, docs/player.md for slots, parts and styles. */
export class PlayerElement extends LitElement implements Omit<AntiphonPlayer, keyof HTMLElement> {
  static override properties: PropertyDeclarations = {
    ...settingDeclarations,
    provider: { attribute: false },
    selectedRound: { state: true },
    rhythmCode: { state: true },
  };
  declare prompt: PlayerSettings['prompt'];
  declare method: PlayerSettings['method'];
  declare members: PlayerSettings['members'];
  declare combine: PlayerSettings['combine'];
  declare weights: PlayerSettings['weights'];
  declare mu: PlayerSettings['mu'];
  declare alpha: PlayerSettings['alpha'];
  declare combineUrl: PlayerSettings['combineUrl'];
  declare schedule: PlayerSettings['schedule'];
  declare acceptance: PlayerSettings['acceptance'];
  declare leniency: PlayerSettings['leniency'];
  declare epsilon: PlayerSettings['epsilon'];
  declare delta: PlayerSettings['delta'];
  declare defaultProposer: PlayerSettings['defaultProposer'];
  declare draftLength: PlayerSettings['draftLength'];
  declare seed: PlayerSettings['seed'];
  declare maxTokens: PlayerSettings['maxTokens'];
  declare temperature: PlayerSettings['temperature'];
  declare topK: PlayerSettings['topK'];
  declare topP: PlayerSettings['topP'];
  declare minP: PlayerSettings['minP'];
  declare stopStrings: PlayerSettings['stopStrings'];
  declare modelsUrl: PlayerSettings['modelsUrl'];
  declare catalogueUrl: PlayerSettings['catalogueUrl'];
  declare backend: PlayerSettings['backend'];
  declare views: PlayerSettings['views'];
  declare autoplay: PlayerSettings['autoplay'];
  /** Where engines come from; set before the first start. */
  declare provider: PlaybackProvider;
  /** The round of the run that is marked in the text and in its rhythm. */
  declare selectedRound: number | null;
  /** The rhythm's code comes when it is asked for. */
  declare rhythmCode: 'not-needed' | 'coming' | 'here' | 'missing';

  static override styles = [theme, failureStyle, progressStyle, prefillStyle, ...playerStyle];

  readonly #playback: Playback;
  #plan: Plan | null = null;
  /** Those of the last settings that were not refused. */
  #views: PlayerPlan['views'] = new Set();
  /** The refusal that was told last. */
  #toldRefusal: string | null = null;
  /** False once the element has left the page for longer than a move takes. */
  #isPresent = false;

  constructor() {
    super();
    Object.assign(this, initialSettings());
    this.provider = browserProvider;
    this.selectedRound = null;
    this.rhythmCode = 'not-needed';
    this.#playback = new Playback(
      {
        changed: () => this.requestUpdate(),
        round: (round, text) => this.#tell<PlayerRoundDetail>('round', { round, text }),
        done: (result) => this.#tell<PlayerDoneDetail>('done', { result }),
        failed: (failure) => this.#tell<PlayerErrorDetail>('error', failure),
      },
      () => this.provider,
    );
  }

  get state(): PlayerState {
    return this.#playback.view.state;
  }

  async start(): Promise<DecodeResult | null> {
    const checked = this.#readSettings();
    if ('refusal' in checked) {
      this.#tellRefusal(checked.refusal);
      return null;
    }
    this.selectedRound = null;
    return this.#playback.start(checked.plan);
  }

  stop(): void {
    this.#playback.stop();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.#isPresent) return;
    this.#isPresent = true;
    // A refusal is told when the settings are shown.
    if (this.autoplay && 'plan' in this.#readSettings()) void this.start();
  }

  /** An element that is moved is taken out and put in again, in one go. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#isPresent = false;
      this.#playback.leave();
    });
  }

  /** Its being there lets Element.moveBefore() move the element without taking it out. */
  connectedMoveCallback(): void {}

  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await nextFrame(this.#playback.view.run.kind === 'running');
    await super.scheduleUpdate();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!this.#plan || settingNames.some((name) => changed.has(name))) this.#plan = this.#readSettings();
    if ('plan' in this.#plan) this.#views = this.#plan.plan.views;
    if (this.#views.has('rhythm') && this.rhythmCode === 'not-needed') void this.#fetchRhythm();
  }

  protected override updated(): void {
    if (this.getAttribute('state') !== this.state) this.setAttribute('state', this.state);
    const refusal = this.#plan && 'refusal' in this.#plan ? this.#plan.refusal : null;
    const message = refusal === null ? null : describeFailure(refusal).message;
    if (message !== null && message !== this.#toldRefusal) this.#tellRefusal(refusal);
    this.#toldRefusal = message;
  }

  override render(): TemplateResult {
    const { engine, run, state } = this.#playback.view;
    return html`<div class="player" part="player">
      <slot name="heading"></slot>
      <div class="sheet" part="text">
        ${this.#settingsRefusal()} ${this.#engine()} ${this.#text()}
        ${
          state === 'waiting'
            ? html`<p class="hint waiting" part="waiting">Another text on this page is being written. This one is next.</p>`
            : null
        }
        <div class="controls" part="controls">${this.#button()}</div>
      </div>
      ${this.#rhythm()} ${this.#numbers()}
      ${
        engine?.kind === 'open' && engine.info
          ? html`<antiphon-backend-line part="backend" .info=${engine.info}></antiphon-backend-line>`
          : null
      }
      <slot name="footer"></slot>
      <p class="visually-hidden" role="status" aria-live="polite">
        ${state === 'waiting' ? 'Waiting for another text on this page.' : engine && announcement(engine, run)}
      </p>
    </div>`;
  }

  #settingsRefusal(): TemplateResult | null {
    if (!this.#plan || !('refusal' in this.#plan)) return null;
    return failureView('These settings cannot run', describeFailure(this.#plan.refusal), this.#act);
  }

  /** Until the models are there, or why they are not. */
  #engine(): TemplateResult | null {
    const { engine } = this.#playback.view;
    if (engine === null || (engine.kind === 'open' && engine.info)) return null;
    return html`<antiphon-model-panel
      part="loading"
      .engine=${engine}
      @remedy=${(event: CustomEvent<Remedy>) => this.#act(event.detail)}
    ></antiphon-model-panel>`;
  }

  #text(): TemplateResult | null {
    const { engine, run } = this.#playback.view;
    if (run.kind === 'idle') {
      return html`${this.prompt ? html`<p class="prompt" part="prompt">${this.prompt}</p>` : null}
      ${
        engine === null
          ? html`<slot name="before-start"><p class="hint">Language models continue this text in your browser.</p></slot>`
          : null
      }`;
    }
    const below = this.#belowText();
    // A prompt that could not be read, which may be long, would push the reason out of sight.
    const isUnread = run.kind === 'failed' && run.story.rounds.length === 0;
    if (isUnread || !this.#views.has('story')) return below;
    return html`<antiphon-story
      part="story"
      .prompt=${run.prompt}
      .cast=${run.cast}
      .story=${run.story}
      .writing=${run.kind === 'running'}
      .candidates=${this.#playback.candidates}
      .selectedRound=${this.selectedRound}
      >${below}</antiphon-story
    >`;
  }

  #belowText(): TemplateResult | null {
    const { run } = this.#playback.view;
    if (run.kind === 'stopped') {
      const { tokens } = liveNumbers(run.story);
      return html`<p class="ending" part="ending">${endingText(run.result.finishReason, tokens)}</p>`;
    }
    return run.kind === 'failed'
      ? failureView('The run failed', run.failure, this.#act)
      : prefillProgress(run);
  }

  #button(): TemplateResult {
    const { state, run } = this.#playback.view;
    if (state === 'loading' || state === 'waiting' || state === 'running') {
      const stopping = run.kind === 'running' && run.stopping;
      return html`<button type="button" part="button stop" ?disabled=${stopping} @click=${this.stop}>
        ${stopping ? 'Stopping …' : 'Stop'}
      </button>`;
    }
    return html`<button
      type="button"
      class="primary"
      part="button start"
      ?disabled=${this.#plan !== null && 'refusal' in this.#plan}
      @click=${this.start}
    >
      ${run.kind === 'idle' ? 'Start' : 'Start again'}
    </button>`;
  }

  #rhythm(): TemplateResult | null {
    const { run } = this.#playback.view;
    if (run.kind === 'idle' || !this.#views.has('rhythm')) return null;
    if (this.rhythmCode === 'missing') {
      return html`<p>The timeline’s code could not be fetched. <button type="button" @click=${this.#fetchRhythm}>Try again</button></p>`;
    }
    if (this.rhythmCode !== 'here') return null;
    return html`<div class="sheet" part="rhythm">
      <antiphon-rhythm
        .rounds=${run.story.rounds}
        .cast=${run.cast}
        .live=${run.kind === 'running'}
        .selectedRound=${this.selectedRound}
        @round-selected=${this.#onRoundSelected}
      ></antiphon-rhythm>
    </div>`;
  }

  #fetchRhythm = async (): Promise<void> => {
    this.rhythmCode = 'coming';
    try {
      await import('../ui/rhythm/rhythm-view.ts');
      this.rhythmCode = 'here';
    } catch {
      this.rhythmCode = 'missing';
    }
  };

  #onRoundSelected = (event: CustomEvent<{ readonly round: number | null }>): void => {
    this.selectedRound = event.detail.round;
  };

  #numbers(): TemplateResult | null {
    const {
      speed,
      view: { run },
    } = this.#playback;
    if (run.kind === 'idle' || !this.#views.has('numbers')) return null;
    const result = run.kind === 'stopped' ? run.result : null;
    return html`<div class="numbers" part="numbers">
      <antiphon-live-numbers
        .story=${run.story}
        .cast=${run.cast}
        .lossy=${result?.lossy ?? false}
      ></antiphon-live-numbers>
      ${
        run.kind !== 'failed' && referenceOf(run.request)
          ? html`<antiphon-speed-up
              .request=${run.request}
              .rounds=${run.story.rounds}
              .result=${result}
              .pairs=${speed.pairs}
              .measuring=${speed.isUnderWay}
            ></antiphon-speed-up>`
          : null
      }
    </div>`;
  }

  #act = (remedy: Remedy): void => {
    if (remedy === 'restart-engine') this.#playback.retireEngine();
    if (remedy === 'reload-page') location.reload();
    else if (remedy !== 'change-request') void this.start();
  };

  #readSettings(): Plan {
    try {
      return { plan: planOf(this, this.provider.baseUrl()) };
    } catch (error) {
      return { refusal: refusedAttribute(error, (attribute) => this.#textOf(attribute)) };
    }
  }

  /** An attribute as it was written, or as it will be: properties become attributes with the next update. */
  #textOf(attribute: string): string | null {
    const name = settingNames.find((candidate) => attributeName(candidate) === attribute);
    const value = name === undefined ? null : this[name];
    if (Number.isNaN(value)) return this.getAttribute(attribute);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  }

  #tellRefusal(error: unknown): void {
    const { code, message } = describeFailure(error);
    this.#tell<PlayerErrorDetail>('error', { code, message, error });
  }

  #tell<T>(type: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(type, { detail, bubbles: true, composed: true }));
  }
}

customElements.define('antiphon-player', PlayerElement);
