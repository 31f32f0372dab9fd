import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { type AcceptanceForm, exactAcceptance } from '../form/acceptance-form.ts';
import { acceptances, chosenOf } from '../form/choices.ts';
import { fieldStyle } from '../kit/field-style.ts';
import { badgeStyle, losslessBadge } from '../kit/lossless-badge.ts';
import { numberField, numberIn } from '../kit/number-field.ts';
import { theme } from '../kit/theme.ts';
import { choiceSelect } from './choice-select.ts';

/**
 * When a proposal may stay, with a badge that says whether the text stays exact.
 * @fires {CustomEvent<AcceptanceForm>} acceptance-change
 */
export class AcceptanceEditor extends LitElement {
  static override properties: PropertyDeclarations = {
    acceptance: { attribute: false },
    whyNot: { attribute: false },
  };
  declare acceptance: AcceptanceForm;
  /** Why the engine would refuse the request with this criterion instead; null where it would not. */
  declare whyNot: (acceptance: AcceptanceForm) => string | null;

  static override styles = [
    theme,
    fieldStyle,
    badgeStyle,
    css`
      label {
        align-items: center;
      }
      .numbers {
        margin-top: 0.7rem;
      }
    `,
  ];

  constructor() {
    super();
    this.acceptance = exactAcceptance;
    this.whyNot = () => null;
  }

  override render(): TemplateResult {
    const { acceptance } = this;
    return html`${choiceSelect({
      id: 'acceptance',
      label: html`Acceptance ${losslessBadge(chosenOf(acceptances, acceptance.kind).lossless)}`,
      entries: acceptances,
      chosen: acceptance.kind,
      whyNot: (kind) => this.whyNot({ ...acceptance, kind }),
      choose: (kind) => this.#change({ kind }),
    })}
    ${this.#numbers()}`;
  }

  #numbers(): TemplateResult | null {
    const { kind, leniency, epsilon, delta } = this.acceptance;
    if (kind === 'lenient') {
      return html`<div class="field numbers">
        <label for="leniency">Leniency ℓ <span class="value" aria-hidden="true">${leniency.toFixed(1)}</span></label>
        <input
          id="leniency"
          type="range"
          min="1"
          max="4"
          step="0.1"
          .value=${live(String(leniency))}
          @input=${(event: Event) => this.#change({ leniency: numberIn(event) })}
        />
      </div>`;
    }
    if (kind !== 'typical') return null;
    return html`<div class="pairs numbers">
      ${this.#number('epsilon', 'Epsilon ε', epsilon)} ${this.#number('delta', 'Delta δ', delta)}
    </div>`;
  }

  #number(field: 'epsilon' | 'delta', label: string, value: number): TemplateResult {
    return numberField({
      id: field,
      label,
      value,
      step: '0.01',
      onInput: (typed) => this.#change({ [field]: typed }),
    });
  }

  #change(change: Partial<AcceptanceForm>): void {
    const detail = { ...this.acceptance, ...change };
    this.dispatchEvent(new CustomEvent<AcceptanceForm>('acceptance-change', { detail }));
  }
}

customElements.define('antiphon-acceptance', AcceptanceEditor);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-acceptance': AcceptanceEditor;
  }
}
