import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { EngineApi } from '../../engine/engine-api.ts';
import { describeFailure } from '../kit/failure.ts';
import { theme } from '../kit/theme.ts';
import { fitText } from './fit-text.ts';

/**
 * Asks whether a model of the hub would run on this device, before anything large is downloaded.
 * @fires {CustomEvent<string>} use - what was typed is to be used; with a `use-title` only
 */
export class FitCheck extends LitElement {
  static override properties: PropertyDeclarations = {
    storage: { attribute: false },
    label: {},
    useTitle: { attribute: 'use-title' },
    answer: { state: true },
  };
  declare storage: Pick<EngineApi, 'estimate'> | null;
  declare label: string;
  /** What the button says that uses the model; null where none can be used. */
  declare useTitle: string | null;
  /** What stands below the field. */
  declare answer: string;
  /** Answers of older questions are dropped. */
  #question = 0;

  static override styles = [
    theme,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.4rem;
      }
      label {
        flex: 1 1 14rem;
      }
      input {
        display: block;
        width: 100%;
        min-height: 2rem;
        padding: 0.2rem 0.5rem;
        border: 1px solid var(--edge);
        border-radius: var(--radius);
        background: var(--sheet);
      }
      button {
        min-height: 2rem;
        padding: 0.2rem 0.6rem;
        font-size: 0.8125rem;
      }
      /* In the catalogue it stands beside a field of the form. */
      :host([use-title]) label {
        flex-basis: 100%;
        font-size: 0.875rem;
        font-weight: 600;
      }
      :host([use-title]) input {
        min-height: 2.5rem;
        margin-top: 0.4rem;
        font-size: 1rem;
        font-weight: 400;
      }
      :host([use-title]) button {
        min-height: 2.25rem;
        padding: 0.3rem 0.8rem;
        font-size: 0.875rem;
      }
      @media (pointer: coarse) {
        :host([use-title]) button {
          min-height: 2.75rem;
        }
      }
      .answer {
        min-height: 1.3em;
        margin-top: 0.3rem;
        overflow-wrap: anywhere;
      }
    `,
  ];

  constructor() {
    super();
    this.storage = null;
    this.label = 'Would a model of the hub fit?';
    this.useTitle = null;
    this.answer = '';
  }

  override render(): TemplateResult {
    return html`<form @submit=${this.#ask}>
        <label>
          ${this.label}
          <input name="model" placeholder="owner/name" required autocomplete="off" spellcheck="false" />
        </label>
        <button type="submit">${this.useTitle === null ? 'Ask' : 'Does it fit?'}</button>
        ${this.useTitle === null ? null : html`<button type="button" @click=${this.#use}>${this.useTitle}</button>`}
      </form>
      <p class="hint answer" role="status">${this.answer}</p>`;
  }

  #use = (event: Event): void => {
    const { form } = event.currentTarget as HTMLButtonElement;
    if (!form?.reportValidity()) return;
    this.#question++;
    const detail = String(new FormData(form).get('model'));
    this.dispatchEvent(new CustomEvent<string>('use', { detail }));
  };

  #ask = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const model = String(new FormData(event.currentTarget as HTMLFormElement).get('model')).trim();
    const question = ++this.#question;
    this.answer = `Asking about ${model} …`;
    const answer = await (
      this.storage?.estimate(model) ?? Promise.reject(new Error('The engine is not running.'))
    ).then(fitText, (error: unknown) => describeFailure(error).message);
    if (question === this.#question) this.answer = answer;
  };
}

customElements.define('antiphon-fit-check', FitCheck);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-fit-check': FitCheck;
  }
}
