import { css } from 'lit';

/** Layout of the whole page. */
export const appStyle = css`
  :host {
    max-width: 76rem;
    margin: 0 auto;
    padding: clamp(1.25rem, 3vw, 2.5rem) clamp(1rem, 4vw, 3rem) 3rem;
  }
  header {
    margin-bottom: clamp(0.9rem, 3vw, 2rem);
  }
  header p {
    margin-top: 0.5rem;
    color: var(--ink-soft);
    font-size: 1.0625rem;
    text-wrap: balance;
  }
  /* On a small screen, and on one that is zoomed, the first view is for the prompt and the story. */
  @media (max-width: 46rem), (max-height: 36rem) {
    :host {
      padding-block: 0.75rem 1rem;
    }
    header {
      margin-bottom: 0.5rem;
    }
    header p {
      display: none;
    }
  }
  .writing {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
  }
  .written {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    align-content: start;
    min-width: 0;
  }
  antiphon-pilot-section {
    margin-top: 0.75rem;
  }
  .text {
    min-width: 0;
    scroll-margin-top: 1rem;
  }
  .stop-here {
    margin-top: 1rem;
  }
  @media (min-width: 62rem) {
    .stop-here {
      display: none;
    }
    .writing {
      grid-template-columns: 23rem minmax(0, 1fr);
      gap: clamp(2rem, 4vw, 4rem);
    }
    /* The story stays in sight while the form is longer than the window. */
    .written {
      position: sticky;
      top: 1.25rem;
      align-self: start;
    }
    antiphon-pilot-section {
      margin-top: 2.5rem;
    }
  }
  .sheet {
    padding: clamp(0.9rem, 3vw, 2.25rem);
    border: 1px solid var(--rule);
    border-radius: var(--radius);
    background: var(--sheet);
  }
  .covered {
    margin-top: 1.25rem;
  }
  antiphon-rhythm-section,
  antiphon-numbers-section {
    margin-top: 0.75rem;
  }
  .device {
    display: grid;
    gap: 0.5rem;
    margin-top: 1.25rem;
  }
  antiphon-speed-up {
    margin-block: 1rem;
    padding-inline: clamp(0rem, 3vw, 2.25rem);
  }
  antiphon-story-actions {
    margin-top: 0.75rem;
  }
  .recordings {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.9rem;
  }
  @media (max-width: 40rem) {
    .recordings .hint {
      display: none;
    }
  }
  .recordings button,
  .close-recording {
    min-height: 2.25rem;
    padding: 0.3rem 0.75rem;
    font-size: 0.875rem;
  }
  .close-recording {
    margin-top: 1rem;
  }
  .notice {
    margin-bottom: 1rem;
    padding: 0.9rem 1.1rem;
    border: 1px solid var(--edge);
    border-inline-start-width: 5px;
    border-radius: var(--radius);
    background: var(--sheet);
    overflow-wrap: anywhere;
  }
  .notice .buttons {
    display: flex;
    gap: 0.5rem;
    margin-top: 0.6rem;
  }
  .ending {
    margin-top: 0.7rem;
    color: var(--ink-soft);
    font: italic 400 1rem / 1.5 var(--serif);
  }
  .invitation {
    color: var(--ink-soft);
    font: italic 400 1.0625rem / 1.6 var(--serif);
  }
  antiphon-replay .invitation {
    margin-top: 0.5rem;
  }
  .sheet .failure {
    margin-top: 1.25rem;
  }
`;
