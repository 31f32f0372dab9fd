import { css, unsafeCSS } from 'lit';
import palette from '../ui/kit/palette.css?inline';

/** Colours follow the color-scheme of the page; the page changes them by the names in palette.css. */
export const playerStyle = [
  unsafeCSS(palette),
  css`
    :host {
      padding: clamp(0.75rem, 3vw, 1.25rem);
      border-radius: var(--radius);
      background: var(--paper);
      font: 400 1rem / 1.5 var(--sans);
      letter-spacing: normal;
      text-align: start;
    }
    .player {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      gap: 1rem;
      max-width: 52rem;
      margin-inline: auto;
    }
    .sheet {
      padding: clamp(1.1rem, 3vw, 2rem);
      border: 1px solid var(--rule);
      border-radius: var(--radius);
      background: var(--sheet);
    }
    .prompt {
      margin-bottom: 0.75rem;
      color: var(--ink-soft);
      font: 400 1.1875rem / 1.7 var(--serif);
      white-space: pre-line;
      overflow-wrap: anywhere;
    }
    .ending {
      margin-top: 1rem;
      color: var(--ink-soft);
      font: italic 400 1rem / 1.5 var(--serif);
    }
    antiphon-story > .failure,
    .waiting,
    .controls {
      margin-top: 1.25rem;
    }
    antiphon-model-panel,
    .sheet > .failure {
      margin-bottom: 1.25rem;
    }
    antiphon-speed-up {
      margin-top: 1.5rem;
    }
    .numbers {
      padding-inline: clamp(0rem, 3vw, 2rem);
    }
  `,
];
