import { css } from 'lit';

/** Fields of the form: labels, inputs, selects, sliders, switches, folded parts. */
export const fieldStyle = css`
  .field {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
  label,
  legend,
  .label {
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
  select,
  input[type='text'],
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
  select {
    padding-inline-end: 2rem;
    appearance: none;
    background-image:
      linear-gradient(45deg, transparent 50%, var(--ink-soft) 50%),
      linear-gradient(-45deg, transparent 50%, var(--ink-soft) 50%);
    background-position:
      right 1.05rem center,
      right 0.7rem center;
    background-size: 0.35rem 0.35rem;
    background-repeat: no-repeat;
    text-overflow: ellipsis;
    cursor: pointer;
  }
  textarea {
    resize: vertical;
    line-height: 1.5;
  }
  input[type='range'] {
    display: block;
    width: 100%;
    height: 1.5rem;
    margin: 0;
    accent-color: var(--accent);
  }
  .hint {
    margin-top: 0.4rem;
  }
  .pairs {
    display: grid;
    grid-template-columns: repeat(2, minmax(0, 1fr));
    gap: 0.9rem 1.25rem;
  }
  summary {
    font-size: 0.875rem;
    line-height: 2rem;
  }
  .switch {
    display: flex;
    justify-content: flex-start;
    align-items: flex-start;
    gap: 0.6rem;
    margin: 0.6rem 0 0;
    font-weight: 400;
    line-height: 1.35;
    cursor: pointer;
  }
  .switch input {
    flex: none;
    width: 1.1rem;
    height: 1.1rem;
    margin: 0.05rem 0 0;
    accent-color: var(--accent);
  }
  /* What the engine would refuse, said before it is asked. */
  .refusal {
    padding: 0.6rem 0.8rem;
    border-inline-start: 4px solid var(--danger);
    border-radius: var(--radius);
    background: var(--danger-wash);
    font-size: 0.875rem;
    overflow-wrap: anywhere;
  }
  .refusal strong {
    color: var(--danger);
  }
`;
