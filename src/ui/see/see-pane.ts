import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { theme } from '../kit/theme.ts';
import { defaultTeam } from '../models/default-models.ts';
import { memberLetters } from '../story/cast.ts';
import type { PaneMoment, PaneTimeline, PaneWord } from './pane-timeline.ts';

/** One way of writing: the models, lit while they run, the words as they come, and how many calls they took. */
export class SeePane extends LitElement {
  static override properties: PropertyDeclarations = {
    heading: { attribute: false },
    explanation: { attribute: false },
    prompt: { attribute: false },
    timeline: { attribute: false },
    moment: { attribute: false },
    seconds: { attribute: false },
  };
  declare heading: string;
  declare explanation: string;
  declare prompt: string;
  declare timeline: PaneTimeline;
  declare moment: PaneMoment;
  /** On the clock that is shown; as text. */
  declare seconds: string;

  static override styles = [
    theme,
    memberStyle,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr) auto;
        min-height: 0;
        padding: 0.8rem 1rem;
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--sheet);
      }
      h2 {
        font-size: 1.125rem;
      }
      .models {
        display: inline-flex;
        gap: 0.4rem;
      }
      .models .badge {
        opacity: 0.3;
      }
      .models .active {
        opacity: 1;
        outline: 2px solid var(--member);
        outline-offset: 2px;
      }
      .text {
        display: flex;
        flex-direction: column-reverse;
        min-height: 0;
        margin: 0;
        overflow: hidden auto;
        font: 400 clamp(1rem, 2.3vh, 1.25rem) / 1.5 var(--serif);
      }
      .head {
        margin-bottom: 0.4rem;
      }
      .text p {
        margin: 0 0 auto;
        white-space: pre-line;
      }
      .prompt {
        color: var(--ink-soft);
      }
      .word {
        border-bottom: 2px solid var(--member, transparent);
      }
      .proposed {
        opacity: 0.5;
        border-bottom-style: dotted;
      }
      .rejected {
        border-bottom: 0;
        color: var(--ink-soft);
        font-size: 0.85em;
      }
      .foot {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 1rem;
        margin-top: 0.4rem;
        color: var(--ink-soft);
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
      }
      .foot > :last-child {
        margin-inline-start: auto;
      }
      .foot strong {
        color: var(--ink);
        font-size: 1.0625rem;
      }
      @media (max-width: 44rem) {
        :host {
          padding: 0.4rem 0.7rem;
        }
        .head {
          display: flex;
          flex-wrap: wrap;
          align-items: baseline;
          gap: 0 0.75rem;
          margin-bottom: 0.1rem;
        }
        h2 {
          font-size: 1rem;
        }
        .explanation {
          font-size: 0.75rem;
          line-height: 1.3;
        }
        .badge {
          width: 1.1rem;
          height: 1.1rem;
          font-size: 0.6875rem;
        }
        .text {
          font-size: 0.875rem;
          line-height: 1.4;
        }
        .foot {
          margin-top: 0.1rem;
          font-size: 0.75rem;
        }
        .foot strong {
          font-size: 0.9375rem;
        }
      }
    `,
  ];

  override render(): TemplateResult {
    const { moment, timeline } = this;
    const words = timeline.words.slice(0, moment.decided + moment.proposed);
    return html`<div class="head">
        <h2>${this.heading}</h2>
        <p class="hint explanation">${this.explanation}</p>
      </div>
      <div class="text" tabindex="0" role="group" aria-label="Text, ${this.heading}">
        <p><span class="prompt">${this.prompt}</span>${repeat(
          words,
          (_, index) => index,
          (word, index) => wordView(word, index < moment.decided),
        )}</p>
      </div>
      <p class="foot">
        <span class="models" aria-hidden="true"
          >${defaultTeam.map(
            (_, member) =>
              html`<span class="badge ${memberClass(member)} ${moment.active === member ? 'active' : ''}"
                >${memberLetters[member]}</span
              >`,
          )}</span
        ><span><strong>${moment.calls}</strong> model calls</span
        ><span>${moment.isOver ? `finished after ${this.seconds}` : this.seconds}</span>
      </p>`;
  }
}

function wordView({ text, by, isInText }: PaneWord, isDecided: boolean): TemplateResult {
  const classes = `${by === null ? '' : memberClass(by)}`;
  if (isDecided && !isInText) return html`<del class="rejected ${classes}">${text}</del>`;
  return html`<span class="word ${classes} ${isDecided ? '' : 'proposed'}">${text}</span>`;
}

customElements.define('antiphon-see-pane', SeePane);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-see-pane': SeePane;
  }
}
