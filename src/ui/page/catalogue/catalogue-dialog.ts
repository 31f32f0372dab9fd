import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { EngineInfo, StoredModel } from '../../../engine/engine-api.ts';
import { type Dtype, splitDtype } from '../../../models/files/dtype.ts';
import { describeFailure, type Failure } from '../../kit/failure.ts';
import { failureView } from '../../kit/failure-view.ts';
import { fetchedCode } from '../../kit/fetched-code.ts';
import { fieldStyle } from '../../kit/field-style.ts';
import type { Family, Team, TeamCatalogue } from './team-catalogue.ts';
import '../../models/fit-check.ts';
import { initialForm, neededModels, type RequestForm, rollSeed } from '../../form/request-form.ts';
import { withChosen } from '../../form/stand-ins.ts';
import { failureStyle, theme } from '../../kit/theme.ts';
import type { CatalogueWanted } from '../../models/catalogue-wanted.ts';
import { downloadQuestionStyle } from '../../models/download-question.ts';
import { type ModelChoice, titleOf } from '../../models/model-choice.ts';
import type { DownloadSource } from '../../models/model-download.ts';
import { applyTeam } from './apply-team.ts';
import { catalogueStyle } from './catalogue-style.ts';
import { type Device, downloadBytes } from './device-fit.ts';
import { familySection, type SectionParts } from './family-section.ts';
import { fetchTeams } from './fetch-teams.ts';
import { pageDevice } from './page-device.ts';
import { searchTeams } from './search-teams.ts';

/**
 * The catalogue of teams, over the page: families, their teams and models, a search, and a field for any other model.
 * Nothing is asked from the network but the list itself, until the reader checks or uses a model.
 * @fires {CustomEvent<RequestForm>} form-change
 * @fires {CustomEvent<void>} catalogue-closed
 */
export class CatalogueDialog extends LitElement {
  static override properties: PropertyDeclarations = {
    wanted: { attribute: false },
    form: { attribute: false },
    info: { attribute: false },
    storage: { attribute: false },
    choices: { attribute: false },
    catalogue: { state: true },
    failure: { state: true },
    device: { state: true },
    query: { state: true },
    picked: { state: true },
    stored: { state: true },
    question: { state: true },
  };
  declare wanted: CatalogueWanted;
  declare form: RequestForm;
  declare info: EngineInfo | null;
  declare storage: DownloadSource | null;
  declare choices: readonly ModelChoice[];
  declare catalogue: TeamCatalogue | null;
  declare failure: Failure | null;
  declare device: Device | null;
  declare query: string;
  declare picked: ReadonlyMap<string, Dtype>;
  declare stored: readonly StoredModel[];
  /** A download that waits for the reader's word. */
  declare question: { readonly id: string; readonly agree: () => void } | null;

  static override styles = [theme, fieldStyle, failureStyle, downloadQuestionStyle, catalogueStyle];

  constructor() {
    super();
    this.wanted = { purpose: null, replaces: null, choose: () => {} };
    this.form = initialForm(rollSeed());
    this.info = null;
    this.storage = null;
    this.choices = [];
    this.catalogue = null;
    this.failure = null;
    this.device = null;
    this.query = '';
    this.picked = new Map();
    this.stored = [];
    this.question = null;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector('dialog')?.showModal();
    void this.#fetch();
    void this.#lookAtStorage();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('info') || changed.has('form')) void this.#lookAtDevice();
    if (changed.has('question')) this.#focusAnswer(changed.get('question')?.id);
  }

