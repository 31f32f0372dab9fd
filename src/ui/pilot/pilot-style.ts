import { css } from 'lit';

export const pilotResultStyle = css`
  .verdict {
    padding: 1rem 1.25rem;
    border: 1px solid var(--rule);
    border-inline-start: 5px solid var(--ink-soft);
    border-radius: var(--radius);
    background: var(--paper);
    overflow-wrap: anywhere;
  }
  .verdict.faster {
    border-inline-start-color: var(--accent);
  }
  .verdict.unmet {
    border-inline-start-color: var(--danger);
  }
  h3 {
    margin: 0 0 0.5rem;
    font: 400 1.375rem / 1.25 var(--serif);
    text-wrap: balance;
  }
  .verdict p {
    max-width: 44rem;
    margin-top: 0.35rem;
  }
  .verdict + .verdict {
    margin-top: 1rem;
  }
  .below-verdict {
    max-width: 44rem;
    margin-top: 0.7rem;
    overflow-wrap: anywhere;
  }
  .files {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 1rem;
  }
  figure {
    margin: 1.5rem 0 0;
  }
  figure svg {
    display: block;
    max-width: 100%;
    height: auto;
    --paper: var(--sheet);
  }
  figcaption {
    max-width: 44rem;
    margin-top: 0.4rem;
  }
  h4 {
    margin: 1.5rem 0 0.3rem;
    font-size: 0.9375rem;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .scroll {
    overflow-x: auto;
  }
  table {
    border-collapse: collapse;
    font-size: 0.8125rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 0.4rem 0.8rem 0.4rem 0;
    border-bottom: 1px solid var(--rule);
    text-align: start;
    vertical-align: top;
    white-space: nowrap;
  }
  thead th {
    color: var(--ink-soft);
    font-weight: 500;
    line-height: 1.25;
    vertical-align: bottom;
    white-space: normal;
  }
  tbody th {
    font-weight: 500;
  }
  .chosen > * {
    background: var(--paper);
  }
  .chosen > th {
    padding-inline-start: 0.7rem;
    box-shadow: inset 4px 0 0 var(--ink-soft);
  }
  .chosen.faster > * {
    background: var(--accent-wash);
  }
  .chosen.faster > th {
    box-shadow: inset 4px 0 0 var(--accent);
  }
  .tag {
    font-size: 0.8125rem;
    font-weight: 600;
  }
  .faster .tag {
    color: var(--accent);
  }
  .columns {
    margin-top: 0.8rem;
  }
  dl {
    margin: 0.4rem 0 0;
    font-size: 0.875rem;
  }
  dt {
    font-weight: 600;
  }
  dd {
    max-width: 44rem;
    margin: 0 0 0.4rem;
    color: var(--ink-soft);
  }
  @media (max-width: 40rem) {
    .files button {
      flex: 1 1 8rem;
    }
    /* The numbers scroll, the method stays. */
    tr > :first-child {
      position: sticky;
      left: 0;
      background: var(--sheet);
    }
    .chosen > :first-child {
      background: var(--paper);
    }
    .chosen.faster > :first-child {
      background: var(--accent-wash);
    }
    tbody th {
      min-width: 8rem;
      white-space: normal;
    }
  }
`;

export const pilotPanelStyle = css`
  .intro {
    max-width: 44rem;
    color: var(--ink-soft);
  }
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.5rem clamp(1.5rem, 3vw, 3rem);
    margin-top: 1.25rem;
  }
  @media (min-width: 48rem) {
    form {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
  @media (min-width: 70rem) {
    form {
      grid-template-columns: minmax(0, 5fr) minmax(0, 4fr) minmax(0, 4fr);
    }
  }
  .part {
    display: grid;
    align-content: start;
    gap: 1rem;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  .part > h3 {
    margin: 0;
    font: 400 1.125rem / 1.3 var(--serif);
  }
  #prompts {
    min-height: 9rem;
    font-size: 0.9375rem;
    white-space: pre;
    overflow-x: auto;
  }
  .dropping #prompts {
    outline: 3px dashed var(--accent);
    outline-offset: 2px;
  }
  .sources {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-top: 0.5rem;
  }
  .sources button {
    min-height: 2.2rem;
    font-size: 0.875rem;
  }
  .picks {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem 1.2rem;
    margin-bottom: 0.6rem;
  }
  .picks .switch {
    margin: 0;
    min-height: 2rem;
    align-items: center;
  }
  .pairs {
    align-items: end;
  }
  .go {
    grid-column: 1 / -1;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.75rem 1.25rem;
    padding-top: 1.1rem;
    border-top: 1px solid var(--rule);
  }
  .go > button {
    min-height: 3rem;
    min-width: 11rem;
  }
  .go > div {
    flex: 1 1 16rem;
    min-width: 0;
  }
  .whole {
    white-space: nowrap;
  }
  .sum {
    font-size: 1.0625rem;
    font-variant-numeric: tabular-nums;
  }
  .sum b {
    font-weight: 600;
  }
  progress {
    margin-bottom: 0.4rem;
  }
  .below {
    margin-top: 1.5rem;
  }
  .kept {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.6rem 1rem;
    margin-bottom: 1rem;
  }
  @media (max-width: 40rem) {
    .go > button {
      flex: 1 1 100%;
    }
  }
`;
