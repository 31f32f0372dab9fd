import {
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import type { LoadProgress } from '../../engine/engine-api.ts';
import { sizeText } from '../../errors/byte-text.ts';
import { ConnectionWatch } from '../kit/connection-watch.ts';
import type { Remedy } from '../kit/failure.ts';
import { failureView } from '../kit/failure-view.ts';
import { progressStyle } from '../kit/progress-style.ts';
import { failureStyle, theme } from '../kit/theme.ts';
import { type EngineState, type ModelState, wantedModels } from './engine-state.ts';
import { LoadPace, remainingText } from './load-pace.ts';
import { type ModelChoice, titleOf } from './model-choice.ts';

const stageTexts: Readonly<Record<LoadProgress['stage'], string>> = {
  download: 'fetching',
  verify: 'checking the files',
  runtime: 'fetching the engine',
  'create-session': 'preparing the model',
  'self-check': 'checking the arithmetic',
  ready: 'ready',
};

type FailedModel = Extract<ModelState, { readonly kind: 'failed' }>;

/** A model that the reader chose in the place of one that is unknown. */
export interface Replacement {
  readonly unknown: string;
  readonly chosen: string;
}

/**
 * The models that the form waits for on their way in, or why they did not arrive.
 * @fires {CustomEvent<Remedy>} remedy - the reader asks for what a failure's button offers
 * @fires {CustomEvent<Replacement>} model-replaced
 */
export class ModelPanel extends LitElement {
  static override properties: PropertyDeclarations = {
    engine: { attribute: false },
    choices: { attribute: false },
    canReplace: { attribute: false },
  };
  declare engine: EngineState;
  declare choices: readonly ModelChoice[];
  /** Known models are offered in the place of one that is unknown. */
  declare canReplace: boolean;

  readonly #paces = new Map<string, LoadPace>();
  readonly #remainingMs = new Map<string, number | null>();

  static override styles = [
    theme,
    failureStyle,
    progressStyle,
    css`
      .sheet {
        padding: 0.8rem 1.1rem 1rem;
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--sheet);
      }
      .models {
        display: grid;
        gap: 0.9rem 1.5rem;
        margin: 0;
        list-style: none;
      }
      @media (min-width: 34rem) {
        .models {
          grid-template-columns: 1fr 1fr;
        }
      }
      .known {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.5rem;
      }
      .failure + .failure,
      .failure + .models {
        margin-top: 1rem;
      }
      .name {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        gap: 0 0.75rem;
        margin-bottom: 0.35rem;
      }
      .name strong {
        font-weight: 600;
      }
      .numbers {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  constructor() {
    super();
    this.engine = { kind: 'starting' };
    this.choices = [];
    this.canReplace = false;
    new ConnectionWatch(this, () => {});
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('engine')) return;
    for (const model of wantedModels(this.engine)) {
      if (model.kind !== 'loading' || !model.progress) {
        this.#paces.delete(model.id);
        this.#remainingMs.delete(model.id);
        continue;
      }
      const pace = this.#paces.get(model.id) ?? new LoadPace();
      this.#paces.set(model.id, pace);
      this.#remainingMs.set(model.id, pace.remainingMs(model.progress, performance.now()));
    }
  }

  override render(): TemplateResult {
    const { engine } = this;
    switch (engine.kind) {
      case 'unsupported':
        return html`<div class="failure" role="alert">
          <h2>This browser cannot run the engine</h2>
          <p>It lacks ${engine.missing.join(', ')}.</p>
          <p class="hint">Current versions of Chrome, Edge, Firefox and Safari work.</p>
        </div>`;
      case 'failed':
        return failureView('The engine is not running', engine.failure, this.#ask);
      case 'starting':
        return html`<div class="sheet"><p class="hint">Starting the engine …</p></div>`;
      case 'open': {
        const models = wantedModels(engine);
        const coming = models.filter((model) => model.kind !== 'failed');
        return html`${this.#failures(models)}
        ${coming.length > 0 ? html`<ul class="sheet models">${coming.map((model) => html`<li>${this.#model(model)}</li>`)}</ul>` : null}`;
      }
    }
  }

  /** Models that failed for one reason are told together, with one button; each that is unknown with its choice. */
  #failures(models: readonly ModelState[]): TemplateResult[] {
    const failed = models.filter((model) => model.kind === 'failed');
    const reasonOf = ({ id, failure }: FailedModel): string =>
      failure.knownModels.length > 0 ? id : `${failure.code} ${failure.nextStep}`;
    return [...new Set(failed.map(reasonOf))].map((reason) => {
      const alike = failed.filter((model) => reasonOf(model) === reason);
      const names = new Intl.ListFormat('en').format(alike.map((model) => this.#name(model)));
      const message = [...new Set(alike.map(({ failure }) => failure.message))].join(' ');
      const failure = { ...alike[0].failure, message };
      const title = `${names} could not be loaded`;
      return this.canReplace && failure.knownModels.length > 0
        ? failureView(title, failure, this.#ask, this.#replacements(alike[0]))
        : failureView(title, failure, this.#ask);
    });
  }

  #replacements({ id: unknown, failure }: FailedModel): TemplateResult {
    const replace = (chosen: string) => () =>
      this.dispatchEvent(new CustomEvent<Replacement>('model-replaced', { detail: { unknown, chosen } }));
    return html`<div class="known" role="group" aria-label="Replacements for ${unknown}">
      ${failure.knownModels.map(
        (id) => html`<button type="button" @click=${replace(id)}>${titleOf(id, this.choices)}</button>`,
      )}
    </div>`;
  }

  #model(model: Exclude<ModelState, { kind: 'failed' }>): TemplateResult {
    return html`<div class="name">
        <strong>${titleOf(model.id, this.choices)}</strong
        ><span class="hint numbers">${[stageText(model), amountText(model), this.#remaining(model.id)].filter((text) => text !== '').join(' · ')}</span>
      </div>
      ${progressBar(model)}`;
  }

  #remaining(id: string): string {
    const ms = this.#remainingMs.get(id) ?? null;
    return ms === null ? '' : remainingText(ms);
  }

  #name({ id }: ModelState): string {
    const title = titleOf(id, this.choices);
    return title === id ? id : `${title} (${id})`;
  }

  #ask = (remedy: Remedy): void => {
    this.dispatchEvent(new CustomEvent<Remedy>('remedy', { detail: remedy }));
  };
}

