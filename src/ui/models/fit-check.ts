import {
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { describeFailure } from '../kit/failure.ts';
import { theme } from '../kit/theme.ts';
import { downloadQuestion, downloadQuestionStyle } from './download-question.ts';
import { readGivenModel } from './given-model.ts';
import { type DownloadSource, type ModelDownload, modelDownload } from './model-download.ts';

/**
 * Says whether a model would run on this device, and uses it once the reader has seen how much is downloaded.
 * @fires {CustomEvent<string>} use - this model, as `load` takes it; with a `use-title` only
 */
export class FitCheck extends LitElement {
  static override properties: PropertyDeclarations = {
    storage: { attribute: false },
    label: {},
    useTitle: { attribute: 'use-title' },
    answer: { state: true },
    asked: { state: true },
  };
  declare storage: DownloadSource | null;
  declare label: string;
  /** What the button says that uses the model; null where none can be used. */
  declare useTitle: string | null;
  /** What stands below the field. */
  declare answer: string;
  /** A download that waits for the reader's word. */
  declare asked: { readonly model: string; readonly bytes: number | null } | null;
  /** Answers of older questions are dropped. */
  #question = 0;
  /** Questions that came before the engine. */
  readonly #waiting: ((engine: DownloadSource) => void)[] = [];

  static override styles = [
    theme,
    downloadQuestionStyle,
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
    this.asked = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#drop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Another engine may have another hub.
    if (changed.get('storage')) this.#drop();
  }

  protected override updated(changed: PropertyValues<this>): void {
    const { storage } = this;
    if (storage) for (const tell of this.#waiting.splice(0)) tell(storage);
    if (!changed.has('asked')) return;
    const [asked, use] = ['.question button', 'button.use'].map((one) =>
      this.renderRoot.querySelector<HTMLElement>(one),
    );
    if (asked) asked.focus();
    // What was focused has gone.
    else if (changed.get('asked') && !this.shadowRoot?.activeElement) use?.focus();
  }

  override render(): TemplateResult {
    return html`<form @submit=${this.#onSubmit}>
        <label>
          ${this.label}
          <input
            name="model"
            placeholder="owner/name"
            required
            autocomplete="off"
            spellcheck="false"
            @input=${this.#drop}
          />
        </label>
        <button type="submit">${this.useTitle === null ? 'Ask' : 'Does it fit?'}</button>
        ${this.#useButton()}
      </form>
      <p class="hint answer" role="status">${this.answer}</p>`;
  }

  #useButton(): TemplateResult | null {
    const { asked, useTitle } = this;
    if (useTitle === null) return null;
    if (!asked) return html`<button type="button" class="use" @click=${this.#onUse}>${useTitle}</button>`;
    const { model, bytes } = asked;
    return downloadQuestion({ title: model, bytes, agree: () => this.#use(model), cancel: this.#drop });
  }

  #use(model: string): void {
    this.#drop();
    this.dispatchEvent(new CustomEvent<string>('use', { detail: model }));
  }

  #drop = (): void => {
    this.#question++;
    this.asked = null;
    this.answer = '';
  };

  #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.#ask(event.currentTarget as HTMLFormElement);
  };

  #onUse = async (event: Event): Promise<void> => {
    const { form } = event.currentTarget as HTMLButtonElement;
    if (!form?.reportValidity()) return;
    const asked = await this.#ask(form);
    if (!asked) return;
    const { model, bytes } = asked;
    if (bytes === 0) this.#use(model);
    else this.asked = { model, bytes };
  };

  /** It may still be opening, or open anew on another hub. */
  #engine(): Promise<DownloadSource> {
    this.answer = 'Waiting for the engine …';
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** @returns null where there is no such model, and where a newer question was asked meanwhile */
  async #ask(form: HTMLFormElement): Promise<(ModelDownload & { readonly model: string }) | null> {
    this.#drop();
    const question = this.#question;
    const { model, problem } = readGivenModel(String(new FormData(form).get('model')));
    if (model === null) {
      this.answer = problem;
      return null;
    }
    try {
      const engine = this.storage ?? (await this.#engine());
      if (question !== this.#question) return null;
      this.answer = `Asking about ${model} …`;
      const download = await modelDownload([model], [engine]);
      if (question !== this.#question) return null;
      this.answer = download.words;
      return { model, ...download };
    } catch (error) {
      if (question === this.#question) this.answer = describeFailure(error).message;
      return null;
    }
  }
}

customElements.define('antiphon-fit-check', FitCheck);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-fit-check': FitCheck;
  }
}
