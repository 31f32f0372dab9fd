import { css } from 'lit';

/** The catalogue: a sheet over the page, which fills a small screen. */
export const catalogueStyle = css`
  dialog {
    width: min(56rem, 100vw - 2rem);
    max-width: none;
    height: min(56rem, 100dvh - 2rem);
    max-height: none;
    padding: 0;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--paper);
    color: var(--ink);
  }
  dialog[open] {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
  }
  dialog::backdrop {
    background: rgb(0 0 0 / 45%);
  }
  @media (max-width: 40rem) {
    dialog {
      width: 100vw;
      height: 100dvh;
      border: 0;
      border-radius: 0;
    }
  }
  header {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    align-items: center;
    gap: 0.75rem;
    padding: 0.9rem 1.25rem;
    border-bottom: 1px solid var(--rule);
  }
  header h2:focus {
    outline: none;
  }
  .body {
    padding: 1rem 1.25rem 1.5rem;
    overflow-y: auto;
    overscroll-behavior: contain;
  }
  .context {
    margin-bottom: 0.9rem;
  }
  .finding {
    display: grid;
    gap: 0.9rem 1.5rem;
  }
  @media (min-width: 46rem) {
    .finding {
      grid-template-columns: 1fr 1fr;
      align-items: start;
    }
  }
  input[type='search'],
  input[type='url'] {
    display: block;
    width: 100%;
    min-height: 2.5rem;
    padding: 0.4rem 0.7rem;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  .hub form {
    display: flex;
    gap: 0.5rem;
    margin-top: 0.4rem;
  }
  section {
    margin-top: 1.5rem;
  }
  h3 {
    margin: 0;
    font: 400 1.25rem / 1.3 var(--serif);
  }
  h4 {
    margin: 0.9rem 0 0.3rem;
    font-size: 0.875rem;
  }
  ul {
    margin: 0.5rem 0 0;
    padding: 0;
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--sheet);
    list-style: none;
  }
  li {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.3rem 0.9rem;
    align-items: start;
    padding: 0.75rem 0.9rem;
  }
  li + li {
    border-top: 1px solid var(--rule);
  }
  .name {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.15rem 0.5rem;
  }
  .name strong {
    font-weight: 600;
  }
  code {
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  .mark {
    padding: 0 0.45rem;
    border: 1px solid var(--rule);
    border-radius: 1rem;
    color: var(--ink-soft);
    font-size: 0.75rem;
  }
  .mark.ran {
    border-color: var(--accent);
    background: var(--accent-wash);
    color: var(--accent);
  }
  .weights {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3rem 0.75rem;
    grid-column: 1 / -1;
  }
  .weights select {
    width: auto;
    max-width: 100%;
    min-height: 2.25rem;
    padding-block: 0.25rem;
    font-size: 0.875rem;
  }
  .fit {
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }
  .fit.not {
    color: var(--danger);
    font-weight: 600;
  }
  li .hint {
    margin-top: 0.15rem;
  }
  li button {
    min-height: 2.25rem;
    padding: 0.3rem 0.8rem;
    font-size: 0.875rem;
  }
  @media (pointer: coarse) {
    li button,
    .weights select {
      min-height: 2.75rem;
    }
  }
  @media (max-width: 40rem) {
    .body,
    header {
      padding-inline: 1rem;
    }
    .teams li {
      grid-template-columns: minmax(0, 1fr);
    }
  }
`;
