import {
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import type { EngineApi } from '../../engine/engine-api.ts';
import { sizeText } from '../../errors/byte-text.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { conclusionsOf, growthAt, speedUpText } from '../../measure/conclusions.ts';
import type { MeasureParts, MeasureProgress } from '../../measure/measure-device.ts';
import { type MeasurePlan, planFor } from '../../measure/measure-plan.ts';
import type { MeasuredBackend, MeasuredHost, Measurement } from '../../measure/measurement.ts';
import { backendNames, methodNames, referenceNames } from '../../measure/names.ts';
import type { BackendKind } from '../../models/causal-model.ts';
import { costsOf } from '../../models/costs/pass-times.ts';
import { costAt } from '../../models/forward-costs.ts';
import { quartilesOf } from '../../speed/quartiles.ts';
import { measuredSpeedUp } from '../../speed/speed-up.ts';
import { missingFeatures } from '../kit/browser-support.ts';
import { describeFailure, type Failure, type Remedy } from '../kit/failure.ts';
import { failureView } from '../kit/failure-view.ts';
import { fetchedCode } from '../kit/fetched-code.ts';
import { openFetchedEngine } from '../kit/fetched-engine.ts';
import { numberTableStyle } from '../kit/number-table-style.ts';
import { decimalText, noNumber, smallNumberText } from '../kit/number-text.ts';
import { pageHeaderStyle, pageNav } from '../kit/page-nav.ts';
import { progressStyle } from '../kit/progress-style.ts';
import { saveFile } from '../kit/save-file.ts';
import { failureStyle, theme } from '../kit/theme.ts';
import { downloadQuestion, downloadQuestionStyle } from '../models/download-question.ts';
import { readGivenModel } from '../models/given-model.ts';
import { type ModelDownload, modelDownload } from '../models/model-download.ts';
import { fetchTeams } from '../page/catalogue/fetch-teams.ts';
import { browserHost } from './browser-host.ts';
import { bundledChoice, type MeasureChoice, namesIn, teamChoices } from './measure-choices.ts';
import { measureStyle } from './measure-style.ts';

/** What the page measures with; tests bring their own. */
export interface MeasureProvider {
  readonly connect: (backend: BackendKind) => Promise<EngineApi>;
  readonly host: () => Promise<MeasuredHost>;
  readonly fetchChoices: () => Promise<readonly MeasureChoice[]>;
  readonly missingFeatures: () => readonly string[];
  readonly effort?: MeasureParts['effort'];
}

const browserProvider: MeasureProvider = {
  connect: (backend) => openFetchedEngine({ backend }),
  host: browserHost,
  fetchChoices: async () => teamChoices(await fetchTeams()),
  missingFeatures,
};

type MeasureState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'asked'; readonly names: readonly string[]; readonly download: ModelDownload }
  | { readonly kind: 'working'; readonly progress: MeasureProgress }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The choice of models that the reader names. */
const others = 'others';

/** Measures how fast this device runs language models, and says what follows from it. */
export class MeasureApp extends LitElement {
  static override properties: PropertyDeclarations = {
    provider: { attribute: false },
    state: { state: true },
    choices: { state: true },
    chosen: { state: true },
    names: { state: true },
    backends: { state: true },
    measurement: { state: true },
    chart: { state: true },
  };
  declare provider: MeasureProvider;
  declare state: MeasureState;
  declare choices: readonly MeasureChoice[];
  /** Id of a choice, or `others`. */
  declare chosen: string;
  declare names: string;
  declare backends: readonly BackendKind[];
  declare measurement: Measurement | null;
  declare chart: SVGElement | null;

  #abort: AbortController | null = null;

  static override styles = [
    theme,
    failureStyle,
    progressStyle,
    numberTableStyle,
    pageHeaderStyle,
    downloadQuestionStyle,
    measureStyle,
  ];

