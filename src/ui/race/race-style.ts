import { css } from 'lit';

/** The race: lanes with a common finish line, what they came to, and their texts side by side. */
export const raceStyle = css`
  .sheet {
    padding: clamp(1.1rem, 3vw, 1.75rem) clamp(1.1rem, 3vw, 2.25rem);
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.5rem 1rem;
    margin-bottom: 0.35rem;
  }
  .head button,
  .again button {
    min-height: 2.25rem;
    padding: 0.3rem 0.75rem;
    font-size: 0.875rem;
  }
  .lanes {
    display: grid;
    gap: 0.5rem;
    margin: 1.1rem 0 0;
    padding: 0;
    list-style: none;
  }
  .lane {
    display: grid;
    grid-template-columns: minmax(0, 9rem) minmax(0, 1fr) 8rem;
    align-items: center;
    gap: 0.25rem 1rem;
  }
  h3 {
    margin: 0;
    font: 400 1.0625rem / 1.3 var(--serif);
  }
  .track {
    height: 1.5rem;
    border-inline-end: 3px solid var(--ink);
    background: var(--rule);
    border-radius: 4px 0 0 4px;
  }
  /* The bars are times then: there is no line to reach. */
  .over .track {
    border-color: transparent;
    background: none;
  }
  .lanes + .hint {
    margin-top: 0.4rem;
  }
  .track > span {
    display: block;
    height: 100%;
    border-radius: 4px 0 0 4px;
    background: var(--mark);
  }
  .lane:not(.finished) .track > span,
  .first .track > span {
    background: var(--accent);
  }
  .count {
    display: flex;
    justify-content: space-between;
    gap: 0.5rem;
    color: var(--ink-soft);
    font-size: 0.875rem;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .place {
    color: var(--ink);
  }
  .first .place {
    color: var(--accent);
  }
  /* Its room is kept while the lanes run. */
  .result {
    min-height: 11.5rem;
  }
  .verdict {
    margin-block: 1.1rem 0.6rem;
    font: 400 1.125rem / 1.45 var(--serif);
  }
  .verdict strong {
    font-weight: 600;
  }
  .verdict .won {
    color: var(--accent);
  }
  .scroll {
    overflow-x: auto;
  }
  th,
  td {
    padding-block: 0.35rem;
    white-space: nowrap;
  }
  tr > :not(:first-child) {
    padding-inline-start: 0.9rem;
  }
  .again {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
    margin-top: 1rem;
  }
  fieldset {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.1rem 0.9rem;
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
    font-size: 0.875rem;
  }
  legend {
    float: inline-start;
    padding: 0;
    margin-inline-end: 0.9rem;
  }
  label {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    min-height: 2rem;
    cursor: pointer;
  }
  input {
    width: 1.1rem;
    height: 1.1rem;
    margin: 0;
    accent-color: var(--accent);
  }
  .texts {
    margin-top: 1.25rem;
  }
  .members {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem 1.25rem;
    margin: 0 0 0.9rem;
    padding: 0;
    list-style: none;
    font-size: 0.875rem;
  }
  .members li {
    display: flex;
    align-items: center;
    gap: 0.45rem;
  }
  .columns {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(13rem, 100%), 1fr));
    gap: 1rem 1.5rem;
  }
  /* Three whole texts would push each other out of sight. */
  .text {
    min-width: 0;
    max-height: 20rem;
    overflow-y: auto;
    overscroll-behavior: contain;
    /* A line that is cut off fades; the last one has room to leave that behind. */
    padding-bottom: 1.5rem;
    mask-image: linear-gradient(to top, transparent, black 1.75rem);
  }
  /* Outside its box a mask leaves nothing. */
  .text:focus-visible {
    outline-offset: -2px;
  }
  .text h3 {
    position: sticky;
    top: 0;
    z-index: 1;
    padding-bottom: 0.3rem;
    background: var(--sheet);
  }
  @media (max-width: 40rem) {
    .lane {
      grid-template-columns: minmax(0, 1fr) auto;
    }
    .track {
      grid-row: 2;
      grid-column: 1 / -1;
      height: 0.9rem;
    }
    .count {
      gap: 0.75rem;
    }
    tr > :not(:first-child) {
      padding-inline-start: 0.7rem;
    }
    /* The numbers scroll, whose they are stays. */
    tr > :first-child {
      position: sticky;
      left: 0;
      background: var(--sheet);
    }
  }
`;
