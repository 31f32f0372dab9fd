import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { theme } from '../kit/theme.ts';
import { defaultTeam } from '../models/default-models.ts';
import { memberLetters } from '../story/cast.ts';
import { noMoment, noRun, type PaneMoment, type PaneTimeline, type PaneWord } from './pane-timeline.ts';
import { seePaneStyle } from './see-pane-style.ts';

/** One way of writing: the models, lit while they run, the words as they come, and how many calls they took. */
export class SeePane extends LitElement {
  static override properties: PropertyDeclarations = {
    heading: { attribute: false },
    explanation: { attribute: false },
    prompt: { attribute: false },
    timeline: { attribute: false },
    // Most frames show what the one before showed.
    moment: { attribute: false, hasChanged: (now, before) => JSON.stringify(now) !== JSON.stringify(before) },
  };
  declare heading: string;
  declare explanation: TemplateResult;
  declare prompt: string;
  declare timeline: PaneTimeline;
  declare moment: PaneMoment;

  static override styles = [theme, memberStyle, seePaneStyle];

  constructor() {
    super();
    this.heading = '';
    this.explanation = html``;
    this.prompt = '';
    this.timeline = noRun;
    this.moment = noMoment;
  }

  override render(): TemplateResult {
    const { moment, timeline } = this;
    const words = timeline.words.slice(0, moment.decided + moment.proposed);
    return html`<h2>${this.heading}</h2>
      <p class="explanation">${this.explanation}</p>
      <div class="text" tabindex="0" role="group" aria-label="Text, ${this.heading}">
        <p><span class="prompt">${this.prompt}</span>${words.map((word, index) => wordView(word, index < moment.decided))}</p>
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
        ><span class="time">${moment.isOver ? 'finished after ' : ''}${secondsText(moment.ms)}</span>
      </p>`;
  }
}

/** Hundredths only where tenths say nothing. */
function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

function wordView({ text, by, isInText }: PaneWord, isDecided: boolean): TemplateResult | typeof nothing {
  const member = by === null ? '' : memberClass(by);
  // Blanks are not marked, and no line breaks for what was refused.
  const word = text.trimStart();
  const blank = text.slice(0, text.length - word.length);
  if (isDecided && !isInText) {
    if (word === '') return nothing;
    // Whoever listens hears the text alone. A line through a comma would look like a dash.
    const look = /[\p{L}\p{N}]/u.test(word) ? 'refused' : 'refused mark';
    return html`<span aria-hidden="true">${blank === '' ? '' : ' '}<del class="${look} ${member}">${word}</del></span>`;
  }
  if (word === '') return html`${blank}`;
  const mark = by === null ? '' : isDecided ? 'accepted' : 'proposed';
  return html`${blank}<span class="${mark} ${member}">${word}</span>`;
}

customElements.define('antiphon-see-pane', SeePane);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-see-pane': SeePane;
  }
}
