import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Dtype } from '../../../models/files/dtype.ts';
import { roughSizeText } from '../../kit/number-text.ts';
import { automaticDtype, type Device, deviceFit, deviceFitText } from './device-fit.ts';
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
  readonly use: (model: string) => void;
  readonly useTeam: (team: Team) => void;
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

function teamRow(team: Team, { models }: Family, { device, useTeam }: SectionParts): TemplateResult {
  const members = team.members.flatMap(({ model, role }) => {
    const found = models.find((one) => one.model === model);
    return found ? [{ model: found, role }] : [];
  });
  return html`<li>
    <div>
      <div class="name"><strong>${team.title}</strong></div>
      <p class="hint">${team.note}</p>
      <p class="hint">${members.map(({ model, role }) => `${model.title} (${role})`).join(' · ')}</p>
      ${
        device &&
        fitLine(
          members.map(({ model }) => ({ model, dtype: automaticDtype(model, device) })),
          device,
        )
      }
    </div>
    <button type="button" aria-label="Use this team: ${team.title}" @click=${() => useTeam(team)}>
      Use this team
    </button>
  </li>`;
}

function modelRow(model: FamilyModel, parts: SectionParts): TemplateResult {
  const { device, useTitle, pickedDtype, pickDtype, use } = parts;
  const picked = pickedDtype(model.model);
  const automatic = device ? automaticDtype(model, device) : model.weights[0].dtype;
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
    <button
      type="button"
      aria-label="${useTitle}: ${model.title}"
      @click=${() => use(picked === null ? model.model : `${model.model}:${picked}`)}
    >
      ${useTitle}
    </button>
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
      ${device && fitLine([{ model, dtype: picked ?? automatic }], device)}
    </div>
  </li>`;
}

function fitLine(members: Parameters<typeof deviceFit>[0], device: Device): TemplateResult {
  const fit = deviceFit(members, device);
  return html`<p class="fit ${fit.fits ? '' : 'not'}">About ${roughSizeText(fit.downloadBytes)} to download · ${deviceFitText(fit)}</p>`;
}

/** "q4, about 180 MB": of a file that was measured without the "about". */
function weightsText({ weights }: FamilyModel, dtype: Dtype): string {
  const { bytes, basis } = weights.find((one) => one.dtype === dtype)!;
  return `${dtype}, ${basis === 'file' ? '' : 'about '}${roughSizeText(bytes)}`;
}

/** "135 million", "1.7 billion" */
function parametersText(parameters: number): string {
  if (parameters >= 999.5e6) return `${(parameters / 1e9).toFixed(1)} billion`;
  return `${(parameters / 1e6).toFixed(parameters < 9.95e6 ? 1 : 0)} million`;
}
