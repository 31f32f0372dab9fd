import { css } from 'lit';

/** How the text of a story, its marks and its legend look. */
export const storyStyle = css`
  .story {
    min-height: 6em;
    margin: 0;
    font: 400 1.1875rem / 1.85 var(--serif);
    white-space: pre-line;
    overflow-wrap: anywhere;
    hanging-punctuation: first;
  }
  /* A block of its own: a token that joins one paragraph does not move the words of all others. */
  .paragraph {
    display: block;
  }
  /* What is finished and out of sight is neither painted nor laid out: a frame costs what is in sight. */
  .paragraph:not(:last-child) {
    content-visibility: auto;
    contain-intrinsic-block-size: auto 8em;
    /* It clips: room for the letters below the last line, and for the outline of what has the focus. */
    margin-inline: -0.5rem;
    padding: 0 0.5rem 0.4em;
  }
  @media (min-width: 62rem) {
    .story {
      font-size: 1.3125rem;
    }
  }
  @media (max-width: 40rem) {
    .story {
      font: 400 1.0625rem / 1.7 var(--serif);
    }
  }
  .prompt {
    color: var(--ink-soft);
  }
  mark.round {
    border-radius: 3px;
    background: var(--accent-wash);
    color: inherit;
    box-shadow: 0 0 0 3px var(--accent-wash);
    box-decoration-break: clone;
  }
  .rejected,
  /* In the line, where they were proposed; smaller, so that what became the text stands out. */
  .rejected,
  .discarded {
    color: var(--ink-soft);
    text-decoration: none;
  }
  .story :is(.rejected, .discarded) {
    font-size: 0.8em;
  }
  .discarded {
    font-style: italic;
  }
  .rejected s {
    text-decoration: line-through var(--pattern, solid) 2px var(--member, currentColor);
  }
  .discarded s {
    text-decoration: line-through var(--pattern, solid) 1.5px var(--member, currentColor);
  }
  /* A line through a comma looks like a dash: a mark is crossed out in a box. */
  s.mark {
    display: inline-block;
    min-width: 1.1em;
    border: 1px solid var(--member, currentColor);
    border-radius: 3px;
    background: linear-gradient(
      to top right,
      transparent calc(50% - 0.75px),
      color-mix(in srgb, var(--member, currentColor) 55%, transparent) 0 calc(50% + 0.75px),
      transparent 0
    );
    color: var(--ink);
    font-size: 1.15em;
    line-height: 1.1;
    text-align: center;
    text-decoration: none;
  }
  .recovered {
    color: var(--accent);
    font-weight: 600;
    text-decoration: underline double 1px;
    text-underline-offset: 0.22em;
    text-decoration-skip-ink: none;
  }
  .more {
    margin-inline-start: 0.3em;
    color: var(--ink-soft);
    font: 500 0.625rem / 1 var(--sans);
  }
  .extra:not(:focus) {
    position: absolute;
    width: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  .hides-dropped :is(.rejected, .discarded, .more) {
    display: none;
  }
  .page {
    position: relative;
  }
  [data-place] {
    cursor: pointer;
  }
  [data-place]:hover {
    background: var(--accent-wash);
  }
  [data-place]:focus-visible {
    outline-offset: 1px;
    border-radius: 2px;
  }
  antiphon-token-card {
    position: absolute;
    z-index: 3;
  }
  @media (max-width: 40rem) {
    antiphon-token-card {
      position: fixed;
      inset: auto 0 0;
      z-index: 5;
    }
  }
  .change {
    margin-inline: 0.35em;
    padding: 0.1em 0.5em;
    border: 1px solid var(--edge);
    border-radius: 1em;
    color: var(--ink-soft);
    font: 500 0.6875rem / 1.4 var(--sans);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
    vertical-align: 0.15em;
  }
  .how[open] {
    flex-basis: 100%;
  }
  .how .fates {
    margin-bottom: 0.4rem;
  }
  .how summary {
    width: fit-content;
    color: var(--ink-soft);
  }
  :host([writing]) .paragraph:last-child::after {
    content: '';
    display: inline-block;
    width: 0.45em;
    height: 1em;
    margin-inline-start: 0.15em;
    vertical-align: -0.12em;
    border-radius: 1px;
    background: var(--accent);
    animation: breathe 1.2s ease-in-out infinite;
  }
  @keyframes breathe {
    50% {
      opacity: 0.25;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    :host([writing]) .paragraph:last-child::after {
      animation: none;
    }
  }
  .reading {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0.5rem 1.25rem;
    margin-top: 0.75rem;
    padding-top: 0.4rem;
    border-top: 1px solid var(--rule);
    font-size: 0.875rem;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 0.35rem 1.25rem;
    margin: 0;
    padding: 0;
    list-style: none;
    line-height: 1.7;
  }
  .legend li {
    display: flex;
    align-items: baseline;
    gap: 0.4rem;
  }
  .legend .accepted,
  .legend .bare,
  .legend del,
  .legend ins {
    font-family: var(--serif);
    font-size: 1rem;
  }
  .members {
    flex: 1 1 18rem;
    font-size: 1rem;
  }
  .fates {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr));
    gap: 0.1rem 1.5rem;
    color: var(--ink-soft);
    font-size: 0.8125rem;
  }
  .fates li > :first-child {
    flex: 0 0 5.2rem;
  }
  .fates .bare {
    color: var(--ink);
  }
  label {
    display: inline-flex;
    align-items: center;
    gap: 0.5rem;
    min-height: 2rem;
    cursor: pointer;
  }
  input {
    width: 1.1rem;
    height: 1.1rem;
    margin: 0;
    accent-color: var(--accent);
  }
`;