function progressBar(model: ModelState): TemplateResult {
  const label = `Loading ${model.id}`;
  const share = loadedShare(model);
  return share === null
    ? html`<progress class="unmeasured" aria-label=${label}></progress>`
    : html`<progress aria-label=${label} max="1" .value=${share}></progress>`;
}

/** null where nobody can tell how much of it is done. */
function loadedShare(model: ModelState): number | null {
  if (model.kind === 'ready') return 1;
  if (model.kind !== 'loading' || !model.progress) return 0;
  const { stage, bytesLoaded, bytesTotal } = model.progress;
  if (stage !== 'download' && stage !== 'runtime') return null;
  return bytesTotal === null ? null : bytesLoaded / Math.max(1, bytesTotal);
}

function stageText(model: ModelState): string {
  if (model.kind === 'waiting') return 'waiting';
  if (model.kind === 'ready') return 'ready';
  if (model.kind !== 'loading' || !model.progress) return 'asking for the files';
  const { stage, cached } = model.progress;
  return stage === 'download' && cached ? 'reading from this browser' : stageTexts[stage];
}

function amountText(model: ModelState): string {
  if (model.kind === 'ready') return sizeText(model.model.bytes);
  if (model.kind !== 'loading' || !model.progress) return '';
  const { stage, bytesLoaded, bytesTotal, filesDone, filesTotal } = model.progress;
  // The files are there; how long their preparation takes nobody knows.
  if (stage !== 'download' && stage !== 'runtime') return sizeText(bytesLoaded);
  const bytes =
    bytesTotal === null ? sizeText(bytesLoaded) : `${sizeText(bytesLoaded)} of ${sizeText(bytesTotal)}`;
  return stage === 'runtime' ? bytes : `${bytes} · ${filesDone} of ${filesTotal} files`;
}

customElements.define('antiphon-model-panel', ModelPanel);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-model-panel': ModelPanel;
  }
}
