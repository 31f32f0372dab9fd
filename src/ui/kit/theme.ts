import { css } from 'lit';

/** Controls and text styles that all elements of the page share; colours and fonts come from palette.css. */
export const theme = css`
  :host {
    display: block;
    min-width: 0;
    font-family: var(--sans);
    color: var(--ink);
  }
  :host([hidden]) {
    display: none;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button,
  input,
  textarea,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    min-height: 2.5rem;
    padding: 0.4rem 0.9rem;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: transparent;
    cursor: pointer;
  }
  button:hover {
    border-color: var(--accent);
    color: var(--accent);
  }
  button.primary {
    border-color: var(--accent);
    background: var(--accent);
    color: var(--accent-ink);
    font-weight: 600;
  }
  button.primary:hover:not([disabled]) {
    filter: brightness(1.08);
    color: var(--accent-ink);
  }
  button[disabled] {
    border-color: var(--rule);
    background: var(--rule);
    color: var(--ink-soft);
    cursor: default;
    filter: none;
  }
  :focus-visible {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  h2 {
    margin: 0;
    font: 400 1.25rem / 1.3 var(--serif);
  }
  p {
    margin: 0;
  }
  .hint {
    color: var(--ink-soft);
    font-size: 0.8125rem;
    line-height: 1.45;
  }
  summary {
    min-height: 1.75rem;
    align-content: center;
    cursor: pointer;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

/** A failure told to the reader: what happened, its code, what to do next. */
export const failureStyle = css`
  .failure {
    padding: 1rem 1.25rem;
    border: 1px solid var(--danger);
    border-inline-start-width: 5px;
    border-radius: var(--radius);
    background: var(--danger-wash);
    overflow-wrap: anywhere;
  }
  .failure h2 {
    color: var(--danger);
  }
  .failure p {
    margin-top: 0.4rem;
  }
  .failure code {
    font-size: 0.875em;
  }
  .failure button {
    margin-top: 0.8rem;
    background: var(--sheet);
  }
  .failure details {
    margin-top: 0.6rem;
  }
  .failure summary {
    width: fit-content;
  }
`;
