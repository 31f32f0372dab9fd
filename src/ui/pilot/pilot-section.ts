import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { PilotEngine } from '../../pilot/pilot.ts';
import { initialForm, type RequestForm } from '../form/request-form.ts';
import { FetchedView } from '../kit/fetched-view.ts';
import { foldingStyle } from '../kit/folding-style.ts';
import { RememberedFold } from '../kit/remembered-fold.ts';
import { theme } from '../kit/theme.ts';
import type { EngineState } from '../models/engine-state.ts';
import type { ModelChoice } from '../models/model-choice.ts';
import type { PilotPanel } from './pilot-panel.ts';

/**
 * The pilot as a part of the page that opens when it is wanted, which is remembered; its code is fetched then. Passes
 * on what the panel tells.
 */
export class PilotSection extends LitElement {
  static override properties: PropertyDeclarations = {
    engine: { attribute: false },
    decode: { attribute: false },
    request: { attribute: false },
    choices: { attribute: false },
    busy: { attribute: false },
  };
  declare engine: EngineState;
  declare decode: PilotEngine['decode'] | null;
  declare request: RequestForm;
  declare choices: readonly ModelChoice[];
  declare busy: boolean;
  readonly #fold = new RememberedFold(this, 'antiphon.pilot.open', 'open');
  readonly #view = new FetchedView(this, () => import('./pilot-panel.ts'));

  static override styles = [
    theme,
    foldingStyle,
    css`
      .below {
        margin-top: 0.8rem;
      }
    `,
  ];

  constructor() {
    super();
    this.engine = { kind: 'starting' };
    this.decode = null;
    this.request = initialForm(1);
    this.choices = [];
    this.busy = false;
  }

  /** Ends a pilot under way. */
  stop(): void {
    this.renderRoot.querySelector<PilotPanel>('antiphon-pilot')?.stop();
  }

  protected override willUpdate(): void {
    if (this.#fold.open && this.#view.state === 'not-needed') void this.#view.fetch();
  }

  override render(): TemplateResult {
    return html`<details ?open=${this.#fold.open} @toggle=${this.#fold.onToggle}>
      <summary>
        <h2>Pilot</h2>
        <span class="hint">your prompts by every method</span>
      </summary>
      <div class="below">${this.#content()}</div>
    </details>`;
  }

  /** Once it is there it stays: a pilot goes on while it is folded away. */
  #content(): TemplateResult | null {
    if (this.#view.state === 'missing') {
      return html`<p>The pilot’s code could not be fetched. <button type="button" @click=${this.#view.fetch}>Try again</button></p>`;
    }
    if (this.#view.state !== 'here') return null;
    const passOn = (event: CustomEvent): void =>
      void this.dispatchEvent(new CustomEvent(event.type, { detail: event.detail }));
    return html`<antiphon-pilot
      .engine=${this.engine}
      .decode=${this.decode}
      .request=${this.request}
      .choices=${this.choices}
      .busy=${this.busy}
      @pilot-running=${passOn}
      @models-wanted=${passOn}
      @remedy=${passOn}
    ></antiphon-pilot>`;
  }
}

customElements.define('antiphon-pilot-section', PilotSection);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-pilot-section': PilotSection;
  }
}
