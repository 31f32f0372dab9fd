import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { wantCatalogue } from './catalogue-wanted.ts';
import { type ModelChoice, offeredModels } from './model-choice.ts';

/** Of no model: ids are not empty. */
const another = '';

/**
 * A select of the catalogue's models, and one entry that opens the catalogue of teams, where any other is found. What
 * was chosen stays until something is chosen there.
 * @param purpose names the select, and heads the catalogue
 */
export function modelChooser(parts: {
  readonly id?: string;
  readonly purpose: string;
  /** False where a label of the same words stands above it. */
  readonly isUnlabelled?: boolean;
  readonly model: string;
  readonly choices: readonly ModelChoice[];
  readonly choose: (model: string) => void;
}): TemplateResult {
  const { id = 'model', purpose, isUnlabelled = true, model, choices, choose } = parts;
  const onChange = (event: Event): void => {
    const select = event.target as HTMLSelectElement;
    if (select.value === another) {
      select.value = model;
      wantCatalogue(select, { purpose, replaces: model, choose });
    } else choose(select.value);
  };
  return html`<select id=${id} aria-label=${isUnlabelled ? purpose : nothing} @change=${onChange}>
    ${offeredModels(choices, model).map(
      ({ id: offered, title }) =>
        html`<option value=${offered} .selected=${live(offered === model)}>${title}</option>`,
    )}
    <option value=${another}>Another model …</option>
  </select>`;
}
