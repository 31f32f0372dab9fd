import {
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { live } from 'lit/directives/live.js';
import type { BackendChoice, StoredModel } from '../../engine/engine-api.ts';
import type { ChatMessage } from '../../prompt/chat-message.ts';
import { messagesOf, newChat } from '../form/chat-form.ts';
import { initialForm, neededModels, type RequestForm, rollSeed } from '../form/request-form.ts';
import { withReply } from '../form/with-reply.ts';
import { missingFeatures } from '../kit/browser-support.ts';
import { ConnectionWatch } from '../kit/connection-watch.ts';
import { describeFailure, type Failure, type Remedy } from '../kit/failure.ts';
import { failureView } from '../kit/failure-view.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { openFetchedEngine } from '../kit/fetched-engine.ts';
import { nextFrame } from '../kit/next-frame.ts';
import { pageHeaderStyle, pageNav } from '../kit/page-nav.ts';
import { failureStyle, theme } from '../kit/theme.ts';
import { hasModels } from '../models/engine-state.ts';
import '../models/model-panel.ts';
import '../models/stored-models-panel.ts';
import { applyTeam } from '../page/catalogue/apply-team.ts';
import { type Device, deviceFitText } from '../page/catalogue/device-fit.ts';
import { fetchTeams } from '../page/catalogue/fetch-teams.ts';
import { pageDevice } from '../page/catalogue/page-device.ts';
import type { TeamCatalogue } from '../page/catalogue/team-catalogue.ts';
import { DecodeController, type EngineProvider } from '../page/decode-controller.ts';
import { lastPart } from '../story/run-parts.ts';
import { shownText } from '../story/story.ts';
import { chatStyle } from './chat-style.ts';
import {
  type ChatTeam,
  chatTeams,
  downloadText,
  suggestedTeam,
  teamDownload,
  teamFit,
} from './chat-teams.ts';
import {
  agreedSource,
  chatLink,
  keepSource,
  type ModelSource,
  publicHub,
  readChatLink,
  sourceAt,
  sourceText,
} from './model-source.ts';
import { replyNote } from './reply-note.ts';

/** Where engine and catalogue come from; tests bring their own. */
export interface ChatProvider extends Pick<EngineProvider, 'missingFeatures' | 'openEngine'> {
  readonly fetchTeams: () => Promise<TeamCatalogue>;
}

const browserProvider: ChatProvider = {
  missingFeatures,
  openEngine: openFetchedEngine,
  fetchTeams: () => fetchedCode('The list of models', fetchTeams),
};

/** Small models wander at higher temperatures. */
const sampling = { temperature: 0.3, topP: 0.9 } as const;
const maxTokens = 512;

const withoutTheCard =
  'Try again. If it happens again, press “Choose other models” and tick “Without the graphics card”.';

/** About two lines. */
const nearPx = 60;

/** What the device allows: with its graphics card, where it has one, and without. */
interface Devices {
  readonly likely: Device;
  readonly withoutGpu: Device;
}

/** A conversation with a team of the catalogue: what it needs of the device, its download, then the chat itself. */
export class ChatApp extends LitElement {
  static override properties: PropertyDeclarations = {
    provider: { attribute: false },
    catalogue: { state: true },
    failure: { state: true },
    devices: { state: true },
    source: { state: true },
    wanted: { state: true },
    problem: { state: true },
    backend: { state: true },
    teamId: { state: true },
    stored: { state: true },
    form: { state: true },
    message: { state: true },
    notes: { state: true },
    ending: { state: true },
    conversing: { type: Boolean, reflect: true },
  };
  /** Set before the element is connected. */
  declare provider: ChatProvider;
  declare catalogue: TeamCatalogue | null;
  /** Why there is no catalogue. */
  declare failure: Failure | null;
  declare devices: Devices | null;
  declare source: ModelSource;
  /** A source that a link names, until the reader has decided. */
  declare wanted: ModelSource | null;
  declare problem: string | null;
  declare backend: BackendChoice;
  declare teamId: string | null;
  /** What the browser keeps; null until the engine has said it. */
  declare stored: readonly StoredModel[] | null;
  /** The chat; null until its models are asked for. */
  declare form: RequestForm | null;
  /** What is being typed. */
  declare message: string;
  /** What stands below each turn, by its number. */
  declare notes: ReadonlyMap<number, string>;
  /** How the latest reply ended where it could not go on. */
  declare ending: Failure | 'full' | null;
  declare conversing: boolean;

  readonly #controller: DecodeController;
  /** Whose list of stored models is known. */
  #asked: object | null = null;
  /** The reader has not scrolled away from what is being written. */
  #isAtEnd = true;

  static override styles = [theme, failureStyle, pageHeaderStyle, chatStyle];

  constructor() {
    super();
    this.provider = browserProvider;
    this.catalogue = null;
    this.failure = null;
    this.devices = null;
    this.source = publicHub;
    this.wanted = null;
    this.problem = null;
    this.backend = 'auto';
    this.teamId = null;
    this.stored = null;
    this.form = null;
    this.message = '';
    this.notes = new Map();
    this.ending = null;
    this.conversing = false;
    const engineProvider: EngineProvider = {
      missingFeatures: () => this.provider.missingFeatures(),
      openEngine: (options) => this.provider.openEngine(options),
      listModels: async () =>
        (await this.provider.fetchTeams()).families.flatMap(({ models }) =>
          models.map(({ model, title }) => ({ id: model, title })),
        ),
    };
    this.#controller = new DecodeController(this, () => engineProvider, {
      ...{ first: [], kept: [], comparesSpeed: false },
    });
    new ConnectionWatch(this, () => void this.#controller.retryDownloads());
  }

  override connectedCallback(): void {
    addEventListener('hashchange', this.#readLink);
    this.#readLink();
    super.connectedCallback();
    void this.#fetchCatalogue();
    void this.#lookAtDevice();
  }

  override disconnectedCallback(): void {
    removeEventListener('hashchange', this.#readLink);
    super.disconnectedCallback();
  }

  protected override async scheduleUpdate(): Promise<void> {
    if (this.hasUpdated) await nextFrame(this.#controller.run.kind === 'running');
    await super.scheduleUpdate();
  }

  protected override willUpdate(): void {
    const log = this.#logElement();
    this.#isAtEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < nearPx;
    this.conversing = this.#isReady() || this.#turns().length > 0;
    const { storage } = this.#controller;
    if (storage && storage !== this.#asked) {
      this.#asked = storage;
      void this.#listStored();
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('conversing') && this.conversing) this.renderRoot.querySelector('textarea')?.focus();
    const log = this.#logElement();
    if (log && this.#isAtEnd) log.scrollTop = log.scrollHeight;
  }

  override render(): TemplateResult {
    return html`<header>
        <h1>Chat</h1>
        ${pageNav('Chat')}
      </header>
      <main>${this.#linkNotice()} ${this.#body()}</main>
      <p class="visually-hidden" role="status">${this.#announcement()}</p>`;
  }

  #body(): TemplateResult {
    if (this.failure) {
      return failureView(
        'The list of models could not be fetched',
        this.failure,
        () => void this.#fetchCatalogue(),
      );
    }
    if (!this.form) return this.#setup();
    return html`${this.#turns().length > 0 || this.#isReady() ? this.#log() : nothing}
    ${this.#isReady() ? this.#writing() : this.#coming()}`;
  }

  #linkNotice(): TemplateResult | null {
    const { wanted, problem } = this;
    if (problem !== null) {
      return html`<div class="notice" role="alert">
        <p>${problem}</p>
        <div class="buttons">
          <button type="button" @click=${() => this.#choose({ problem: null })}>
            Use ${sourceText(this.source)}
          </button>
        </div>
      </div>`;
    }
    if (!wanted) return null;
    return html`<div class="notice" role="alert">
      <p>
        <strong>This link takes the models from <code>${sourceText(wanted)}</code>.</strong> Use it only if you trust the
        author of the link.
      </p>
      <div class="buttons">
        <button type="button" @click=${() => this.#useSource(wanted)}>Use it</button>
        <button type="button" @click=${() => this.#choose({ wanted: null })}>Use ${sourceText(this.source)}</button>
      </div>
    </div>`;
  }

  #setup(): TemplateResult {
    const team = this.#team();
    const { engine } = this.#controller;
    if (engine.kind === 'unsupported' || engine.kind === 'failed') return this.#panel();
    return html`<section class="sheet" aria-labelledby="about">
        <p id="about">A language model answers here in your browser. Nothing you write leaves this device.</p>
        ${team && this.devices ? this.#offer(team, this.devices) : html`<p class="hint">Fetching the list of models …</p>`}
        ${this.#sourceForm()}
      </section>
      ${this.#storedPanel()}`;
  }

  #offer(chosen: ChatTeam, { likely, withoutGpu }: Devices): TemplateResult {
    const fit = teamFit(chosen, likely);
    const download = teamDownload(chosen, likely, this.stored ?? []);
    const otherwise = teamDownload(chosen, withoutGpu, this.stored ?? []);
    const [first, second] = chosen.models;
    return html`<label class="field"
        >Models<select @change=${this.#onTeam}>
          ${this.#teamsByFamily().map(
            ([family, teams]) =>
              html`<optgroup label=${family}>
                ${teams.map(
                  ({ team }) =>
                    html`<option value=${team.id} .selected=${live(team.id === chosen.team.id)}>
                      ${family} ${team.title}
                    </option>`,
                )}
              </optgroup>`,
          )}
        </select></label
      >
      <p>
        ${
          second
            ? `${first?.title} answers. ${second.title} runs ahead: it proposes words, and the larger one checks several of them with one model call. Every answer is the larger one’s own.`
            : `${first?.title} answers. Words that stand in the text already are proposed again, and it checks several of them with one model call.`
        }
      </p>
      <p class="download">${downloadText(download, otherwise.leftBytes)}</p>
      <p class="hint fit ${fit.fits ? '' : 'not'}">
        ${deviceFitText(fit)} of memory.${fit.fits ? '' : ' Choose smaller models.'}
      </p>
      <div class="buttons">
        <button type="button" class="primary" ?disabled=${this.wanted !== null} @click=${this.#begin}>
          ${download.leftBytes === 0 ? 'Start the chat' : 'Download and chat'}
        </button>
      </div>`;
  }

  #sourceForm(): TemplateResult {
    const { source, backend } = this;
    return html`<details>
      <summary>Models come from ${sourceText(source)}</summary>
      <form @submit=${this.#onSource}>
        <label class="field"
          >Address is<select name="kind">
            <option value="hub" .selected=${live(source.kind === 'hub')}>a hub, or a mirror of one</option>
            <option value="folder" .selected=${live(source.kind === 'folder')}>a folder with the models</option>
          </select></label
        >
        <label class="field"
          >Address<input
            type="url"
            name="address"
            pattern="https?://.*"
            placeholder="https://huggingface.co"
            autocomplete="off"
            .value=${live(source.address)}
          /><span class="hint">In a folder each model lies in <code>owner/name/</code>. Empty: huggingface.co.</span></label
        >
        <label class="check"
          ><input type="checkbox" name="cpu" .checked=${live(backend === 'wasm')} /> Without the graphics card</label
        >
        <div class="buttons"><button>Use this</button></div>
      </form>
    </details>`;
  }

  #panel(): TemplateResult {
    const { engine, choices } = this.#controller;
    return html`<antiphon-model-panel
      .engine=${engine}
      .choices=${choices}
      @remedy=${this.#onRemedy}
    ></antiphon-model-panel>`;
  }

  #storedPanel(): TemplateResult | null {
    const { storage, choices } = this.#controller;
    return (
      storage &&
      html`<antiphon-stored-models
        .storage=${storage}
        .choices=${choices}
        @stored-change=${this.#listStored}
      ></antiphon-stored-models>`
    );
  }

  /** The models on their way, or why they did not come. */
  #coming(): TemplateResult {
    return html`${this.#panel()}
      <div class="buttons">
        <button type="button" @click=${this.#leave}>Choose other models</button>
        <p class="hint">What has been downloaded is kept: it goes on from there.</p>
      </div>
      ${this.#storedPanel()}`;
  }

  #log(): TemplateResult {
    const turns = this.#turns();
    const { run } = this.#controller;
    const isRunning = run.kind === 'running';
    return html`<ol class="log" tabindex="0" aria-label="Conversation">
      ${
        turns.length === 0
          ? html`<li class="hint">The models are ready. They know no news, and small ones are often wrong: check what matters.</li>`
          : nothing
      }
      ${turns.map(({ role, content }, index) => {
        const isUser = role === 'user';
        const note = this.notes.get(index);
        const isWritten = isRunning && index === turns.length - 1;
        return html`<li class="turn ${isUser ? 'user' : ''}">
          <span class="visually-hidden">${isUser ? 'You' : 'Model'}:</span>
          <div class="bubble">${content === '' && isWritten ? html`<span class="hint">Reading …</span>` : content}</div>
          ${note !== undefined && !isWritten ? html`<p class="hint">${note}</p>` : nothing}
        </li>`;
      })}
    </ol>`;
  }

  #writing(): TemplateResult {
    const { run, canContinue } = this.#controller;
    const isRunning = run.kind === 'running';
    const hasTurns = this.#turns().length > 0;
    return html`${this.#endingView()}
      <form class="writing" @submit=${this.#onSend}>
        <textarea
          rows="1"
          aria-label="Message"
          placeholder="Ask something"
          enterkeyhint="send"
          .value=${live(this.message)}
          @input=${(event: Event) => {
            this.message = (event.target as HTMLTextAreaElement).value;
          }}
          @keydown=${this.#onKey}
        ></textarea>
        ${
          isRunning
            ? html`<button type="button" ?disabled=${run.stopping} @click=${() => this.#controller.stop()}>Stop</button>`
            : html`<button class="primary" ?disabled=${this.ending === 'full'}>Send</button>`
        }
      </form>
      <div class="buttons below">
        <div class="buttons">
          <button type="button" ?disabled=${isRunning || !hasTurns} @click=${this.#newChat}>New chat</button>
          ${
            canContinue && hasTurns && this.ending === null
              ? html`<button type="button" @click=${this.#goOn}>Continue the reply</button>`
              : nothing
          }
        </div>
        <button type="button" ?disabled=${isRunning} @click=${this.#leave}>Choose other models</button>
      </div>`;
  }

  #endingView(): TemplateResult | null {
    const { ending } = this;
    if (ending === null) return null;
    if (ending === 'full') {
      return html`<div class="notice" role="alert">
        <p>The conversation is as long as these models can read. Start a new chat.</p>
        <div class="buttons"><button type="button" @click=${this.#newChat}>New chat</button></div>
      </div>`;
    }
    const failure = ending.code === 'device-lost' ? { ...ending, nextStep: withoutTheCard } : ending;
    return failureView('The reply could not be written', failure, this.#onRemedy);
  }

  #announcement(): string {
    const { run } = this.#controller;
    if (run.kind === 'running') return 'The model is answering.';
    const last = this.#turns().at(-1);
    return last?.role === 'assistant' ? `Answer: ${last.content}` : '';
  }

  #logElement(): Element | null {
    return this.renderRoot?.querySelector('.log') ?? null;
  }

  /** The conversation as it stands, with what is being written. */
  #turns(): readonly ChatMessage[] {
    const { run } = this.#controller;
    if (run.kind !== 'running') return this.form?.chat?.turns ?? [];
    const asked = messagesOf(run.form.chat ?? newChat, run.form.prompt).filter(
      ({ role }) => role !== 'system',
    );
    const begun = asked.at(-1)?.role === 'assistant' ? asked.pop() : undefined;
    return [...asked, { role: 'assistant', content: (begun?.content ?? '') + shownText(lastPart(run)) }];
  }

  #teams(): readonly ChatTeam[] {
    return this.catalogue ? chatTeams(this.catalogue, this.source) : [];
  }

  #teamsByFamily(): readonly (readonly [string, readonly ChatTeam[]])[] {
    const byFamily = new Map<string, ChatTeam[]>();
    for (const one of this.#teams()) {
      byFamily.set(one.family.title, [...(byFamily.get(one.family.title) ?? []), one]);
    }
    return [...byFamily];
  }

  #team(): ChatTeam | undefined {
    const teams = this.#teams();
    return (
      teams.find(({ team }) => team.id === this.teamId) ??
      (this.devices ? suggestedTeam(teams, this.devices.likely) : undefined)
    );
  }

  #isReady(): boolean {
    return this.form !== null && hasModels(this.#controller.engine, neededModels(this.form));
  }

  async #fetchCatalogue(): Promise<void> {
    this.failure = null;
    try {
      this.catalogue = await this.provider.fetchTeams();
    } catch (error) {
      this.failure = describeFailure(error);
    }
  }

  async #lookAtDevice(): Promise<void> {
    const { gpu } = navigator as {
      readonly gpu?: {
        requestAdapter(): Promise<{ readonly info?: { isFallbackAdapter?: boolean } } | null>;
      };
    };
    const adapter = this.backend === 'wasm' ? null : await gpu?.requestAdapter().catch(() => null);
    const hasGpu = adapter && adapter.info?.isFallbackAdapter !== true;
    const [likely, withoutGpu] = await Promise.all([
      pageDevice(null, hasGpu ? 'webgpu' : 'wasm'),
      pageDevice(null, 'wasm'),
    ]);
    this.devices = { likely, withoutGpu };
  }

  #listStored = async (): Promise<void> => {
    // A browser that keeps nothing has nothing to list.
    const listed = await this.#controller.storage?.storedModels().catch(() => null);
    this.stored = listed?.models ?? [];
  };

  #readLink = (): void => {
    const { team, ...link } = readChatLink(location.hash.slice(1), agreedSource(), location.href);
    Object.assign(this, { ...link, teamId: team });
    // A conversation keeps its models.
    if (!this.form) void this.#open();
  };

  #open(): Promise<void> {
    const hubUrl = this.source.kind === 'hub' ? this.source.address : '';
    return this.#controller.openOn({ backend: this.backend, hubUrl });
  }

  #choose(chosen: Partial<Pick<ChatApp, 'source' | 'teamId' | 'backend' | 'wanted' | 'problem'>>): void {
    Object.assign(this, chosen);
    if (this.wanted === null) {
      history.replaceState(history.state, '', `#${chatLink(this.teamId, this.source)}`);
    }
  }

  #useSource(source: ModelSource): void {
    keepSource(source);
    this.#choose({ source, wanted: null, problem: null });
    void this.#open();
  }

  #onTeam = (event: Event): void => {
    this.#choose({ teamId: (event.target as HTMLSelectElement).value });
  };

  #onSource = (event: SubmitEvent): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget as HTMLFormElement);
    const address = String(fields.get('address')).trim();
    const kind = fields.get('kind') === 'folder' ? 'folder' : 'hub';
    this.backend = fields.has('cpu') ? 'wasm' : 'auto';
    void this.#lookAtDevice();
    this.#useSource(address === '' ? publicHub : (sourceAt(kind, address, location.href) ?? this.source));
  };

  #begin = (): void => {
    const chosen = this.#team();
    if (!chosen) return;
    const chat = { ...initialForm(rollSeed()), ...sampling, maxTokens, prompt: '', chat: newChat };
    // As far ahead as pays on this device.
    this.form = { ...applyTeam(chat, chosen.team, chosen.family), draftLength: 'adaptive' };
    this.#forget();
    void this.#controller.want(neededModels(this.form));
  };

  #leave = (): void => {
    this.#controller.stop();
    this.form = null;
    this.#forget();
    void this.#controller.want([]);
    void this.#listStored();
  };

  #forget(): void {
    this.notes = new Map();
    this.ending = null;
  }

  #newChat = (): void => {
    if (!this.form) return;
    this.form = { ...this.form, chat: newChat };
    this.#forget();
    this.renderRoot.querySelector('textarea')?.focus();
  };

  #onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.#send();
  };

  #onSend = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.#send();
  };

  async #send(): Promise<void> {
    const { form, message } = this;
    if (!form || message.trim() === '' || this.#controller.run.kind === 'running' || this.ending === 'full')
      return;
    this.message = '';
    this.ending = null;
    await this.#controller.start({ ...form, prompt: message.trim(), seed: rollSeed() });
    if (this.form === form) this.#takeReply();
  }

  #goOn = async (): Promise<void> => {
    const { form } = this;
    this.ending = null;
    await this.#controller.goOn();
    if (this.form === form) this.#takeReply();
  };

  /** Puts what was written into the conversation. Without a word of an answer, the question goes back to its field. */
  #takeReply(): void {
    const { run } = this.#controller;
    if (run.kind !== 'stopped' && run.kind !== 'failed') return;
    const reply = run.kind === 'stopped' ? run.result : { text: shownText(lastPart(run)) };
    if (reply.text === '') this.message ||= run.form.prompt;
    else {
      this.form = withReply(run.form, reply);
      const note = run.kind === 'stopped' ? replyNote(run.result) : 'The reply was cut off.';
      const last = (this.form.chat?.turns.length ?? 0) - 1;
      if (note !== null) this.notes = new Map(this.notes).set(last, note);
    }
    if (run.kind === 'failed') this.ending = run.failure.code === 'context-full' ? 'full' : run.failure;
    else if (run.result.finishReason === 'context') this.ending = 'full';
  }

  #onRemedy = (event: CustomEvent<Remedy> | Remedy): void => {
    const remedy = typeof event === 'string' ? event : event.detail;
    if (remedy === 'reload-page') location.reload();
    else if (this.#isReady() && remedy === 'retry') void (this.message === '' ? this.#goOn() : this.#send());
    else {
      this.ending = null;
      void (remedy === 'restart-engine' ? this.#controller.restart() : this.#controller.retry());
    }
  };
}

customElements.define('antiphon-chat', ChatApp);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-chat': ChatApp;
  }
}
