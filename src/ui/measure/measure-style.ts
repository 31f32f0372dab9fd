import { css } from 'lit';

export const measureStyle = css`
  :host {
    max-width: 48rem;
    margin: 0 auto;
    padding: clamp(0.75rem, 3vw, 2rem) clamp(0.75rem, 4vw, 2rem) 4rem;
  }
  a {
    color: var(--accent);
  }
  main {
    display: grid;
    gap: 1.25rem;
    margin-top: 0.75rem;
  }
  form,
  .working {
    display: grid;
    gap: 0.9rem;
    padding: 1rem 1.25rem;
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  form > label,
  .working > label {
    display: grid;
    gap: 0.3rem;
    font-size: 0.9375rem;
  }
  select,
  input[type='text'] {
    width: 100%;
    min-height: 2.5rem;
    padding: 0.4rem 0.7rem;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  fieldset {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
    margin: 0;
    padding: 0;
    border: 0;
    font-size: 0.9375rem;
  }
  fieldset label {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 1.75rem;
  }
  fieldset input {
    width: 1.125rem;
    height: 1.125rem;
    margin: 0;
    accent-color: var(--accent);
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.6rem 1rem;
  }
  .working {
    font-variant-numeric: tabular-nums;
  }
  .working button {
    justify-self: start;
  }
  .sentences {
    display: grid;
    gap: 0.7rem;
    margin: 0;
    padding: 0;
    list-style: none;
    font: 400 1.0625rem / 1.45 var(--serif);
  }
  section {
    display: grid;
    gap: 0.9rem;
    min-width: 0;
  }
  figure {
    margin: 0;
    padding: 0.75rem;
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  figure svg {
    display: block;
    max-width: 100%;
    height: auto;
  }
  figcaption {
    margin-top: 0.5rem;
  }
  caption {
    padding-bottom: 0.25rem;
    text-align: start;
    font-weight: 600;
  }
  td,
  tbody th {
    vertical-align: top;
  }
  tbody th {
    overflow-wrap: break-word;
  }
  @media (max-width: 30rem) {
    table {
      font-size: 0.8125rem;
    }
    th,
    td {
      padding-inline-start: 0.4rem;
    }
  }
`;
