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
        ? html`<p><strong>The link is not all right.</strong> ${problems.join(' ')} Everything else is set as it says.</p>`
        : null
    }
    ${
      foreign.length > 0
        ? html`<p>
            <strong>The link wants to load</strong> ${foreign.map((address) => html`<code>${address}</code> `)}. Load it
            only if you trust whoever made the link; until then the page’s own stands in for it.
          </p>`
        : null
    }
    <div class="buttons">
      ${foreign.length > 0 ? html`<button type="button" @click=${actions.agree}>Load it</button>` : null}
      <button type="button" @click=${actions.dismiss}>${foreign.length > 0 ? 'Do without' : 'Close'}</button>
    </div>
  </div>`;
}
