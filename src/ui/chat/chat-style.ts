import { css } from 'lit';

/** A window of its own height: the conversation scrolls, the field stays in sight. */
export const chatStyle = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    box-sizing: border-box;
    max-width: 48rem;
    min-height: 100svh;
    margin: 0 auto;
    padding: clamp(0.5rem, 2.5vh, 2rem) clamp(0.75rem, 4vw, 2rem);
  }
  :host([conversing]) {
    height: 100svh;
    min-height: 22rem;
  }
  header {
    margin-bottom: clamp(0.5rem, 2vh, 1.25rem);
  }
  a {
    color: var(--accent);
  }
  main {
    display: flex;
    flex-direction: column;
    gap: 0.9rem;
    min-height: 0;
  }
  .notice,
  .sheet {
    padding: clamp(0.9rem, 3vw, 1.5rem);
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--sheet);
    overflow-wrap: anywhere;
  }
  .notice {
    border-inline-start-width: 5px;
    border-color: var(--edge);
  }
  .sheet {
    display: grid;
    gap: 0.8rem;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.9rem;
  }
  .notice .buttons {
    margin-top: 0.6rem;
  }
  .field {
    display: grid;
    gap: 0.3rem;
  }
  label.field {
    font-weight: 600;
    font-size: 0.875rem;
  }
  select,
  textarea,
  input[type='url'] {
    width: 100%;
    min-width: 0;
    min-height: 2.5rem;
    padding: 0.4rem 0.7rem;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--sheet);
    font-weight: 400;
    font-size: 1rem;
  }
  .field .hint {
    font-weight: 400;
  }
  .fit::first-letter {
    text-transform: uppercase;
  }
  .fit.not {
    color: var(--danger);
    font-weight: 600;
  }
  details form {
    display: grid;
    gap: 0.6rem;
    margin-top: 0.5rem;
  }
  summary {
    width: fit-content;
    min-height: 1.75rem;
    color: var(--ink-soft);
    font-size: 0.875rem;
  }
  .check {
    display: flex;
    gap: 0.5rem;
    align-items: center;
    min-height: 1.75rem;
    font-size: 0.875rem;
  }
  .check input {
    width: 1.1rem;
    height: 1.1rem;
    accent-color: var(--accent);
  }
  .log {
    display: flex;
    flex: 1;
    flex-direction: column;
    gap: 0.6rem;
    min-height: 6rem;
    margin: 0;
    padding: 0.25rem;
    overflow-y: auto;
    overscroll-behavior: contain;
    list-style: none;
  }
  .log > :first-child {
    margin-top: auto;
  }
  .turn {
    max-width: min(88%, 36rem);
  }
  .turn.user {
    align-self: end;
  }
  .bubble {
    padding: 0.55rem 0.9rem;
    border: 1px solid var(--rule);
    border-radius: 1rem 1rem 1rem 0.25rem;
    background: var(--sheet);
    line-height: 1.5;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .user .bubble {
    border-color: transparent;
    border-radius: 1rem 1rem 0.25rem;
    background: var(--accent-wash);
  }
  .turn .hint {
    margin: 0.2rem 0.3rem 0;
  }
  .writing {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0.5rem;
    align-items: end;
  }
  .writing textarea {
    max-height: 30svh;
    resize: none;
    field-sizing: content;
  }
  .below {
    justify-content: space-between;
  }
  .below button {
    min-height: 2rem;
    padding: 0.2rem 0.7rem;
    font-size: 0.8125rem;
  }
`;