  /** The question takes the focus of the button that it stands in for, and gives it back. */
  #focusAnswer(before: string | undefined): void {
    const selector = this.question ? '.question button' : `[data-id="${CSS.escape(before ?? '')}"]`;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }

  override render(): TemplateResult {
    const hasKeyboard = matchMedia('(pointer: fine)').matches;
    return html`<dialog aria-labelledby="title" @close=${this.#onClose} @click=${this.#onClick}>
      <header>
        <h2 id="title" tabindex="-1" ?autofocus=${!hasKeyboard}>${this.wanted.purpose ?? 'Models and teams'}</h2>
        <button type="button" @click=${this.#close}>Close</button>
      </header>
      <div class="body">
        ${this.#context()}
        <div class="finding">
          <div class="field">
            <label for="search">Search models and teams</label>
            <input
              id="search"
              type="search"
              autocomplete="off"
              spellcheck="false"
              ?autofocus=${hasKeyboard}
              .value=${live(this.query)}
              @input=${(event: Event) => {
                this.query = (event.target as HTMLInputElement).value;
              }}
            />
            <p class="hint" role="status">${this.#found()}</p>
          </div>
          <antiphon-fit-check
            label="Any other: repository or folder’s address"
            use-title=${this.#useTitle()}
            .storage=${this.storage}
            @use=${(event: CustomEvent<string>) => this.#use(event.detail)}
          ></antiphon-fit-check>
        </div>
        ${this.#hub()} ${this.#families()}
      </div>
    </dialog>`;
  }

  /** With whom the model is going to write. */
  #context(): TemplateResult | null {
    const { purpose, replaces } = this.wanted;
    const others = neededModels(this.form).filter((model) => model !== replaces);
    if (purpose === null || others.length === 0) return null;
    const names = new Intl.ListFormat('en').format(others.map((model) => titleOf(model, this.choices)));
    const families = new Set(others.flatMap((model) => this.#familyOf(model)?.title ?? []));
    const family = families.size === 1 ? `, as the models of ${[...families][0]} do` : '';
    return html`<p class="hint context">
      It writes with ${names}, so it must have the same vocabulary${family}. To change all at once, choose a team.
    </p>`;
  }

  #hub(): TemplateResult {
    const { hubUrl } = this.form;
    return html`<details class="hub">
      <summary>Repositories come from <strong>${hubUrl === '' ? 'huggingface.co' : hubUrl}</strong></summary>
      <form @submit=${this.#onHub}>
        <input
          type="url"
          name="hub"
          pattern="https?://.*"
          aria-label="Another hub"
          placeholder="https://huggingface.co"
          autocomplete="off"
          .value=${hubUrl}
        />
        <button type="submit">Set</button>
      </form>
      <p class="hint">A mirror or your own server. Changing it restarts the engine.</p>
    </details>`;
  }

  #families(): TemplateResult {
    const { catalogue, failure } = this;
    if (failure) return failureView('The list could not be fetched', failure, () => void this.#fetch());
    if (!catalogue) return html`<p class="hint">Fetching the list …</p>`;
    const parts = {
      device: this.device,
      useTitle: this.#useTitle(),
      pickedDtype: (model) => this.picked.get(model) ?? null,
      pickDtype: (model, dtype) => {
        const picked = new Map(this.picked);
        if (dtype === null) picked.delete(model);
        else picked.set(model, dtype);
        this.picked = picked;
      },
      downloadBytes: (choices) => downloadBytes(choices, this.stored),
      asked: this.question?.id ?? null,
      use: (model, bytes) => this.#ask(model, bytes, () => this.#use(model)),
      useTeam: (team, bytes) => this.#ask(team.id, bytes, () => this.#useTeam(team)),
      agree: () => this.question?.agree(),
      cancel: () => {
        this.question = null;
      },
    } satisfies SectionParts;
    return html`${searchTeams(catalogue.families, this.query).map((family) =>
      familySection(family, catalogue.families.find(({ id }) => id === family.id)!, parts),
    )}`;
  }

  #useTitle(): string {
    return this.wanted.purpose === null ? 'Use it alone' : 'Use';
  }

  #found(): string {
    if (!this.catalogue) return '';
    const families = searchTeams(this.catalogue.families, this.query);
    const models = families.reduce((sum, family) => sum + family.models.length, 0);
    const teams = families.reduce((sum, family) => sum + family.teams.length, 0);
    return `${counted(models, 'model')} and ${counted(teams, 'team')}`;
  }

  #familyOf(model: string): Family | undefined {
    const { name } = splitDtype(model);
    return this.catalogue?.families.find(({ models }) => models.some((one) => one.model === name));
  }

  /** Nothing large is fetched unasked. */
  #ask(id: string, bytes: number, agree: () => void): void {
    if (bytes === 0) agree();
    else this.question = { id, agree };
  }

  #use(model: string): void {
    if (this.wanted.purpose === null) this.#change(withChosen(this.form, { method: 'plain', target: model }));
    else this.wanted.choose(model);
    this.#close();
  }

  #useTeam(team: Team): void {
    const family = this.catalogue?.families.find(({ teams }) => teams.some(({ id }) => id === team.id));
    if (!family) return;
    this.#change(applyTeam(this.form, team, family));
    this.#close();
  }

  #onHub = (event: SubmitEvent): void => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget as HTMLFormElement).get('hub')).trim();
    this.#change({ ...this.form, hubUrl: given });
  };

  #change(form: RequestForm): void {
    this.dispatchEvent(new CustomEvent<RequestForm>('form-change', { detail: form }));
  }

  async #fetch(): Promise<void> {
    this.failure = null;
    try {
      this.catalogue = await fetchedCode('The catalogue of teams', fetchTeams);
    } catch (error) {
      this.failure = describeFailure(error);
    }
  }

  /** Where storage does not answer, everything counts as a download. */
  async #lookAtStorage(): Promise<void> {
    const stored = await this.storage?.storedModels().catch(() => null);
    this.stored = stored?.models ?? [];
  }

  async #lookAtDevice(): Promise<void> {
    const device = await pageDevice(this.info, this.form.backend);
    if (JSON.stringify(device) !== JSON.stringify(this.device)) this.device = device;
  }

  #close = (): void => this.renderRoot.querySelector('dialog')?.close();

  /** A click beside the sheet: what lies behind it counts as the dialog itself. */
  #onClick = (event: MouseEvent): void => {
    if (event.target !== event.currentTarget) return;
    const { left, right, top, bottom } = (event.target as Element).getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < left || x > right || y < top || y > bottom) this.#close();
  };

  #onClose = (): void => {
    this.dispatchEvent(new CustomEvent('catalogue-closed'));
  };
}

const counted = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

customElements.define('antiphon-catalogue', CatalogueDialog);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-catalogue': CatalogueDialog;
  }
}
