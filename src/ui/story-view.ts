import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { CastMember } from './cast.ts';
import { memberClass, memberStyle } from './member-style.ts';
import { percentText } from './number-text.ts';
import { emptyStory, type Story, type StoryToken } from './story-model.ts';
import { theme } from './theme.ts';

/**
 * The text as it is written, every token marked with its fate and its proposer; what is slotted stands below the
 * text.
 */
export class StoryView extends LitElement {
  static override properties: PropertyDeclarations = {
    prompt: { attribute: false },
    cast: { attribute: false },
    story: { attribute: false },
    writing: { type: Boolean, reflect: true },
    hidesDropped: { state: true },
  };
  declare prompt: string;
  /** Those whom the tokens' proposers number. */
  declare cast: readonly CastMember[];
  declare story: Story;
  /** More text is to come. */
  declare writing: boolean;
  declare hidesDropped: boolean;

  static override styles = [
    theme,
    memberStyle,
    css`
      .story {
        min-height: 6em;
        margin: 0;
        font: 400 1.1875rem / 2.1 var(--serif);
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
        text-decoration: line-through var(--pattern, solid) 2px var(--member, currentColor);
      }
      .discarded s {
        text-decoration: line-through dotted 1.5px var(--member, currentColor);
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
        flex-basis: 100%;
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
    this.cast = [];
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
          (tokens) => guard([tokens], () => tokens.map((token) => tokenView(token, this.cast))),
        )}</p>
      <slot></slot>
      <div class="reading">
        ${this.#proposers()}
        <label
          ><input type="checkbox" role="switch" .checked=${this.hidesDropped} @change=${this.#toggle} />Hide
          rejected</label
        >
        ${this.#fates()}
      </div>`;
  }

  #proposers(): TemplateResult {
    return html`<ul class="legend members" aria-label="Who proposed">
      ${this.cast.map(({ letter, name, proposes }, member) =>
        proposes
          ? html`<li class=${memberClass(member)}>
              <span class="badge">${letter}</span><span class="accepted ${memberClass(member)}">${name}</span>
            </li>`
          : null,
      )}
    </ul>`;
  }

  #fates(): TemplateResult {
    return html`<ul class="legend fates" aria-label="How to read the text">
      <li><del class="rejected"><s>struck</s></del> rejected</li>
      <li><ins class="recovered">doubled</ins> recovered</li>
      <li><del class="discarded"><s>small</s></del> discarded unseen</li>
      <li><span class="bare">bare</span> proposed by nobody</li>
    </ul>`;
  }

  #toggle = (event: Event): void => {
    this.hidesDropped = (event.currentTarget as HTMLInputElement).checked;
  };
}

function tokenView(token: StoryToken, cast: readonly CastMember[]): TemplateResult {
  // Marks belong to the word, not to the blank before it.
  const word = token.text.trimStart();
  const blank = token.text.slice(0, token.text.length - word.length);
  const { fate } = token;
  const isDropped = fate === 'rejected' || fate === 'discarded';
  if (word === '' && !isDropped) return html`<span class=${fate}>${blank}</span>`;
  const about = aboutToken(token, cast);
  const by = token.proposer === null ? '' : memberClass(token.proposer);
  const lettered = hasLetter(token, word) ? 'lettered' : '';
  if (fate === 'recovered') return html`${blank}<ins class="recovered" title=${about}>${word}</ins>`;
  if (!isDropped) return html`${blank}<span class="${fate} ${by} ${lettered}" title=${about}>${word}</span>`;
  // A line break that was dropped must not break the line.
  return html`<del class="${fate} ${by}" title=${about}
    >${blank.includes('\n') ? ' ' : blank}<s class="${by} ${lettered}">${word || '↵'}</s></del
  >`;
}

/** A mark of punctuation is too narrow for its proposer's letter; its line tells whose it is. */
function hasLetter({ proposer }: StoryToken, word: string): boolean {
  return proposer !== null && /[\p{L}\p{N}]/u.test(word);
}

function aboutToken({ fate, proposer, q, r }: StoryToken, cast: readonly CastMember[]): string {
  const parts: string[] = [fate];
  if (proposer !== null && cast[proposer]) parts.unshift(`${cast[proposer].letter} ${cast[proposer].name}`);
  if (q !== null) parts.push(`proposed with probability ${percentText(q, 1)}`);
  if (r !== null) parts.push(`wanted with probability ${percentText(r, 1)}`);
  return parts.join(' · ');
}

customElements.define('antiphon-story', StoryView);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-story': StoryView;
  }
}
