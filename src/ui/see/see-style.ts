import { css } from 'lit';

/** The first screen, made to fit a window without scrolling. */
export const seeStyle = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    box-sizing: border-box;
    max-width: 76rem;
    height: 100svh;
    min-height: 25rem;
    margin: 0 auto;
    padding: clamp(0.5rem, 2.5vh, 2rem) clamp(0.75rem, 4vw, 3rem);
  }
  header {
    position: relative;
    margin-bottom: clamp(0.5rem, 2vh, 1.25rem);
  }
  h1 {
    margin: 0;
    font: 400 clamp(1.6rem, 4vw, 2.75rem) / 1.1 var(--serif);
    letter-spacing: -0.01em;
  }
  header p {
    color: var(--ink-soft);
  }
  .model {
    white-space: nowrap;
  }
  .model .badge {
    width: 1.25em;
    height: 1.25em;
    font-size: 0.8em;
    vertical-align: 0.1em;
  }
  nav {
    position: absolute;
    inset: 0 0 auto auto;
    display: flex;
    gap: 1.25rem;
  }
  a {
    color: var(--accent);
  }
  nav a {
    padding-block: 0.4rem;
  }
  main {
    display: grid;
    grid-template-rows: minmax(9rem, 1fr) auto auto auto;
    gap: clamp(0.5rem, 1.6vh, 1rem);
    min-height: 0;
  }
  .panes {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 1rem;
    min-height: 0;
  }
  .clock {
    display: flex;
    align-items: center;
    gap: 1rem;
    font-size: 0.875rem;
  }
  .clock button {
    flex: none;
    min-width: 6.5rem;
  }
  .clock label {
    display: grid;
    flex: 1;
    grid-template-columns: 12rem minmax(0, 1fr);
    align-items: center;
    gap: 1rem;
    font-variant-numeric: tabular-nums;
  }
  .clock input {
    min-width: 0;
    height: 1.75rem;
    margin: 0;
    accent-color: var(--accent);
  }
  .claim {
    font: 400 clamp(1.0625rem, 2.2vw, 1.375rem) / 1.3 var(--serif);
  }
  .detail {
    color: var(--ink-soft);
    font: 400 0.8125rem / 1.3 var(--sans);
  }
  .claim .same {
    color: var(--accent);
    white-space: nowrap;
  }
  .claim.slower strong:not(.same) {
    font-weight: 400;
  }
  .why {
    max-width: 62rem;
    margin-top: 0.3rem;
    color: var(--ink-soft);
    font-size: 0.9375rem;
  }
  .live {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
  }
  .live label {
    flex: 0 1 20rem;
  }
  .live input {
    width: 100%;
    min-height: 2.5rem;
    padding: 0.4rem 0.7rem;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  .working label {
    display: grid;
    flex: 1;
    gap: 0.25rem;
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  .failure {
    flex: 1;
  }
  @media (max-height: 34rem) {
    header p {
      font-size: 0.875rem;
    }
    .why {
      font-size: 0.8125rem;
      line-height: 1.35;
    }
  }
  @media (max-width: 44rem) {
    :host {
      min-height: 39rem;
    }
    .panes {
      grid-template-columns: 1fr;
      grid-template-rows: 1fr 1fr;
      gap: 0.5rem;
    }
    h1 {
      font-size: 1.5rem;
    }
    nav {
      font-size: 0.875rem;
    }
    header p {
      font-size: 0.8125rem;
      line-height: 1.3;
    }
    .clock {
      gap: 0.75rem;
    }
    .clock button {
      min-width: 5.5rem;
    }
    .clock label {
      grid-template-columns: 1fr;
      gap: 0;
    }
    .clock input {
      height: 1.5rem;
    }
    .claim {
      font-size: 1rem;
    }
    .detail {
      font-size: 0.75rem;
    }
    .why {
      font-size: 0.75rem;
      line-height: 1.3;
    }
    .live {
      gap: 0.3rem 0.6rem;
    }
    .live label {
      flex: 1 1 6rem;
    }
    .live .hint {
      flex-basis: 100%;
      font-size: 0.75rem;
    }
  }
`;
