import { css, html, type TemplateResult } from 'lit';
import type { PrefillProgress } from '../../engine/engine-api.ts';
import type { RunHeading, RunState } from './run-state.ts';

/** Prompts below this are read before a reader sees a bar. */
const fewTokens = 256;

/** Beside `progressStyle`. */
export const prefillStyle = css`
  .prefill {
    display: grid;
    gap: 0.4rem;
    max-width: 24rem;
    margin-top: 1rem;
    color: var(--ink-soft);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
`;

/** How far a long prompt is read, until its text begins; null where there is nothing to wait for. */
export function prefillProgress(run: RunState<RunHeading>): TemplateResult | null {
  if (run.kind !== 'running' || run.story.rounds.length > 0 || !isLong(run.prefill)) return null;
  const { tokensFed, tokensTotal } = run.prefill;
  return html`<label class="prefill" part="prefill"
    >Reading the prompt: ${tokensFed.toLocaleString('en')} of ${tokensTotal.toLocaleString('en')} tokens
    <progress max=${tokensTotal} .value=${tokensFed}></progress
  ></label>`;
}

function isLong(progress: PrefillProgress | null): progress is PrefillProgress {
  return progress !== null && progress.tokensTotal > fewTokens && progress.tokensFed < progress.tokensTotal;
}
