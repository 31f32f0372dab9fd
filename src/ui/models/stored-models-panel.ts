import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { EngineApi, StoredModel, StoredModels } from '../../engine/engine-api.ts';
import { describeFailure } from '../kit/failure.ts';
import './fit-check.ts';
import { sizeText } from '../../errors/byte-text.ts';
import { theme } from '../kit/theme.ts';
import { type ModelChoice, titleOf } from './model-choice.ts';

/** What of the engine the panel needs. */
export type ModelStorage = Pick<EngineApi, 'storedModels' | 'deleteStored' | 'estimate'>;

/**
 * What the browser keeps of models: which, how large, how much room there is; each can be deleted. Asks the engine
 * when it is opened, and after each deletion.
 * @fires {CustomEvent<void>} stored-change - a model was deleted
 */
export class StoredModelsPanel extends LitElement {
  static override properties: PropertyDeclarations = {
    storage: { attribute: false },
    choices: { attribute: false },
    stored: { state: true },
    told: { state: true },
    deleting: { state: true },
  };
  declare storage: ModelStorage | null;
  declare choices: readonly ModelChoice[];
  declare stored: StoredModels | null;
  declare told: string;
  /** The model that is being deleted. */
  declare deleting: string | null;

  static override styles = [
    theme,
    css`
      details {
        color: var(--ink-soft);
        font-size: 0.875rem;
      }
      summary {
        min-height: 1.75rem;
      }
      ul {
        margin: 0.4rem 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: flex;
        flex-wrap: wrap;
        justify-content: space-between;
        align-items: center;
        gap: 0.25rem 0.9rem;
        padding-block: 0.2rem;
        border-top: 1px solid var(--rule);
        color: var(--ink);
        overflow-wrap: anywhere;
      }
      .size {
        margin-inline-start: auto;
        color: var(--ink-soft);
        font-variant-numeric: tabular-nums;
      }
      button {
        min-height: 2rem;
        padding: 0.2rem 0.6rem;
        font-size: 0.8125rem;
      }
      .told {
        min-height: 1.3em;
      }
    `,
  ];

  constructor() {
    super();
    this.storage = null;
    this.choices = [];
    this.stored = null;
    this.told = '';
    this.deleting = null;
  }

  override render(): TemplateResult {
    const { stored } = this;
    return html`<details @toggle=${this.#onToggle}>
      <summary>Models on this device</summary>
      ${stored && this.#list(stored)}
      <p class="hint told" role="status">${this.told}</p>
      <antiphon-fit-check .storage=${this.storage}></antiphon-fit-check>
    </details>`;
  }

  #list(stored: StoredModels): TemplateResult {
    if (stored.models.length === 0) return html`<p>Nothing is stored.</p>`;
    return html`<p>${roomText(stored)}</p>
      <ul aria-label="Stored models">
        ${stored.models.map(
          (model) => html`<li>
            <span>${titleOf(model.id, this.choices)}</span>
            <span class="size">${storedText(model)}</span>
            <button
              type="button"
              aria-label=${`Delete ${titleOf(model.id, this.choices)}`}
              ?disabled=${this.deleting !== null}
              @click=${() => this.#delete(model)}
            >
              Delete
            </button>
          </li>`,
        )}
      </ul>`;
  }

  #onToggle = (event: Event): void => {
    if ((event.currentTarget as HTMLDetailsElement).open) void this.#refresh();
  };

  async #refresh(): Promise<void> {
    try {
      this.stored = (await this.storage?.storedModels()) ?? null;
    } catch (error) {
      this.told = describeFailure(error).message;
    }
  }

  async #delete({ id }: StoredModel): Promise<void> {
    this.deleting = id;
    try {
      const freedBytes = (await this.storage?.deleteStored(id)) ?? 0;
      this.told = `${titleOf(id, this.choices)} was deleted; ${sizeText(freedBytes)} freed.`;
      this.dispatchEvent(new CustomEvent('stored-change'));
    } catch (error) {
      this.told = describeFailure(error).message;
    }
    this.deleting = null;
    await this.#refresh();
  }
}

function roomText({ bytes, quotaBytes, persisted }: StoredModels): string {
  const quota = quotaBytes === null ? '' : ` of the ${sizeText(quotaBytes)} that the browser allows`;
  const promise = persisted ? 'The browser keeps them' : 'The browser may delete them when space runs short';
  return `${sizeText(bytes)}${quota}. ${promise}.`;
}

function storedText({ bytes, complete }: StoredModel): string {
  return complete ? sizeText(bytes) : `${sizeText(bytes)}, in part`;
}

customElements.define('antiphon-stored-models', StoredModelsPanel);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-stored-models': StoredModelsPanel;
  }
}
