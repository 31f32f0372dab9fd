import { css } from 'lit';

/** The first screen fills the window without scrolling; the panes take what is left. */
export const seeStyle = css`
  :host {
    display: grid;
    grid-template-rows: auto minmax(0, 1fr);
    box-sizing: border-box;
    max-width: 76rem;
    height: 100svh;
    min-height: 25rem;
    margin: 0 auto;
    padding: clamp(0.4rem, 2.5vh, 2rem) clamp(0.75rem, 4vw, 3rem);
  }
  header {
    margin-bottom: clamp(0.4rem, 2vh, 1.25rem);
  }
  header p {
    color: var(--ink-soft);
  }
  .model .badge {
    width: 1.25em;
    height: 1.25em;
    font-size: 0.8em;
    vertical-align: 0.1em;
  }
  main {
    display: grid;
    /* Where a failure takes the room, the page scrolls rather than hide the stories. */
    grid-template-rows: minmax(8rem, 1fr) auto auto auto;
    grid-template-columns: minmax(0, 1fr);
    gap: clamp(0.35rem, 1.6vh, 1rem);
    min-height: 0;
  }
  .panes {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
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
    min-width: 7rem;
  }
  .clock label {
    display: flex;
    flex: 1;
    align-items: center;
    gap: 0 1rem;
    min-width: 0;
    font-variant-numeric: tabular-nums;
  }
  .speed {
    flex: none;
    min-width: 15rem;
  }
  .slider {
    display: flex;
    flex: 1;
    align-items: center;
    gap: 0.5rem;
    min-width: 0;
    color: var(--ink-soft);
    font-size: 0.8125rem;
    white-space: nowrap;
  }
  .slider input {
    flex: 1;
    min-width: 0;
    height: 1.75rem;
    margin: 0;
    accent-color: var(--accent);
  }
  .claim {
    font: 400 clamp(1.0625rem, 2.2vw, 1.375rem) / 1.3 var(--serif);
  }
  .same {
    color: var(--accent);
    white-space: nowrap;
  }
  .detail,
  .loss {
    font: 400 0.8125rem / 1.3 var(--sans);
  }
  .detail {
    color: var(--ink-soft);
  }
  .why {
    max-width: 66rem;
    margin-top: 0.3rem;
    color: var(--ink-soft);
    font-size: 0.9375rem;
  }
  .live form,
  .working {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.3rem 1rem;
  }
  .live form label {
    display: flex;
    flex: 0 1 28rem;
    align-items: center;
    gap: 0.75rem;
    white-space: nowrap;
  }
  .live input {
    flex: 1;
    min-width: 0;
    min-height: 2.5rem;
    padding: 0.4rem 0.7rem;
    border: 1px solid var(--edge);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  .working {
    flex-wrap: nowrap;
  }
  .working label {
    display: grid;
    flex: 1;
    gap: 0.25rem;
    font-size: 0.9375rem;
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 44rem), (max-height: 34rem) {
    main,
    .panes {
      gap: 0.4rem;
    }
    h1 {
      font-size: 1.375rem;
    }
    nav {
      font-size: 0.875rem;
      line-height: 1.3;
    }
    nav a {
      padding-block: 0.2rem;
    }
    header p {
      font-size: 0.78125rem;
      line-height: 1.3;
    }
    .clock {
      gap: 0.75rem;
      font-size: 0.8125rem;
    }
    button {
      min-height: 2.25rem;
      padding-block: 0.25rem;
    }
    .clock button {
      min-width: 6.5rem;
    }
    .slider {
      font-size: 0.75rem;
    }
    .claim {
      font-size: 0.9375rem;
    }
    .detail,
    .loss,
    .why {
      font-size: 0.75rem;
      line-height: 1.3;
    }
    .roomy {
      display: none;
    }
    .why {
      margin-top: 0.15rem;
    }
    .live form label {
      gap: 0.5rem;
      font-size: 0.8125rem;
    }
    .live input {
      min-height: 2.25rem;
      font-size: 0.875rem;
    }
    .live .hint {
      font-size: 0.75rem;
      line-height: 1.3;
    }
    .live .failure {
      padding: 0.5rem 0.75rem;
      font-size: 0.8125rem;
    }
    .live .failure :is(p, button, details) {
      margin-top: 0.2rem;
    }
  }
  @media (max-width: 44rem) {
    main {
      grid-template-rows: minmax(14rem, 1fr) auto auto auto;
    }
    .panes {
      grid-template-rows: minmax(0, 1fr) minmax(0, 1fr);
      grid-template-columns: minmax(0, 1fr);
    }
    .clock label {
      display: grid;
    }
    .speed {
      min-width: 0;
    }
    .slider input {
      height: 1.5rem;
    }
    .live form {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      gap: 0.2rem 0.6rem;
    }
    .live form label > span {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .live .hint {
      grid-column: 1 / -1;
    }
  }
`;
