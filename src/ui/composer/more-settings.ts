import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { backends } from '../form/choices.ts';
import type { RequestForm } from '../form/request-form.ts';
import { numberField } from '../kit/number-field.ts';
import { choiceSelect } from './choice-select.ts';

/** Fields of the form that are numbers. */
export type NumberField = 'temperature' | 'seed' | 'topK' | 'topP' | 'minP' | 'maxTokens';

interface Parts {
  readonly form: RequestForm;
  readonly running: boolean;
  readonly change: (change: Partial<RequestForm>) => void;
}

/** What few readers set: truncation, limits, backend, stop strings; folded away. */
export function moreSettings(parts: Parts): TemplateResult {
  const { form, change } = parts;
  const number = (field: NumberField, label: string, step: string, hint: string) =>
    numberField({
      id: field,
      label,
      step,
      hint,
      value: form[field],
      onInput: (value) => change({ [field]: value }),
    });
  return html`<details>
    <summary>More settings</summary>
    <div class="pairs advanced">
      ${number('topK', 'Top-k', '1', '0 keeps all')} ${number('topP', 'Top-p', '0.01', '1 keeps all')}
      ${number('minP', 'Min-p', '0.01', '0 keeps all')} ${number('maxTokens', 'Max tokens', '1', 'then it ends')}
    </div>
    ${backend(parts)}
    <div class="field">
      <label for="stop">Stop strings</label>
      <textarea
        id="stop"
        rows="2"
        spellcheck="false"
        aria-describedby="stop-hint"
        .value=${live(form.stopLines)}
        @input=${(event: InputEvent) => change({ stopLines: (event.target as HTMLTextAreaElement).value })}
      ></textarea>
      <p class="hint" id="stop-hint">One per line; \\n is a line break.</p>
    </div>
  </details>`;
}

function backend({ form, running, change }: Parts): TemplateResult {
  // Another backend is another engine: a story under way would end.
  return html`<fieldset class="field" ?disabled=${running}>
    ${choiceSelect({
      id: 'backend',
      label: 'Backend',
      entries: backends,
      chosen: form.backend,
      whyNot: () => null,
      choose: (kind) => change({ backend: kind }),
    })}
  </fieldset>`;
}
