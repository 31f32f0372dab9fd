import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { percentText } from './number-text.ts';
import { emptyStory, type Story, type StoryToken } from './story-model.ts';
import { theme } from './theme.ts';

/** The text as it is written, every token marked with its fate; what is slotted stands below the text. */
export class StoryView extends LitElement {
  static override properties: PropertyDeclarations = {
    prompt: { attribute: false },
    story: { attribute: false },
    writing: { type: Boolean, reflect: true },
    hidesDropped: { state: true },
  };
  declare prompt: string;
  declare story: Story;
  /** More text is to come. */
  declare writing: boolean;
  declare hidesDropped: boolean;

  static override styles = [
    theme,
    css`
      .story {
        min-height: 6em;
        margin: 0;
        font: 400 1.1875rem / 1.85 var(--serif);
        white-space: pre-line;
        overflow-wrap: anywhere;
        hanging-punctuation: first;
      }
      @media (min-width: 62rem) {
        .story {
          font-size: 1.3125rem;
        }
      }
      .prompt {
        color: var(--ink-soft);
      }
      .accepted {
        text-decoration: underline solid 1px var(--mark);
        text-underline-offset: 0.32em;
        text-decoration-skip-ink: none;
      }
      .rejected,
      .discarded {
        color: var(--ink-soft);
        text-decoration: none;
      }
      .discarded {
        font-size: 0.82em;
        font-style: italic;
      }
      .rejected s {
        text-decoration: line-through solid 1.5px;
      }
      .discarded s {
        text-decoration: line-through dotted 1.5px;
      }
      .recovered {
        color: var(--accent);
        font-weight: 600;
        text-decoration: underline double 1px;
        text-underline-offset: 0.22em;
        text-decoration-skip-ink: none;
      }
      .hides-dropped .rejected,
      .hides-dropped .discarded {
        display: none;
      }
      :host([writing]) .story::after {
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
        :host([writing]) .story::after {
          animation: none;
        }
      }
      .reading {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0.5rem 1.25rem;
        margin-top: 1.25rem;
        padding-top: 0.9rem;
        border-top: 1px solid var(--rule);
        font-size: 0.875rem;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 0.35rem 1.25rem;
        flex: 1 1 18rem;
        margin: 0;
        padding: 0;
        list-style: none;
        line-height: 1.7;
      }
      .legend span,
      .legend del,
      .legend ins {
        font-family: var(--serif);
        font-size: 1rem;
      }
      .legend .discarded {
        font-size: 0.875rem;
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
    `,
  ];

  constructor() {
    super();
    this.prompt = '';
    this.story = emptyStory;
    this.writing = false;
    this.hidesDropped = false;
  }

  override render(): TemplateResult {
    // Line breaks between the parts would show (pre-line): hence the brackets at odd places.
    return html`<p class="story ${this.hidesDropped ? 'hides-dropped' : ''}"
        ><span class="prompt">${this.prompt}</span>${repeat(
          this.story.tokensByRound,
          (_tokens, index) => index,
          (tokens) => guard([tokens], () => tokens.map(tokenView)),
        )}</p>
      <slot></slot>
      <div class="reading">
        <ul class="legend" aria-label="How to read the text">
          <li><span class="accepted">underlined</span> proposed and accepted</li>
          <li><del class="rejected"><s>struck</s></del> rejected</li>
          <li><ins class="recovered">doubled</ins> recovered</li>
          <li><del class="discarded"><s>small</s></del> discarded unseen</li>
          <li><span>bare</span> by the larger model alone</li>
        </ul>
        <label
          ><input type="checkbox" role="switch" .checked=${this.hidesDropped} @change=${this.#toggle} />Hide
          rejected</label
        >
      </div>`;
  }

  #toggle = (event: Event): void => {
    this.hidesDropped = (event.currentTarget as HTMLInputElement).checked;
  };
}

function tokenView(token: StoryToken): TemplateResult {
  const about = aboutToken(token);
  if (token.fate === 'accepted') return html`<span class="accepted" title=${about}>${token.text}</span>`;
  if (token.fate === 'drawn') return html`<span class="drawn" title=${about}>${token.text}</span>`;
  // The marks of a correction belong to the word, not to the blank before it.
  const word = token.text.trimStart();
  const blank = token.text.slice(0, token.text.length - word.length);
  return token.fate === 'recovered'
    ? html`${blank}<ins class="recovered" title=${about}>${word}</ins>`
    : html`<del class=${token.fate} title=${about}>${blank}<s>${word}</s></del>`;
}

function aboutToken({ fate, q, r }: StoryToken): string {
  const parts: string[] = [fate];
  if (q !== null) parts.push(`proposed with probability ${percentText(q, 1)}`);
  if (r !== null) parts.push(`the larger model gives it ${percentText(r, 1)}`);
  return parts.join(' · ');
}

customElements.define('antiphon-story', StoryView);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-story': StoryView;
  }
}
