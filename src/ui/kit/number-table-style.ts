import { css } from 'lit';

/** Looks of tables of numbers: a name at the left, numbers at the right of their columns, rules between the rows. */
export const numberTableStyle = css`
  table {
    width: 100%;
    border-collapse: collapse;
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 0.4rem 0 0.4rem 0.75rem;
    border-top: 1px solid var(--rule);
    text-align: end;
    font-weight: 400;
  }
  tr > :first-child {
    padding-inline-start: 0;
    text-align: start;
  }
  thead th {
    border: 0;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }
  @media (max-width: 30rem) {
    table {
      font-size: 0.8125rem;
    }
    th,
    td {
      padding-inline-start: 0.3rem;
    }
    thead th {
      font-size: 0.75rem;
    }
  }
`;
