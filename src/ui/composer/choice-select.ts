import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { type Choice, chosenOf } from '../form/choices.ts';

/**
 * A select with the explanation of what is chosen below it. Entries that the engine would refuse are not offered,
 * and the reason is told; the chosen one stays, its refusal is told elsewhere.
 * @param whyNot why an entry cannot be chosen as things stand; null where it can
 */
export function choiceSelect<Kind extends string>(parts: {
  readonly id: string;
  readonly label: string | TemplateResult;
  readonly entries: readonly Choice<Kind>[];
  readonly chosen: Kind;
  readonly whyNot: (kind: Kind) => string | null;
  readonly choose: (kind: Kind) => void;
  /** False where the explanation stands elsewhere. */
  readonly explains?: boolean;
}): TemplateResult {
  const { id, label, entries, chosen, whyNot, choose, explains = true } = parts;
  const barred = entries
    .filter(({ kind }) => kind !== chosen)
    .map(({ kind }) => ({ kind, reason: whyNot(kind) }))
    .filter(({ reason }) => reason !== null);
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <select
      id=${id}
      aria-describedby="${id}-hint"
      @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as Kind)}
    >
      ${entries.map(
        ({ kind, title }) =>
          html`<option
            value=${kind}
            .selected=${live(kind === chosen)}
            ?disabled=${barred.some((entry) => entry.kind === kind)}
          >
            ${title}
          </option>`,
      )}
    </select>
    <div id="${id}-hint">
      ${explains ? html`<p class="hint">${chosenOf(entries, chosen).explanation}</p>` : null}
      ${barred.map(({ reason }) => html`<p class="hint">Not offered: ${reason}.</p>`)}
    </div>
  </div>`;
}