  constructor() {
    super();
    this.provider = browserProvider;
    this.state = { kind: 'ready' };
    this.choices = [bundledChoice];
    this.chosen = bundledChoice.id;
    this.names = '';
    this.backends = ['wasm', 'webgpu'];
    this.measurement = null;
    this.chart = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // Without the catalogue there are still the models of the page, and a field for others.
    this.provider.fetchChoices().then(
      (choices) => {
        this.choices = [bundledChoice, ...choices];
      },
      () => {},
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#abort?.abort();
  }

  override render(): TemplateResult {
    return html`<header>
        <h1>Measure this device</h1>
        ${pageNav('Measure')}
      </header>
      <main>
        <p>
          How fast does this device run language models, and what makes them faster here? The page checks that the
          models compute correctly, times calls over 1 to 9 tokens, and compares two methods with one call after the
          other, on WebAssembly and on the graphics card. Once the models are here it takes less than two minutes. Close
          other programs first.
        </p>
        ${this.state.kind === 'failed' ? failureView('The device could not be measured', this.state.failure, this.#onRemedy) : nothing}
        ${this.#controls()} ${this.measurement ? this.#result(this.measurement) : nothing}
      </main>`;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('measurement') && this.measurement) void this.#draw(this.measurement);
  }

  #controls(): TemplateResult {
    const { state } = this;
    if (state.kind === 'working') {
      return html`<div class="working">
        <label
          ><span role="status">${state.progress.what}</span
          ><progress max="1" .value=${state.progress.share}></progress
        ></label>
        <button type="button" @click=${() => this.#abort?.abort()}>Cancel</button>
      </div>`;
    }
    const downloadBytes = this.choices.find(({ id }) => id === this.chosen)?.downloadBytes ?? 0;
    return html`<form @submit=${this.#onSubmit}>
      <label
        >Models
        <select @change=${(event: Event) => this.#choose({ chosen: (event.target as HTMLSelectElement).value })}>
          ${this.choices.map(
            ({ id, title, downloadBytes: bytes }) =>
              html`<option value=${id} ?selected=${id === this.chosen}>
                ${title}${bytes > 0 ? `, ${sizeText(bytes)}` : ''}
              </option>`,
          )}
          <option value=${others} ?selected=${this.chosen === others}>Other models …</option>
        </select></label
      >
      ${
        this.chosen === others
          ? html`<label
              >Names, separated by spaces
              <input
                type="text"
                required
                spellcheck="false"
                autocapitalize="off"
                .value=${this.names}
                @input=${(event: InputEvent) => this.#choose({ names: (event.target as HTMLInputElement).value })}
              /><span class="hint"
                >Models of one vocabulary: the smallest drafts for the largest, and all take turns. Repositories of the
                Hugging Face hub such as “owner/name:q4”, folders by their address, or story-draft.</span
              ></label
            >`
          : nothing
      }
      <fieldset>
        <legend class="visually-hidden">Measure on</legend>
        ${(['wasm', 'webgpu'] as const).map(
          (backend) =>
            html`<label
              ><input
                type="checkbox"
                .checked=${this.backends.includes(backend)}
                @change=${() => this.#toggle(backend)}
              />${backendNames[backend]}</label
            >`,
        )}
      </fieldset>
      ${
        state.kind === 'asked'
          ? this.#question(state)
          : html`<div class="actions">
              <button class="primary" ?disabled=${this.backends.length === 0}>
                ${downloadBytes > 0 ? `Download ${sizeText(downloadBytes)} and measure` : this.measurement ? 'Measure again' : 'Measure'}
              </button>
              <p class="hint">Nothing leaves this device. You save the result, and send it where you want.</p>
            </div>`
      }
    </form>`;
  }

  #question({ names, download }: Extract<MeasureState, { readonly kind: 'asked' }>): TemplateResult {
    const { bytes, words } = download;
    return html`<p class="hint">${words}</p>
      ${downloadQuestion({
        ...{ title: names.join(', '), bytes },
        agree: () => void this.#measure(planFor(names)),
        cancel: () => {
          this.state = { kind: 'ready' };
          void this.#focus('button.primary');
        },
      })}`;
  }

