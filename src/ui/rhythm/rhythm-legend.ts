import { css, html, svg, type TemplateResult } from 'lit';
import type { ForwardKind } from '../../round/round.ts';

/** What a run may show that needs a word. */
export interface Shown {
  readonly kinds: ReadonlySet<ForwardKind>;
  readonly estimates: boolean;
  readonly proposals: boolean;
}

/** How to read the timeline; names only what the run has. */
export function rhythmLegend({ kinds, estimates, proposals }: Shown): TemplateResult {
  return html`<ul class="legend" aria-label="How to read the timeline">
    ${kinds.has('prefill') ? entry(swatch('prefill'), 'prefill: reads the prompt') : null}
    ${kinds.has('score') ? entry(swatch('score'), 'score: judges what hangs') : null}
    ${kinds.has('draft') ? entry(swatch('draft'), 'draft: proposes only') : null}
    ${kinds.has('catch-up') ? entry(swatch('catch-up'), 'catch-up') : null}
    ${estimates ? entry(swatch('estimated'), 'time estimated') : null}
    ${
      proposals
        ? html`${entry(note('M6 12 H16 Q21 12 21 7 V3'), 'accepted: rises')}
            ${entry(note('M6 5 H16 Q21 5 21 10 V14', true), 'rejected: falls')}`
        : null
    }
  </ul>`;
}

function entry(picture: TemplateResult, words: string): TemplateResult {
  return html`<li>${picture}<span>${words}</span></li>`;
}

function swatch(kind: ForwardKind | 'estimated'): TemplateResult {
  const fill = kind === 'score' || kind === 'estimated' ? 1 : 0.2;
  return html`<svg width="26" height="14" viewBox="0 0 26 14" aria-hidden="true">
    ${svg`<rect x="0.6" y="0.6" width="24.8" height="12.8" rx="3.5" fill="currentColor" fill-opacity=${fill}
      stroke="currentColor" stroke-width="1.2" />`}
    ${kind === 'prefill' ? svg`<path d="M5 1v12M9 1v12M13 1v12M17 1v12M21 1v12" stroke="currentColor" />` : null}
    ${kind === 'catch-up' ? svg`<path d="M1 5h24M1 9h24" stroke="currentColor" />` : null}
    ${
      kind === 'estimated'
        ? svg`<path class="hatch" d="M3 13 15 1M9 13 21 1M15 13 24 4" stroke-width="1.4" />`
        : null
    }
  </svg>`;
}

function note(path: string, isHollow = false): TemplateResult {
  const y = Number(path.split(' ')[1]);
  return html`<svg width="26" height="16" viewBox="0 0 26 16" aria-hidden="true">
    ${svg`<path d=${path} fill="none" stroke="currentColor" stroke-width="1.6" />`}
    ${svg`<ellipse cx="5" cy=${y} rx="3.6" ry="2.7" transform="rotate(-20 5 ${y})" stroke="currentColor"
      stroke-width="1.3" class=${isHollow ? 'hollow' : 'full'} />`}
  </svg>`;
}

export const legendStyle = css`
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.3rem 1.1rem;
    margin: 0;
    padding: 0;
    list-style: none;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }
  .legend li {
    display: flex;
    align-items: center;
    gap: 0.45rem;
  }
  .legend svg {
    flex: none;
    overflow: visible;
  }
  .legend .hatch {
    stroke: var(--sheet);
  }
  .legend .hollow {
    fill: var(--sheet);
  }
  .legend .full {
    fill: currentColor;
  }
`;
