import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';

export interface NumberFieldOptions {
  readonly id: string;
  readonly label: string;
  /** NaN leaves it empty. */
  readonly value: number;
  readonly step: string;
  readonly hint?: string;
  /** Called with what is typed; NaN where it is no number yet. */
  readonly onInput: (value: number) => void;
}

/** A field for a number that is not negative, with its label. */
export function numberField({ id, label, value, step, hint, onInput }: NumberFieldOptions): TemplateResult {
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      type="number"
      inputmode="decimal"
      min="0"
      step=${step}
      aria-describedby=${hint === undefined ? nothing : `${id}-hint`}
      .value=${live(fieldText(value))}
      @input=${(event: Event) => onInput(numberIn(event))}
    />
    ${hint === undefined ? null : html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}

/** An empty field is NaN and must stay empty while it is being edited. */
export function fieldText(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}

export const numberIn = (event: Event): number => (event.target as HTMLInputElement).valueAsNumber;
