import { html, type TemplateResult } from 'lit';

/** What a link said wrong, and what it wants from elsewhere; null where there is nothing to tell. */
export function linkNotice(
  { problems, foreign }: { readonly problems: readonly string[]; readonly foreign: readonly string[] },
  actions: { readonly agree: () => void; readonly dismiss: () => void },
): TemplateResult | null {
  if (problems.length === 0 && foreign.length === 0) return null;
  return html`<div class="notice" role="alert">
    ${
      problems.length > 0
        ? html`<p><strong>The link is partly invalid.</strong> ${problems.join(' ')} All other settings were applied.</p>`
        : null
    }
    ${
      foreign.length > 0
        ? html`<p>
            <strong>This link loads from elsewhere:</strong> ${foreign.map((address) => html`<code>${address}</code> `)}. Load it
            only if you trust the author of the link; until then the page uses its own models.
          </p>`
        : null
    }
    <div class="buttons">
      ${foreign.length > 0 ? html`<button type="button" @click=${actions.agree}>Load it</button>` : null}
      <button type="button" @click=${actions.dismiss}>${foreign.length > 0 ? 'Use the page’s models' : 'Close'}</button>
    </div>
  </div>`;
}
