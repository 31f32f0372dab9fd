import { css, html, type TemplateResult } from 'lit';

/** Says whether a text follows its distribution exactly. */
export function losslessBadge(lossless: boolean): TemplateResult {
  return lossless
    ? html`<span class="pill lossless">exact</span>`
    : html`<span class="pill lossy">lossy</span>`;
}

export const badgeStyle = css`
  .pill {
    padding: 0.05rem 0.55rem;
    border: 1px solid;
    border-radius: 1rem;
    font: 600 0.75rem / 1.4 var(--sans);
  }
  .lossless {
    background: var(--accent-wash);
    color: var(--accent);
  }
  .lossy {
    border-style: dashed;
    background: var(--danger-wash);
    color: var(--danger);
  }
`;
