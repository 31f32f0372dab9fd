import { css } from 'lit';

/** Looks of a part of the page that folds away: a sheet with its heading in the summary. */
export const foldingStyle = css`
  details {
    padding: clamp(0.5rem, 2vw, 1.5rem) clamp(1.1rem, 3vw, 2.25rem);
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  h2 {
    display: inline;
  }
  summary .hint {
    margin-inline-start: 0.6rem;
  }
  .below {
    margin-top: 0.6rem;
  }
`;
