import { css } from 'lit';

/** Layout and controls of the form. */
export const composerStyle = css`
  form {
    display: grid;
    gap: 1.2rem;
  }
  .field {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  label,
  legend {
    display: flex;
    justify-content: space-between;
    gap: 1rem;
    margin-bottom: 0.4rem;
    padding: 0;
    font-size: 0.875rem;
    font-weight: 600;
  }
  .value {
    font-weight: 400;
    font-variant-numeric: tabular-nums;
  }
  textarea,
  input[type='number'] {
    display: block;
    width: 100%;
    min-width: 0;
    min-height: 2.5rem;
    padding: 0.5rem 0.7rem;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  textarea {
    resize: vertical;
    line-height: 1.5;
  }
  #prompt {
    font-family: var(--serif);
    font-size: 1.125rem;
  }
  input[type='range'] {
    display: block;
    width: 100%;
    height: 1.5rem;
    margin: 0;
    accent-color: var(--accent);
  }
  input[type='range']:disabled {
    opacity: 0.5;
  }
  .hint {
    margin-top: 0.4rem;
  }
  .samples {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
    margin-top: 0.5rem;
  }
  .sample {
    min-height: 1.9rem;
    padding: 0.15rem 0.65rem;
    border-color: var(--rule);
    border-radius: 1rem;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }
  .segments {
    display: grid;
    grid-template-columns: repeat(3, 1fr);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
  }
  .segment {
    position: relative;
    margin: 0;
    font-weight: 400;
    cursor: pointer;
  }
  .segment + .segment {
    border-inline-start: 1px solid var(--edge);
  }
  .segment input {
    position: absolute;
    inset: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .segment span {
    display: grid;
    place-items: center;
    width: 100%;
    min-height: 2.5rem;
    padding: 0.25rem;
    border-radius: inherit;
    text-align: center;
  }
  .segment:first-child {
    border-radius: 9px 0 0 9px;
  }
  .segment:last-child {
    border-radius: 0 9px 9px 0;
  }
  .segment input:checked + span {
    background: var(--accent-wash);
    color: var(--accent);
    font-weight: 600;
    box-shadow: inset 0 -3px 0 var(--accent);
  }
  .segment input:focus-visible + span {
    outline: 3px solid var(--accent);
    outline-offset: 2px;
  }
  .seed {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.5rem;
  }
  summary {
    font-size: 0.875rem;
    line-height: 2rem;
  }
  details .field {
    margin-top: 0.9rem;
  }
  .pairs {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0 1.25rem;
  }
  .go {
    position: sticky;
    bottom: 0;
    z-index: 1;
    padding-block: 0.6rem;
    background: var(--paper);
    box-shadow: 0 -0.6rem 0.6rem var(--paper);
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
  }
  .go button {
    flex: 1 1 10rem;
    min-height: 3rem;
    font-size: 1.0625rem;
  }
  .go .hint {
    margin: 0;
  }
  @media (pointer: coarse) {
    .keys {
      display: none;
    }
    .sample {
      min-height: 2.5rem;
    }
  }
`;
