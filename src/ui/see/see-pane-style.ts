import { css } from 'lit';

/** A pane fills its place; its text scrolls and keeps its last line in sight. */
export const seePaneStyle = css`
  :host {
    display: grid;
    grid-template-rows: auto auto minmax(0, 1fr) auto;
    min-height: 0;
    padding: 0.8rem 1rem;
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  h2 {
    font-size: 1.125rem;
  }
  .explanation {
    margin-bottom: 0.4rem;
    color: var(--ink-soft);
    font-size: 0.8125rem;
    line-height: 1.45;
  }
  .text {
    display: flex;
    flex-direction: column-reverse;
    min-height: 0;
    overflow: hidden auto;
    font: 400 clamp(1rem, 2.3vh, 1.25rem) / 1.5 var(--serif);
  }
  .text p {
    margin: 0 0 auto;
    /* The lines below the last words. */
    padding-bottom: 0.15em;
    white-space: pre-line;
    overflow-wrap: anywhere;
  }
  .prompt,
  .proposed {
    color: var(--ink-soft);
  }
  .proposed {
    text-decoration: underline dotted 2px var(--member);
    text-underline-offset: 0.28em;
  }
  .refused {
    margin-inline-end: 0.15em;
    color: var(--ink-soft);
    font-size: 0.85em;
  }
  .mark {
    padding-inline: 0.2em;
    border: 1px solid var(--edge);
    border-radius: 3px;
    background: linear-gradient(to top right, transparent 46%, var(--edge) 46% 54%, transparent 54%);
    text-decoration: none;
  }
  .foot {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 1rem;
    margin-top: 0.4rem;
    color: var(--ink-soft);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  .foot strong {
    color: var(--ink);
    font-size: 1.0625rem;
  }
  .time {
    margin-inline-start: auto;
  }
  .models {
    display: inline-flex;
    gap: 0.4rem;
  }
  .models .badge {
    border: 1px solid var(--member);
    background: transparent;
    color: var(--member);
  }
  .models .active {
    background: var(--member);
    color: var(--member-ink);
  }
  @media (max-width: 44rem), (max-height: 34rem) {
    :host {
      padding: 0.35rem 0.7rem;
    }
    h2 {
      font-size: 1rem;
      line-height: 1.25;
    }
    .explanation {
      margin-bottom: 0.15rem;
      font-size: 0.75rem;
      line-height: 1.25;
    }
    .badge {
      width: 1.1rem;
      height: 1.1rem;
      font-size: 0.6875rem;
    }
    .text {
      font-size: 0.875rem;
      line-height: 1.4;
    }
    .foot {
      margin-top: 0.1rem;
      font-size: 0.75rem;
      line-height: 1.4;
    }
    .foot strong {
      font-size: 0.9375rem;
    }
  }
  /* Small phones, and windows zoomed to 200 %. */
  @media (max-width: 48rem) and (max-height: 46rem) {
    :host {
      padding-block: 0.25rem;
    }
    .text {
      font-size: 0.8125rem;
      line-height: 1.35;
    }
  }
  @media ((max-width: 44rem) and (max-height: 46rem)) or (max-height: 34rem) {
    .legend {
      display: none;
    }
  }
`;
