import { css } from 'lit';

/** Layout and controls of the form. */
export const composerStyle = css`
  form {
    display: grid;
    gap: 1.2rem;
  }
  .settings {
    display: grid;
    gap: 1.2rem;
  }
  @media (min-width: 62rem) {
    .all-settings > summary {
      display: none;
    }
  }
  @media (max-width: 61.99rem) {
    form {
      gap: 0.9rem;
    }
    .all-settings {
      border: 1px solid var(--edge);
      border-radius: var(--radius);
      background: var(--sheet);
    }
    .all-settings > summary {
      padding: 0.35rem 0.9rem;
      font-weight: 600;
    }
    .all-settings > summary .hint {
      margin-inline-start: 0.5rem;
      font-weight: 400;
    }
    .settings {
      padding: 0.5rem 0.9rem 1.1rem;
    }
  }
  #prompt {
    max-height: 14rem;
    font-family: var(--serif);
    font-size: 1.125rem;
    field-sizing: content;
  }
  .turns {
    display: grid;
    gap: 0.5rem;
    max-height: 20rem;
    margin: 0 0 0.5rem;
    padding: 0;
    overflow-y: auto;
    list-style: none;
    font-family: var(--serif);
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }
  .samples,
  .presets {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem;
  }
  .sample,
  .preset {
    min-height: 1.9rem;
    padding: 0.15rem 0.65rem;
    border-color: var(--rule);
    border-radius: 1rem;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }
  /* One row to push along, which fades where more of it lies. */
  @media (max-width: 40rem) {
    .samples,
    .presets {
      flex-wrap: nowrap;
      margin: 0 -0.25rem;
      padding: 0.25rem 2rem 0.25rem 0.25rem;
      overflow-x: auto;
      scrollbar-width: none;
      mask-image: linear-gradient(to right, #000 calc(100% - 2.5rem), transparent);
    }
    .sample,
    .preset {
      flex: none;
    }
  }
  .preset {
    border-color: var(--edge);
    color: var(--ink);
  }
  .label .preset {
    border-color: var(--rule);
    color: var(--ink-soft);
    font-weight: 400;
  }
  .preset[aria-pressed='true'] {
    border-color: var(--accent);
    background: var(--accent-wash);
    color: var(--accent);
    font-weight: 600;
  }
  .segments {
    display: grid;
    grid-template-columns: repeat(4, auto);
    border: 1px solid var(--edge);
    border-radius: var(--radius);
  }
  .segment {
    position: relative;
    margin: 0;
    font-size: 0.875rem;
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
  details .field {
    margin-top: 0.9rem;
  }
  .go {
    display: flex;
    gap: 0.5rem 1rem;
  }
  .go button {
    flex: 1 1 0;
    min-height: 3rem;
    padding-inline: 0.5rem;
    font-size: 1.0625rem;
  }
  .go + .hint {
    margin: -0.5rem 0 0;
  }
  /* It stays in sight beside the settings; page.css keeps what has the focus from lying beneath it. */
  @media (min-width: 62rem) and (min-height: 30rem) {
    .go {
      position: sticky;
      top: 0;
      z-index: 1;
      padding-block: 0.6rem;
      background: var(--paper);
      box-shadow: 0 0.6rem 0.6rem var(--paper);
    }
  }
  @media (max-width: 40rem) {
    .keys {
      display: none;
    }
  }
  @media (pointer: coarse) {
    .sample,
    .preset {
      min-height: 2.5rem;
    }
  }
`;
