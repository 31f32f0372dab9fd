import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { sizeText } from '../../../errors/byte-text.ts';
import type { Dtype } from '../../../models/files/dtype.ts';
import { downloadQuestion } from '../../models/download-question.ts';
import { automaticDtype, type Device, deviceFit, deviceFitText, type WeightsChoice } from './device-fit.ts';
import type { Family, FamilyModel, Team } from './team-catalogue.ts';

/** What the sections of a catalogue are drawn from, and what they ask for. */
export interface SectionParts {
  /** null until it is known: then nothing is said of what fits. */
  readonly device: Device | null;
  /** What the button of a model says. */
  readonly useTitle: string;
  /** The weights that were picked for a model; null for those that a load takes by itself. */
  readonly pickedDtype: (model: string) => Dtype | null;
  readonly pickDtype: (model: string, dtype: Dtype | null) => void;
  /** What a load fetches of models with these weights: nothing where they are stored or come with the page. */
  readonly downloadBytes: (choices: readonly WeightsChoice[]) => number;
  /** What the reader is asked about; its row has the question in the place of its button. */
  readonly asked: string | null;
  /** @param bytes of the download */
  readonly use: (model: string, bytes: number) => void;
  readonly useTeam: (team: Team, bytes: number) => void;
  /** Answers the question. */
  readonly agree: () => void;
  readonly cancel: () => void;
}

/**
 * A family with its models and teams.
 * @param whole the family with all its models, of which teams are made
 */
export function familySection(family: Family, whole: Family, parts: SectionParts): TemplateResult {
  const { id, title, note, licence, vocabulary, models, teams } = family;
  return html`<section aria-labelledby="family-${id}">
    <h3 id="family-${id}">${title}</h3>
    <p class="hint">${note}</p>
    <p class="hint">Licence: ${licence} · vocabulary of ${vocabulary.toLocaleString('en')} tokens</p>
    ${
      teams.length === 0
        ? null
        : html`<h4 id="teams-${id}">Teams</h4>
          <ul class="teams" aria-labelledby="family-${id} teams-${id}">
            ${teams.map((team) => teamRow(team, whole, parts))}
          </ul>`
    }
    ${
      models.length === 0
        ? null
        : html`<h4 id="models-${id}">Models</h4>
          <ul aria-labelledby="family-${id} models-${id}">
            ${models.map((model) => modelRow(model, parts))}
          </ul>`
    }
  </section>`;
}

function teamRow(team: Team, { models }: Family, parts: SectionParts): TemplateResult {
  const { device, useTeam } = parts;
  const members = team.members.flatMap(({ model, role }) => {
    const found = models.find((one) => one.model === model);
    return found ? [{ model: found, role }] : [];
  });
  const choices = members.map(({ model }) => ({ model, dtype: usualDtype(model, device) }));
  const bytes = parts.downloadBytes(choices);
  return html`<li>
    <div>
      <div class="name"><strong>${team.title}</strong></div>
      <p class="hint">${team.note}</p>
      <p class="hint">${members.map(({ model, role }) => `${model.title} (${role})`).join(' · ')}</p>
      ${fitLine(choices, bytes, device)}
    </div>
    ${useButton({ id: team.id, what: 'Use this team', title: team.title, bytes, use: () => useTeam(team, bytes) }, parts)}
  </li>`;
}

function modelRow(model: FamilyModel, parts: SectionParts): TemplateResult {
  const { device, useTitle, pickedDtype, pickDtype, use } = parts;
  const picked = pickedDtype(model.model);
  const automatic = usualDtype(model, device);
  const choices = [{ model, dtype: picked ?? automatic }];
  const bytes = parts.downloadBytes(choices);
  const id = picked === null ? model.model : `${model.model}:${picked}`;
  return html`<li>
    <div>
      <div class="name">
        <strong>${model.title}</strong>
        <span class="mark ${model.ran === null ? '' : 'ran'}">${model.ran === null ? 'listed' : 'ran here'}</span>
      </div>
      ${model.source === 'hub' ? html`<code>${model.model}</code>` : null}
      <p class="hint">${parametersText(model.parameters)} parameters · ${model.roles.join(', ')}</p>
      ${model.ran === null || model.source === 'bundled' ? null : html`<p class="hint">${model.ran}</p>`}
    </div>
    ${useButton({ id, what: useTitle, title: model.title, bytes, use: () => use(id, bytes) }, parts)}
    <div class="weights">
      <select
        aria-label="Weights of ${model.title}"
        @change=${(event: Event) =>
          pickDtype(model.model, ((event.target as HTMLSelectElement).value || null) as Dtype | null)}
      >
        <option value="" .selected=${live(picked === null)}>
          Automatic: ${weightsText(model, automatic)}
        </option>
        ${model.weights.map(
          ({ dtype }) =>
            html`<option value=${dtype} .selected=${live(picked === dtype)}>${weightsText(model, dtype)}</option>`,
        )}
      </select>
      ${fitLine(choices, bytes, device)}
    </div>
  </li>`;
}

function usualDtype(model: FamilyModel, device: Device | null): Dtype {
  return device ? automaticDtype(model, device) : model.weights[0].dtype;
}

/** Asks before anything large is fetched. */
function useButton(
  row: {
    readonly id: string;
    readonly what: string;
    readonly title: string;
    readonly bytes: number;
    readonly use: () => void;
  },
  { asked, agree, cancel }: SectionParts,
): TemplateResult {
  const { id, what, title, bytes, use } = row;
  if (asked !== id) {
    return html`<button type="button" data-id=${id} aria-label="${what}: ${title}" @click=${use}>${what}</button>`;
  }
  return downloadQuestion({ title, bytes, agree, cancel });
}

function fitLine(choices: readonly WeightsChoice[], bytes: number, device: Device | null): TemplateResult {
  const download = bytes === 0 ? 'nothing to download' : `download of ${sizeText(bytes)}`;
  if (!device) return html`<p class="fit">${download}</p>`;
  const fit = deviceFit(choices, device);
  return html`<p class="fit ${fit.fits ? '' : 'not'}">${download} · ${deviceFitText(fit)}</p>`;
}

/** "q4, about 180 MB": of a file that was measured without the "about". */
function weightsText({ weights }: FamilyModel, dtype: Dtype): string {
  const { bytes, basis } = weights.find((one) => one.dtype === dtype)!;
  return `${dtype}, ${basis === 'file' ? '' : 'about '}${sizeText(bytes)}`;
}

/** "135 million", "1.7 billion" */
function parametersText(parameters: number): string {
  if (parameters >= 999.5e6) return `${(parameters / 1e9).toFixed(1)} billion`;
  return `${(parameters / 1e6).toFixed(parameters < 9.95e6 ? 1 : 0)} million`;
}