  #result(measurement: Measurement): TemplateResult {
    const measured = measurement.backends.filter((one): one is MeasuredBackend => one.outcome === 'measured');
    return html`<section aria-labelledby="result">
      <h2 id="result" tabindex="-1">What this device is like</h2>
      <ol class="sentences">
        ${conclusionsOf(measurement).map((sentence) => html`<li>${sentence}</li>`)}
      </ol>
      ${
        this.chart
          ? html`<figure>
              ${this.chart}
              <figcaption class="hint">
                Time of a call over k tokens ÷ time of a call over one. The flatter the line, the cheaper it is to check
                several proposed tokens at once.
              </figcaption>
            </figure>`
          : nothing
      }
      <div class="actions">
        <button type="button" class="primary" @click=${() => this.#saveJson(measurement)}>Save the numbers (JSON)</button>
        ${this.chart ? html`<button type="button" @click=${() => this.#savePicture(measurement)}>Save the picture (SVG)</button>` : nothing}
      </div>
      ${measured.map((one) => this.#tables(one))}
    </section>`;
  }

  #tables(measured: MeasuredBackend): TemplateResult {
    const { backend, models, methods } = measured;
    const growth = (model: (typeof models)[number], tokens: number): string =>
      decimalText(growthAt(model, tokens), 2);
    const perSecond = (times: readonly number[]): string =>
      times.length === 0 ? noNumber : (1000 / quartilesOf(times).median).toFixed(1);
    return html`<table>
        <caption>
          ${backendNames[backend]}: calls
        </caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">1 token, ms</th>
            <th scope="col">2, ×</th>
            <th scope="col">5, ×</th>
            <th scope="col">9, ×</th>
            <th scope="col">Self-check</th>
          </tr>
        </thead>
        <tbody>
          ${models.map(
            (model) =>
              html`<tr>
                <th scope="row">${model.title}</th>
                <td>${model.passes.length > 0 ? costAt(costsOf(model.passes), 1).toFixed(2) : noNumber}</td>
                <td>${growth(model, 2)}</td>
                <td>${growth(model, 5)}</td>
                <td>${growth(model, 9)}</td>
                <td>
                  ${model.backend === backend ? smallNumberText(model.noise.maxLogitDifference) : `failed, ran on ${backendNames[model.backend]}`}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      <table>
        <caption>
          ${backendNames[backend]}: methods
        </caption>
        <thead>
          <tr>
            <th scope="col">Method and reference</th>
            <th scope="col">tokens/s</th>
            <th scope="col">reference</th>
            <th scope="col">speed-up</th>
          </tr>
        </thead>
        <tbody>
          ${methods.map(
            ({ kind, pairs, failure }) =>
              html`<tr>
                <th scope="row">
                  ${capital(methodNames[kind])} over ${referenceNames[kind]}${failure ? html` <span class="hint">(${failure})</span>` : nothing}
                </th>
                <td>${perSecond(pairs.map(({ methodMs }) => methodMs))}</td>
                <td>${perSecond(pairs.map(({ referenceMs }) => referenceMs))}</td>
                <td>${speedUpText(measuredSpeedUp(pairs))}</td>
              </tr>`,
          )}
        </tbody>
      </table>`;
  }

  /** A question about other models falls. */
  #choose(chosen: Partial<Pick<MeasureApp, 'chosen' | 'names' | 'backends'>>): void {
    Object.assign(this, chosen);
    if (this.state.kind === 'asked') this.state = { kind: 'ready' };
  }

  #toggle(backend: BackendKind): void {
    const { backends } = this;
    this.#choose({
      backends: (['wasm', 'webgpu'] as const).filter((one) => backends.includes(one) !== (one === backend)),
    });
  }

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.state.kind !== 'asked') void this.#begin();
  };

  #onRemedy = (remedy: Remedy): void => {
    if (remedy === 'reload-page') location.reload();
    else void this.#begin();
  };

  /** @throws EngineError `invalid-request` for what can be no model */
  #names(): readonly string[] {
    return namesIn(this.names).map((name) => {
      const { model, problem } = readGivenModel(name);
      if (model === null) throw new EngineError('invalid-request', problem);
      return model;
    });
  }

  /** What the button says is fetched; the size of other models is asked first. */
  async #begin(): Promise<void> {
    const choice = this.choices.find(({ id }) => id === this.chosen);
    if (choice) return this.#measure(choice.plan);
    await this.#work('Asking about the models …', async (signal) => {
      const names = this.#names();
      return { kind: 'asked', names, download: await this.#download(names, signal) };
    });
    const { state } = this;
    if (state.kind !== 'asked') return;
    if (state.download.bytes === 0) await this.#measure(planFor(state.names));
    else await this.#focus('.question button');
  }

  /** Each backend may load other weights. */
  async #download(names: readonly string[], signal: AbortSignal): Promise<ModelDownload> {
    const opened = await Promise.allSettled(this.backends.map((backend) => this.provider.connect(backend)));
    // The measurement says what is wrong with the others.
    const engines = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    try {
      return await modelDownload(names, engines, signal);
    } finally {
      await Promise.allSettled(engines.map((engine) => engine.close()));
    }
  }

  async #measure(plan: MeasurePlan): Promise<void> {
    const { provider, backends } = this;
    const isDone = await this.#work('Starting …', async (signal) => {
      const { measureDevice } = await fetchedCode(
        'The measurement',
        () => import('../../measure/measure-device.ts'),
      );
      this.measurement = await measureDevice({
        ...{ connect: provider.connect, plan, backends, host: await provider.host() },
        ...(provider.effort && { effort: provider.effort }),
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) this.state = { kind: 'working', progress };
        },
      });
      return { kind: 'ready' };
    });
    if (isDone) await this.#focus('#result');
  }

  /**
   * @param work gives the state that follows it
   * @returns false where it failed or was cancelled
   */
  async #work(what: string, work: (signal: AbortSignal) => Promise<MeasureState>): Promise<boolean> {
    const abort = new AbortController();
    this.#abort = abort;
    this.state = { kind: 'working', progress: { what, share: 0 } };
    try {
      const missing = this.provider.missingFeatures();
      if (missing.length > 0) {
        throw new EngineError(
          'model-unsupported',
          `this browser lacks ${missing.join(', ')}: use a current one`,
        );
      }
      const next = await work(abort.signal);
      this.state = abort.signal.aborted ? { kind: 'ready' } : next;
      return !abort.signal.aborted;
    } catch (error) {
      this.state = abort.signal.aborted
        ? { kind: 'ready' }
        : { kind: 'failed', failure: describeFailure(error) };
      return false;
    }
  }

  async #focus(selector: string): Promise<void> {
    await this.updateComplete;
    this.shadowRoot?.querySelector<HTMLElement>(selector)?.focus();
  }

  /** The numbers are worth having without their picture. */
  async #draw(measurement: Measurement): Promise<void> {
    this.chart = null;
    try {
      const { passChart } = await fetchedCode('The picture', () => import('./pass-chart.ts'));
      const width = Math.max(280, Math.min(720, this.clientWidth - 80));
      this.chart = passChart(measurement, document, width);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }

  #saveJson(measurement: Measurement): void {
    saveFile(
      `${fileName(measurement)}.json`,
      'application/json',
      `${JSON.stringify(measurement, null, 1)}\n`,
    );
  }

  #savePicture(measurement: Measurement): void {
    if (!this.chart) return;
    const text = new XMLSerializer().serializeToString(this.chart);
    saveFile(`${fileName(measurement)}.svg`, 'image/svg+xml', text);
  }
}

const fileName = ({ createdAt }: Measurement): string =>
  `antiphon-measurement-${createdAt.slice(0, 16).replaceAll(':', '')}`;

const capital = (text: string): string => text[0].toUpperCase() + text.slice(1);

customElements.define('antiphon-measure', MeasureApp);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-measure': MeasureApp;
  }
}
