import { html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { promptText } from '../../prompt/prompt-text.ts';
import { referenceOf } from '../../speed/reference.ts';
import { announcement, endingText } from '../story/announcement.ts';
import { appStyle } from './app-style.ts';
import '../models/backend-line.ts';
import { withReply } from '../form/with-reply.ts';
import { missingFeatures } from '../kit/browser-support.ts';
import { castOf } from '../story/cast.ts';
import { CatalogueOpening } from './catalogue/catalogue-opening.ts';
import '../composer/composer.ts';
import { ConnectionWatch } from '../kit/connection-watch.ts';
import { describeFailure, type Failure, type Remedy } from '../kit/failure.ts';
import { failureView } from '../kit/failure-view.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { openFetchedEngine } from '../kit/fetched-engine.ts';
import { DecodeController, type EngineProvider } from './decode-controller.ts';
import { linkNotice } from './link/link-notice.ts';
import { browserPlace, PageSettings } from './link/page-settings.ts';
import { linkCaveat, repeatable } from './link/repeatable.ts';
import { linkOf } from './link/settings-link.ts';
import '../numbers/numbers-section.ts';
import type { Replacement } from '../models/model-panel.ts';
import '../models/model-panel.ts';
import { nextFrame } from '../kit/next-frame.ts';
import { pageHeaderStyle, pageNav } from '../kit/page-nav.ts';
import { backgroundLoad, hasModels } from '../models/engine-state.ts';
import { titleOf } from '../models/model-choice.ts';
import type { PilotSection } from '../pilot/pilot-section.ts';
import '../pilot/pilot-section.ts';
import type { RefusalCheck } from '../form/refusal.ts';
import { neededModels, type RequestForm, replaceModel, toRequest } from '../form/request-form.ts';
import { progressStyle } from '../kit/progress-style.ts';
import { raceAnnouncement, raceProgress, raceProgressStyle } from '../race/race-progress.ts';
import { RaceRun } from '../race/race-run.ts';
import { FirstStory } from '../replay/first-story.ts';
import { OpenedRecording } from '../replay/opened-recording.ts';
import { prefillProgress, prefillStyle } from '../story/prefill-progress.ts';
import '../rhythm/rhythm-section.ts';
import { isContinued, lastPart } from '../story/run-parts.ts';
import '../numbers/speed-up-view.ts';
import type { RecordingKind } from '../story/story-actions.ts';
import '../story/story-actions.ts';
import { liveNumbers, shownText } from '../story/story.ts';
import '../story/story-view.ts';
import '../models/stored-models-panel.ts';
import { failureStyle, theme } from '../kit/theme.ts';

const browserProvider: EngineProvider = {
  missingFeatures,
  openEngine: openFetchedEngine,
  listModels: async () => (await import('../models/page-catalogue.ts')).fetchModelChoices(),
};

/** The whole page. Shows what its controller says and passes on what the reader asks for. */
export class AntiphonApp extends LitElement {
  static override properties: PropertyDeclarations = {
    provider: { attribute: false },
    refusalOf: { state: true },
    selectedRound: { state: true },
    notSaved: { state: true },
    piloting: { state: true },
  };
  /** Where the engine comes from; set before the element is connected. */
  declare provider: EngineProvider;
  declare refusalOf: RefusalCheck;
  /** The round of the run that is marked in the story and in its rhythm. */
  declare selectedRound: number | null;
  /** Why a recording was not saved. */
  declare notSaved: { readonly kind: RecordingKind; readonly failure: Failure } | null;
  /** A pilot is under way. */
  declare piloting: boolean;

  readonly #controller: DecodeController;
  readonly #settings: PageSettings;
  readonly #recording: OpenedRecording;
  readonly #firstStory = new FirstStory(this);
  readonly #race = new RaceRun(this);
  readonly #catalogue = new CatalogueOpening(this);
  #racedForm: RequestForm | null = null;
  /** Models that the pilot's plan needs, besides those of the form. */
  #pilotModels: readonly string[] = [];

  static override styles = [
    theme,
    failureStyle,
    progressStyle,
    raceProgressStyle,
    prefillStyle,
    pageHeaderStyle,
    appStyle,
  ];

  constructor() {
    super();
    this.provider = browserProvider;
    this.refusalOf = () => null;
    this.selectedRound = null;
    this.notSaved = null;
    this.piloting = false;
    this.#controller = new DecodeController(this, () => this.provider);
    this.#settings = new PageSettings(this, browserPlace, (form) => this.#follow(form));
    new ConnectionWatch(this, () => void this.#controller.retryDownloads());
    this.#recording = new OpenedRecording(this, () => this.#onOpened());
  }

  override connectedCallback(): void {
    void this.#controller.openOn(this.#settings.form);
    super.connectedCallback();
    this.#follow(this.#settings.form);
  }

  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await nextFrame(this.#controller.run.kind === 'running');
    await super.scheduleUpdate();
  }

  protected override firstUpdated(): void {
    // Not needed to paint the page, and the engine checks every request again.
    import('../form/refusal.ts').then(
      ({ refusalOf }) => {
        this.refusalOf = refusalOf;
      },
      () => {},
    );
  }

  override render(): TemplateResult {
    const { engine, run } = this.#controller;
    return html`
      <header>
        <h1>Antiphon</h1>
        ${pageNav('Work')}
        <p>
          Models write one text together: each checks what the other proposed and proposes what comes next. Every word
          follows all of them, exactly. Here you choose the models, the method and every option.
        </p>
      </header>
      <main>
        ${linkNotice(this.#settings, this.#linkActions)}
        <div class="writing">
          <antiphon-composer
            .form=${this.#settings.form}
            .engine=${engine}
            .running=${run.kind === 'running' || this.#race.state.kind === 'running' || this.piloting}
            .stopping=${run.kind === 'running' && run.stopping}
            .choices=${this.#controller.choices}
            .refusalOf=${this.refusalOf}
            @form-change=${this.#onFormChange}
            @start=${this.#onStart}
            @race=${this.#onRace}
            @stop=${this.#onStop}
          ></antiphon-composer>
          <div class="written">
            ${this.#loading()}
            <section class="text" aria-label="Story">
              ${this.#recordingFailure()} ${this.#raced() ?? this.#recorded() ?? this.#text()}
            </section>
          </div>
        </div>
        <antiphon-pilot-section
          .engine=${engine}
          .decode=${this.#controller.decode}
          .request=${this.#settings.form}
          .choices=${this.#controller.choices}
          .busy=${run.kind === 'running' || this.#race.state.kind === 'running'}
          @pilot-running=${this.#onPilotRunning}
          @models-wanted=${this.#onModelsWanted}
          @remedy=${this.#onRemedy}
        ></antiphon-pilot-section>
        <div class="device">${this.#recording.chooser()} ${this.#device()}</div>
        ${this.#catalogue.render({
          ...{ engine, form: this.#settings.form, change: this.#change },
          ...{ storage: this.#controller.storage, choices: this.#controller.choices },
        })}
      </main>
      <p class="visually-hidden" role="status" aria-live="polite">${raceAnnouncement(this.#race.state) ?? announcement(engine, run)}</p>
    `;
  }

  /** Until the models are there, or why they are not. */
  #loading(): TemplateResult | null {
    const { engine, run, choices } = this.#controller;
    if (engine.kind === 'open' && hasModels(engine, engine.wanted)) return null;
    // The run's own failure tells it, where the reader is looking.
    if (engine.kind === 'failed' && run.kind === 'failed' && run.failure === engine.failure) return null;
    return html`<antiphon-model-panel
        .engine=${engine}
        .choices=${choices}
        .canReplace=${true}
        @remedy=${this.#onRemedy}
        @model-replaced=${this.#onModelReplaced}
      ></antiphon-model-panel>`;
  }

  /** Where the models run and which are stored. */
  #device(): TemplateResult | null {
    const { engine, storage, choices } = this.#controller;
    if (engine.kind !== 'open') return null;
    const coming = hasModels(engine, engine.wanted) ? backgroundLoad(engine) : null;
    return html`<antiphon-backend-line
        .info=${engine.info}
        .background=${coming && titleOf(coming.id, choices)}
      ></antiphon-backend-line>
      <antiphon-stored-models .storage=${storage} .choices=${choices}></antiphon-stored-models>`;
  }

  /** A race stands in the place of the story. */
  #raced(): TemplateResult | null {
    const { state, stop } = this.#race;
    switch (state.kind) {
      case 'none':
        return null;
      case 'running':
        return raceProgress(state);
      case 'finished':
        return html`<antiphon-race
          .ways=${state.ways}
          .lanes=${state.lanes}
          .results=${state.results}
          .pairs=${state.pairs}
          .cast=${state.cast}
          @race-again=${this.#onRaceAgain}
          @close=${stop}
        ></antiphon-race>`;
      case 'failed':
        return failureView('The race failed', state.failure, (remedy) => {
          if (remedy === 'retry' && this.#racedForm) void this.#startRace(this.#racedForm);
          else this.#act(remedy);
        });
    }
  }

  #onRace = ({ detail: form }: CustomEvent<RequestForm>): void => void this.#startRace(form);

  #onRaceAgain = ({ detail: kinds }: CustomEvent<readonly string[]>): void => {
    if (this.#racedForm) void this.#startRace(this.#racedForm, kinds);
  };

  async #startRace(form: RequestForm, kinds?: readonly string[]): Promise<void> {
    this.#racedForm = form;
    const { decode, choices } = this.#controller;
    if (!decode) return;
    this.#recording.close();
    const request = toRequest(form);
    void this.#showText();
    const view = fetchedCode('The race view’s code', () => import('../race/race-view.ts'));
    // Heard when the lanes have run.
    view.catch(() => {});
    await this.#race.start({ request, kinds, cast: castOf(request, choices), decode, view });
  }

  /** A recording that is open stands in the place of the story. */
  #recorded(): TemplateResult | null {
    const { trace, close } = this.#recording;
    return trace
      ? html`<antiphon-replay .trace=${trace}></antiphon-replay>
          <button type="button" class="close-recording" @click=${close}>Close the recording</button>`
      : null;
  }

  #recordingFailure(): TemplateResult | null {
    const { failure } = this.#recording;
    const title = failure?.code === 'invalid-trace' ? 'Not a recording' : 'The recording could not be opened';
    return failure && failureView(title, failure, this.#recording.retry);
  }

  #onOpened(): void {
    this.#controller.stop();
    void this.#showText();
  }

  #text(): TemplateResult {
    const { run } = this.#controller;
    if (run.kind === 'idle') return this.#opening();
    // A prompt that could not be read, which may be long, would push the reason out of sight.
    if (run.kind === 'failed' && run.story.rounds.length === 0)
      return html`<div class="sheet">${this.#belowText()}</div>`;
    const written = lastPart(run);
    return html`<div class="sheet">
        <antiphon-story
          .prompt=${run.prompt}
          .cast=${run.cast}
          .story=${run.story}
          .writing=${run.kind === 'running'}
          .candidates=${this.#controller.candidates}
          .selectedRound=${this.selectedRound}
          >${this.#belowText()}</antiphon-story
        >
      </div>
      ${
        isContinued(run)
          ? html`<p class="hint covered">Rhythm and numbers cover only the text since you pressed Continue.</p>`
          : null
      }
      ${this.#speedUp()}
      <antiphon-rhythm-section
        .rounds=${written.rounds}
        .cast=${run.cast}
        .live=${run.kind === 'running'}
        .selectedRound=${this.selectedRound}
        @round-selected=${this.#onRoundSelected}
      ></antiphon-rhythm-section>
      <antiphon-numbers-section
        .story=${written}
        .cast=${run.cast}
        .lossy=${run.kind === 'stopped' && run.result.lossy}
      ></antiphon-numbers-section>`;
  }

  /** Before the first run. */
  #opening(): TemplateResult {
    const { trace } = this.#firstStory;
    const invitation = html`<p class="invitation">
      ${
        trace
          ? 'A recorded story; yours will appear here.'
          : 'The story appears here token by token, with accepted, rejected and recovered proposals.'
      }
    </p>`;
    return trace
      ? html`<antiphon-replay brief .trace=${trace}>${invitation}</antiphon-replay>`
      : html`<div class="sheet">${invitation}</div>`;
  }

  #speedUp(): TemplateResult | null {
    const { run, speed } = this.#controller;
    if ((run.kind !== 'running' && run.kind !== 'stopped') || !referenceOf(run.request)) return null;
    return html`<antiphon-speed-up
      .request=${run.request}
      .rounds=${lastPart(run).rounds}
      .result=${run.kind === 'stopped' ? run.result : null}
      .pairs=${speed.pairs}
      .measuring=${speed.isUnderWay}
    ></antiphon-speed-up>`;
  }

  #belowText(): TemplateResult | null {
    const { run } = this.#controller;
    if (run.kind === 'stopped') {
      return html`<p class="ending">${endingText(run.result.finishReason, liveNumbers(run.story).tokens)}</p>
        ${this.#actions()}`;
    }
    if (run.kind === 'failed') {
      const hasText = run.story.rounds.length > 0;
      return html`${
        run.isMended
          ? html`<p class="ending">${hasText ? 'The engine failed here and has restarted. You can continue the text.' : ''}</p>`
          : failureView('The run failed', run.failure, this.#act)
      }
      ${hasText ? this.#actions() : null}`;
    }
    // On a small screen the form's own button is out of sight while the text grows.
    return run.kind === 'running'
      ? html`${prefillProgress(run)}<button type="button" class="stop-here" @click=${this.#onStop}>Stop writing</button>`
      : null;
  }

  #actions(): TemplateResult | null {
    const { run } = this.#controller;
    if (run.kind !== 'stopped' && run.kind !== 'failed') return null;
    const result = run.kind === 'stopped' ? run.result : null;
    const link = new URL(location.href);
    link.hash = linkOf(repeatable(run.form, result));
    const written = lastPart(run);
    return html`<antiphon-story-actions
        .text=${promptText(run.request) + (result?.text ?? shownText(written))}
        .link=${run.form.chat?.turns.length ? '' : link.href}
        .caveat=${linkCaveat(run.form, written.rounds)}
        .answerable=${run.form.chat !== null && result !== null && result.finishReason !== 'context'}
        .continuable=${this.#controller.canContinue}
        .continued=${isContinued(run)}
        .recorded=${result !== null}
        @continue=${this.#onContinue}
      @reply=${this.#onReply}
        @save-recording=${this.#onSaveRecording}
      ></antiphon-story-actions>
      ${
        this.notSaved &&
        failureView('The recording could not be saved', this.notSaved.failure, () => {
          void this.#saveRecording(this.notSaved?.kind ?? 'trace');
        })
      }`;
  }

  #onContinue = (): void => {
    this.selectedRound = null;
    this.notSaved = null;
    void this.#controller.goOn();
  };

  /** The next turn: what was said moves above the form, where the next message is to be written. */
  #onReply = async (): Promise<void> => {
    const { run } = this.#controller;
    if (run.kind !== 'stopped' || !run.form.chat) return;
    this.#change(withReply(run.form, run.result));
    await this.updateComplete;
    this.renderRoot.querySelector('antiphon-composer')?.focusPrompt();
  };

  #onSaveRecording = ({ detail }: CustomEvent<RecordingKind>): void => void this.#saveRecording(detail);

  async #saveRecording(kind: RecordingKind): Promise<void> {
    const { run, engine, toldCandidates, speed } = this.#controller;
    if (run.kind !== 'stopped' || engine.kind !== 'open') return;
    const models = engine.models.flatMap((state) => (state.kind === 'ready' ? [state.model] : []));
    this.notSaved = null;
    try {
      const { saveRecording } = await fetchedCode(
        'The code for saving recordings',
        () => import('../replay/save-recording.ts'),
      );
      await saveRecording(kind, { run, candidates: toldCandidates, speedPairs: speed.pairs, models });
    } catch (error) {
      this.notSaved = { kind, failure: describeFailure(error) };
    }
  }

  readonly #linkActions = {
    agree: (): void => this.#follow(this.#settings.agree()),
    dismiss: (): void => this.#settings.dismiss(),
  };

  /** Loads what the form needs, and moves a running story with it. */
  #follow(form: RequestForm): void {
    void this.#controller.openOn(form);
    void this.#controller.want([...new Set([...neededModels(form), ...this.#pilotModels])]);
    this.#controller.adjust(form);
  }

  #onStart = (event: CustomEvent<RequestForm>): void => {
    this.selectedRound = null;
    this.notSaved = null;
    this.#recording.close();
    this.#race.stop();
    void this.#controller.start(event.detail);
    void this.#showText();
  };

  #onFormChange = (event: CustomEvent<RequestForm>): void => this.#change(event.detail);

  #change = (form: RequestForm): void => {
    this.#settings.change(form);
    this.#follow(form);
  };

  #onModelReplaced = ({ detail: { unknown, chosen } }: CustomEvent<Replacement>): void =>
    this.#change(replaceModel(this.#settings.form, unknown, chosen));

  #onRoundSelected = (event: CustomEvent<{ readonly round: number }>): void => {
    this.selectedRound = event.detail.round;
  };

  #onStop = (): void => {
    this.renderRoot.querySelector<PilotSection>('antiphon-pilot-section')?.stop();
    this.#race.stop();
    this.#controller.stop();
  };

  #onPilotRunning = ({ detail }: CustomEvent<boolean>): void => {
    this.piloting = detail;
  };

  #onModelsWanted = ({ detail }: CustomEvent<readonly string[]>): void => {
    this.#pilotModels = detail;
    this.#follow(this.#settings.form);
  };

  #onRemedy = (event: CustomEvent<Remedy>): void => this.#act(event.detail);

  #act = (remedy: Remedy): void => {
    if (remedy === 'reload-page') location.reload();
    else if (remedy === 'restart-engine') void this.#controller.restart();
    else if (remedy === 'retry') void this.#controller.retry();
  };

  /** On a small screen the text lies below the form. */
  async #showText(): Promise<void> {
    await this.updateComplete;
    const text = this.renderRoot.querySelector('.text');
    if (!text || text.getBoundingClientRect().top < 0.7 * innerHeight) return;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    text.scrollIntoView({ block: 'start', behavior: isStill ? 'auto' : 'smooth' });
  }
}

customElements.define('antiphon-app', AntiphonApp);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-app': AntiphonApp;
  }
}
