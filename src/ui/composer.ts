import { html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { composerStyle } from './composer-style.ts';
import { type EngineState, hasModels, isLoading } from './page-state.ts';
import {
  initialForm,
  longestDraft,
  type MethodChoice,
  methods,
  neededModels,
  type RequestForm,
  rollSeed,
  samplePrompts,
} from './request-form.ts';
import { theme } from './theme.ts';

type NumberField = 'draftLength' | 'temperature' | 'seed' | 'topK' | 'topP' | 'minP' | 'maxTokens';

/**
 * Prompt, method, settings, and the one button that starts and stops.
 * @fires {CustomEvent<RequestForm>} start
 * @fires {CustomEvent<void>} stop
 */
export class Composer extends LitElement {
  static override properties: PropertyDeclarations = {
    engine: { attribute: false },
    running: { attribute: false },
    stopping: { attribute: false },
    form: { state: true },
  };
  declare engine: EngineState;
  declare running: boolean;
  declare stopping: boolean;
  declare form: RequestForm;

  static override styles = [theme, composerStyle];

  constructor() {
    super();
    this.engine = { kind: 'starting' };
    this.running = false;
    this.stopping = false;
    this.form = initialForm(rollSeed());
  }

  override render(): TemplateResult {
    return html`<form novalidate @submit=${this.#submit} @keydown=${this.#onKey}>
      ${this.#prompt()} ${this.#method()} ${this.#settings()} ${this.#advanced()} ${this.#button()}
    </form>`;
  }

  #prompt(): TemplateResult {
    return html`<div class="field">
      <label for="prompt">Prompt</label>
      <textarea
        id="prompt"
        rows="2"
        autocomplete="off"
        spellcheck="false"
        .value=${live(this.form.prompt)}
        @input=${(event: InputEvent) => this.#set({ prompt: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      <div class="samples" role="group" aria-label="Prompts to try">
        ${samplePrompts.map(
          (prompt) =>
            html`<button type="button" class="sample" @click=${() => this.#set({ prompt })}>${prompt}</button>`,
        )}
      </div>
    </div>`;
  }

  #method(): TemplateResult {
    const chosen = methods.find(({ choice }) => choice === this.form.method);
    return html`<fieldset class="field">
      <legend>Method</legend>
      <div class="segments">
        ${methods.map(
          ({ choice, title }) =>
            html`<label class="segment"
              ><input
                type="radio"
                name="method"
                value=${choice}
                aria-describedby="method-hint"
                .checked=${live(choice === this.form.method)}
                @change=${() => this.#set({ method: choice satisfies MethodChoice })}
              /><span>${title}</span></label
            >`,
        )}
      </div>
      <p class="hint" id="method-hint">${chosen?.explanation}</p>
    </fieldset>`;
  }

  #settings(): TemplateResult {
    const { draftLength, temperature, seed, method } = this.form;
    return html`<div class="pairs">
        <div class="field">
          <label for="draft-length">Draft length <span class="value" aria-hidden="true">${draftLength}</span></label>
          <input
            id="draft-length"
            type="range"
            min="0"
            max=${longestDraft}
            step="1"
            ?disabled=${method === 'plain'}
            .value=${live(String(draftLength))}
            @input=${this.#number('draftLength')}
          />
        </div>
        <div class="field">
          <label for="temperature">Temperature <span class="value" aria-hidden="true">${temperature.toFixed(2)}</span></label>
          <input
            id="temperature"
            type="range"
            min="0"
            max="2"
            step="0.05"
            .value=${live(String(temperature))}
            @input=${this.#number('temperature')}
          />
        </div>
      </div>
      <div class="field">
        <label for="seed">Seed</label>
        <div class="seed">
          <input
            id="seed"
            type="number"
            inputmode="numeric"
            min="0"
            step="1"
            .value=${live(fieldText(seed))}
            @input=${this.#number('seed')}
          />
          <button type="button" @click=${() => this.#set({ seed: rollSeed() })}>New seed</button>
        </div>
      </div>`;
  }

  #advanced(): TemplateResult {
    const { topK, topP, minP, maxTokens, stopLines } = this.form;
    const number = (field: NumberField, label: string, value: number, step: string, hint: string) =>
      html`<div class="field">
        <label for=${field}>${label}</label>
        <input
          id=${field}
          type="number"
          inputmode="decimal"
          min="0"
          step=${step}
          aria-describedby="${field}-hint"
          .value=${live(fieldText(value))}
          @input=${this.#number(field)}
        />
        <p class="hint" id="${field}-hint">${hint}</p>
      </div>`;
    return html`<details>
      <summary>More settings</summary>
      <div class="pairs advanced">
        ${number('topK', 'Top-k', topK, '1', '0 keeps all')}
        ${number('topP', 'Top-p', topP, '0.01', '1 keeps all')}
        ${number('minP', 'Min-p', minP, '0.01', '0 keeps all')}
        ${number('maxTokens', 'Max tokens', maxTokens, '1', 'then it ends')}
      </div>
      <div class="field">
        <label for="stop">Stop strings</label>
        <textarea
          id="stop"
          rows="2"
          spellcheck="false"
          aria-describedby="stop-hint"
          .value=${live(stopLines)}
          @input=${(event: InputEvent) => this.#set({ stopLines: (event.target as HTMLTextAreaElement).value })}
        ></textarea>
        <p class="hint" id="stop-hint">One a line; \\n stands for a line break.</p>
      </div>
    </details>`;
  }

  #button(): TemplateResult {
    // One element in all states, so that the keyboard's focus stays where it is.
    const label = this.running ? (this.stopping ? 'Stopping …' : 'Stop') : 'Start';
    const isReady = this.#canStart();
    return html`<div class="go">
      <button
        class=${this.running ? '' : 'primary'}
        type="submit"
        aria-keyshortcuts=${this.running ? 'Escape' : 'Control+Enter'}
        ?disabled=${!this.running && !isReady}
      >
        ${!this.running && !isReady && isLoading(this.engine) ? 'Loading …' : label}
      </button>
      <span class="hint keys">${this.running ? 'Esc stops' : 'Ctrl + Enter starts'}</span>
    </div>`;
  }

  #canStart(): boolean {
    return !this.running && hasModels(this.engine, neededModels(this.form.method));
  }

  #number(field: NumberField): (event: InputEvent) => void {
    return (event) => this.#set({ [field]: (event.target as HTMLInputElement).valueAsNumber });
  }

  #set(change: Partial<RequestForm>): void {
    this.form = { ...this.form, ...change };
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.running) this.dispatchEvent(new CustomEvent('stop'));
    else if (this.#canStart()) {
      this.dispatchEvent(new CustomEvent<RequestForm>('start', { detail: this.form }));
    }
  };

  #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.running) this.dispatchEvent(new CustomEvent('stop'));
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !this.running) {
      event.preventDefault();
      (event.currentTarget as HTMLFormElement).requestSubmit();
    }
  };
}

/** An empty field is NaN and must stay empty while it is being edited. */
function fieldText(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}

customElements.define('antiphon-composer', Composer);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-composer': Composer;
  }
}
