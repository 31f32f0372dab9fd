import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { LoadProgress } from '../engine/engine-api.ts';
import type { Remedy } from './failure.ts';
import { failureView } from './failure-view.ts';
import { type ModelChoice, titleOf } from './model-choice.ts';
import { megabytesText } from './number-text.ts';
import { type EngineState, type ModelState, wantedModels } from './page-state.ts';
import { failureStyle, theme } from './theme.ts';

const stageTexts: Readonly<Record<LoadProgress['stage'], string>> = {
  download: 'fetching',
  verify: 'checking the files',
  'create-session': 'preparing the model',
  'self-check': 'checking the arithmetic',
  ready: 'ready',
};

/**
 * The models that the form waits for on their way in, or why they did not arrive.
 * @fires {CustomEvent<Remedy>} remedy - the reader asks for what a failure's button offers
 */
export class ModelPanel extends LitElement {
  static override properties: PropertyDeclarations = {
    engine: { attribute: false },
    choices: { attribute: false },
  };
  declare engine: EngineState;
  declare choices: readonly ModelChoice[];

  static override styles = [
    theme,
    failureStyle,
    css`
      .sheet {
        padding: 1rem 1.25rem 1.1rem;
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--sheet);
      }
      .models {
        display: grid;
        gap: 0.9rem 1.5rem;
        margin: 0;
        padding: 0;
        list-style: none;
      }
      @media (min-width: 34rem) {
        .models {
          grid-template-columns: 1fr 1fr;
        }
      }
      .failed {
        grid-column: 1 / -1;
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
      progress {
        display: block;
        width: 100%;
        height: 6px;
        margin-bottom: 0.35rem;
        border: 0;
        border-radius: 3px;
        overflow: hidden;
        appearance: none;
        background: var(--rule);
        color: var(--accent);
      }
      progress::-webkit-progress-bar {
        background: var(--rule);
      }
      progress::-webkit-progress-value {
        border-radius: 3px;
        background: var(--accent);
      }
      progress::-moz-progress-bar {
        border-radius: 3px;
        background: var(--accent);
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
  }

  override render(): TemplateResult {
    const { engine } = this;
    switch (engine.kind) {
      case 'unsupported':
        return html`<div class="failure" role="alert">
          <h2>This browser cannot run the engine</h2>
          <p>It lacks ${engine.missing.join(', ')}.</p>
          <p class="hint">A current version of Chrome, Edge, Firefox or Safari has all it takes.</p>
        </div>`;
      case 'failed':
        return failureView('The engine is not running', engine.failure, this.#ask);
      case 'starting':
        return html`<div class="sheet"><p class="hint">Starting the engine …</p></div>`;
      case 'open':
        return html`<div class="sheet">
          <ul class="models">
            ${wantedModels(engine).map((model) =>
              model.kind === 'failed'
                ? html`<li class="failed">
                    ${failureView(`${this.#name(model)} could not be loaded`, model.failure, this.#ask)}
                  </li>`
                : html`<li>${this.#model(model)}</li>`,
            )}
          </ul>
        </div>`;
    }
  }

  #model(model: Exclude<ModelState, { kind: 'failed' }>): TemplateResult {
    return html`<div class="name">
        <strong>${titleOf(model.id, this.choices)}</strong><span class="hint">${stageText(model)}</span>
      </div>
      ${progressBar(model)}
      <p class="hint numbers">${amountText(model)}</p>`;
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
    ? html`<progress aria-label=${label}></progress>`
    : html`<progress aria-label=${label} max="1" .value=${share}></progress>`;
}

/** null where the total is not known. */
export function loadedShare(model: ModelState): number | null {
  if (model.kind === 'ready') return 1;
  if (model.kind !== 'loading' || !model.progress) return 0;
  const { stage, bytesLoaded, bytesTotal } = model.progress;
  if (stage !== 'download') return 1;
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
  if (model.kind === 'ready') return megabytesText(model.model.bytes);
  if (model.kind !== 'loading' || !model.progress) return '\u00a0';
  const { bytesLoaded, bytesTotal, filesDone, filesTotal } = model.progress;
  const bytes =
    bytesTotal === null
      ? megabytesText(bytesLoaded)
      : `${megabytesText(bytesLoaded)} of ${megabytesText(bytesTotal)}`;
  return `${bytes} · ${filesDone} of ${filesTotal} files`;
}

customElements.define('antiphon-model-panel', ModelPanel);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-model-panel': ModelPanel;
  }
}
