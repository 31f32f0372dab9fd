import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { type DraftLengthForm, maxDraftLength } from '../form/draft-length.ts';

/**
 * A slider for γ, and a box that leaves it to the engine. For elements styled by `fieldStyle`; one an element.
 * @param field.whenFixed what γ becomes when the box is emptied
 */
export function draftLengthField(field: {
  readonly label: string;
  readonly min: number;
  readonly value: DraftLengthForm;
  readonly whenFixed: number;
  readonly onChange: (value: DraftLengthForm) => void;
}): TemplateResult {
  const { label, min, value, whenFixed, onChange } = field;
  const isAutomatic = value === 'adaptive';
  const inputOf = (event: Event): HTMLInputElement => event.target as HTMLInputElement;
  return html`<div class="field">
    <label for="draft-length"
      >${label} <span class="value" aria-hidden="true">${isAutomatic ? 'automatic' : value}</span></label
    >
    <input
      id="draft-length"
      type="range"
      min=${min}
      max=${maxDraftLength}
      step="1"
      ?disabled=${isAutomatic}
      .value=${live(String(isAutomatic ? whenFixed : value))}
      @input=${(event: Event) => onChange(inputOf(event).valueAsNumber)}
    />
    <label class="switch"
      ><input
        type="checkbox"
        aria-describedby="automatic-hint"
        .checked=${live(isAutomatic)}
        @change=${(event: Event) => onChange(inputOf(event).checked ? 'adaptive' : whenFixed)}
      />Automatic</label
    >
    <p class="hint" id="automatic-hint">
      ${
        isAutomatic
          ? 'Adapts to acceptance rates and pass times. The same seed may write another text with the same distribution.'
          : 'Lets the engine choose while it writes.'
      }
    </p>
  </div>`;
}
