import { css, html, type TemplateResult } from 'lit';
import { wantedPairs } from '../../speed/measure-run.ts';
import type { RaceState } from './race-run.ts';

type Running = Extract<RaceState, { readonly kind: 'running' }>;

/** How far the lanes are that run one after the other, before they are told side by side. */
export function raceProgress({ lanes, lane, tokens, maxTokens, pairs }: Running): TemplateResult {
  const amount = (index: number): string => {
    if (index < lane) return 'done';
    if (index > lane) return 'waits';
    return `${tokens} tokens`;
  };
  return html`<div class="sheet racing">
    <h2>Race in progress</h2>
    <p class="hint">
      ${
        lane < 0
          ? 'The models read the prompt first, so that every lane starts equal.'
          : lane === lanes.length
            ? 'The fastest lane and the first one run again, in turns: one run each says little about a busy machine.'
            : 'The lanes run one after the other, so that they do not compete for the machine; then they replay side by side.'
      }
    </p>
    <ol>
      ${lanes.map(
        ({ title }, index) => html`<li class=${index === lane ? 'now' : ''}>
          <span>${title}</span>
          <progress
            aria-label="${title}: ${amount(index)}"
            max=${maxTokens}
            .value=${index < lane ? maxTokens : index === lane ? Math.min(tokens, maxTokens) : 0}
          ></progress>
          <span class="amount">${amount(index)}</span>
        </li>`,
      )}
      <li class=${lane === lanes.length ? 'now' : ''}>
        <span>Compared again</span>
        <progress aria-label="Compared again" max=${wantedPairs} .value=${pairs}></progress>
        <span class="amount">${lane === lanes.length ? `${pairs} pairs` : 'waits'}</span>
      </li>
    </ol>
  </div>`;
}

/** The state of a race in a sentence for a live region; null where there is none. */
export function raceAnnouncement(state: RaceState): string | null {
  switch (state.kind) {
    case 'none':
      return null;
    case 'running':
      if (state.lane === state.lanes.length) return 'The winner is compared once more.';
      return state.lane < 0
        ? 'The race begins.'
        : `Racing: ${state.lanes[state.lane].title}, lane ${state.lane + 1} of ${state.lanes.length}.`;
    case 'finished':
      return 'The race is finished.';
    case 'failed':
      return 'The race failed.';
  }
}

export const raceProgressStyle = css`
  .racing ol {
    display: grid;
    gap: 0.6rem;
    margin: 1rem 0 0;
    padding: 0;
    list-style: none;
    font-size: 0.875rem;
  }
  .racing li {
    display: grid;
    grid-template-columns: minmax(0, 9rem) minmax(0, 1fr) 5rem;
    align-items: center;
    gap: 0.75rem;
    color: var(--ink-soft);
  }
  .racing .now {
    color: var(--ink);
    font-weight: 600;
  }
  .racing .amount {
    text-align: end;
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
`;
