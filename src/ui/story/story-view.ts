import {
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { guard } from 'lit/directives/guard.js';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { percentText } from '../kit/number-text.ts';
import { RememberedFlag } from '../kit/remembered-flag.ts';
import { theme } from '../kit/theme.ts';
import type { CandidateSource } from './candidate-source.ts';
import type { CastMember } from './cast.ts';
import { combineText } from './combine-text.ts';
import {
  emptyStory,
  interruptionsOf,
  paragraphsOf,
  type Story,
  type StoryParagraph,
  type StoryToken,
  shownText,
} from './story.ts';
import { storyStyle } from './story-style.ts';
import { roundView } from './story-tokens.ts';
import './token-card.ts';
import { withoutBlankLines } from './story-lines.ts';
import { TokenFocus } from './token-focus.ts';
import { describeFate, tokenWord } from './token-words.ts';
import { wholeSentencesLength } from './whole-sentences.ts';

/** There is room for the legend beside a text. */
const wide = matchMedia('(min-width: 62rem)');

/** Between a token and its card: the letters below a line stay readable. */
const cardGap = 14;

/** Whether this browser's reader wants dropped tokens hidden. */
const hidden = new RememberedFlag('antiphon.story.hides-dropped');

/**
 * The text as it is written, every token marked with its fate and its proposer, and a card for the token that is
 * pointed at; what is slotted stands below the text. Who listens hears whole sentences of the text as they come.
 */
export class StoryView extends LitElement {
  static override properties: PropertyDeclarations = {
    prompt: { attribute: false },
    cast: { attribute: false },
    story: { attribute: false },
    writing: { type: Boolean, reflect: true },
    selectedRound: { attribute: false },
    compact: { type: Boolean },
    silent: { type: Boolean },
    candidates: { attribute: false },
    hidesDropped: { state: true },
  };
  declare prompt: string;
  /** Those who may have proposed the tokens. */
  declare cast: readonly CastMember[];
  declare story: Story;
  /** More text is to come. */
  declare writing: boolean;
  /** Number of the round whose tokens are marked, or null. */
  declare selectedRound: number | null;
  /** The text alone: without the legend, and told to nobody who listens. */
  declare compact: boolean;
  /** Its sentences are not told as they come. */
  declare silent: boolean;
  /** What else could have stood in a token's place; null where nobody can tell. */
  declare candidates: CandidateSource | null;
  declare hidesDropped: boolean;

  readonly #focus = new TokenFocus(this);
  /** It grows when it is pinned, and again when the models have answered. */
  readonly #cardResizes = new ResizeObserver(() => this.#placeCard());
  #placedCard: Element | null = null;
  /** How much of the text has been read out, and what of it last. */
  #heardLength = 0;
  #heard = '';

  static override styles = [theme, memberStyle, storyStyle];

  constructor() {
    super();
    this.prompt = '';
    this.cast = [];
    this.story = emptyStory;
    this.writing = false;
    this.selectedRound = null;
    this.compact = false;
    this.silent = false;
    this.candidates = null;
    this.hidesDropped = hidden.read();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('story') || changed.has('writing')) this.#hear();
  }

  protected override updated(): void {
    this.#placeCard();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cardResizes.disconnect();
    this.#placedCard = null;
  }

  override render(): TemplateResult {
    const focus = this.#focus;
    // Line breaks between the parts would show (pre-line): hence the brackets at odd places.
    return html`<div
        class="page"
        @pointerleave=${focus.onPointerLeave}
        @focusout=${focus.onFocusOut}
        @keydown=${focus.onKeyDown}
      >
        <p
          class="story ${this.hidesDropped ? 'hides-dropped' : ''}"
          aria-describedby=${this.compact ? nothing : 'walking'}
          @pointerover=${focus.onPointerOver}
          @focusin=${focus.onFocusIn}
          @click=${focus.onClick}
          >${paragraphsOf(this.story).map((paragraph) => this.#paragraph(paragraph))}</p>
        ${this.#card()}
      </div>
      ${this.compact ? nothing : this.#around()}`;
  }

  #around(): TemplateResult {
    const focus = this.#focus;
    return html`<p class="visually-hidden" aria-live="polite">${this.silent ? '' : this.#heard}</p>
      <p class="visually-hidden" aria-live="polite">${focus.isToldAloud ? this.#cardAloud() : ''}</p>
      <slot></slot>
      ${this.#interruptions()}
      <div class="reading">
        ${this.cast.some(({ proposes }) => proposes) ? this.#legend() : nothing}
        <details class="how" ?open=${wide.matches}>
          <summary>How to read it</summary>
          ${this.cast.some(({ proposes }) => proposes) ? this.#fates() : nothing}
          <p class="hint" id="walking">
            Point at a word, or walk with the arrow keys (a round: Page Up and Page Down), for its numbers; Enter or a
            tap keeps the card open, Escape closes it.
          </p>
        </details>
      </div>`;
  }

  #interruptions(): TemplateResult | typeof nothing {
    const after = interruptionsOf(this.story);
    if (after.length === 0) return nothing;
    const times = after.length === 1 ? '' : ` ${after.length} times`;
    return html`<p class="hint interrupted">
      The graphics card was lost${times} while this was written, after token ${after.join(', ')}. The text continued on
      another device.
    </p>`;
  }

  #paragraph({ firstRound, tokensByRound }: StoryParagraph): TemplateResult {
    return html`<span class="paragraph"
      >${firstRound === 0 ? html`<span class="prompt">${withoutBlankLines(this.prompt)}</span>` : null}${tokensByRound.map(
        (tokens, at) => this.#round(tokens, firstRound + at, firstRound > 0 && at === 0),
      )}</span
    >`;
  }

  #round(tokens: readonly StoryToken[], round: number, startsLine: boolean): unknown {
    const isSelected = round === this.selectedRound && tokens.length > 0;
    return guard([tokens, isSelected], () => {
      if (tokens.length === 0) return this.#changeBefore(round);
      const shown = roundView(tokens, startsLine);
      const label = roundLabel(round, tokens);
      return [
        this.#changeBefore(round),
        isSelected
          ? html`<mark class="round" role="group" aria-label=${label}>${shown}</mark>`
          : html`<span class="round" role="group" aria-label=${label}>${shown}</span>`,
      ];
    });
  }

  /** Where the combination took on other numbers on the way. */
  #changeBefore(index: number): TemplateResult | typeof nothing {
    const combine = this.story.rounds[index]?.combine;
    if (!combine) return nothing;
    return html`<span class="change"><span class="visually-hidden">From here on </span>${combineText(combine)}</span>`;
  }

  #card(): TemplateResult | typeof nothing {
    const { token, isPinned } = this.#focus;
    if (!token) return nothing;
    return html`<antiphon-token-card
      role="group"
      aria-label="About the token ${tokenWord(token.text)}"
      .token=${token}
      .cast=${this.cast}
      .source=${this.candidates}
      .pinned=${isPinned}
      @close=${this.#closeCard}
    ></antiphon-token-card>`;
  }

  #closeCard = (): void => {
    const { element } = this.#focus;
    this.#focus.close();
    element?.focus();
  };

  /** Above its token, where the reader has been, as long as the window has room there; within the text's width. */
  #placeCard(): void {
    const card = this.renderRoot.querySelector('.story')?.nextElementSibling ?? null;
    if (card !== this.#placedCard) {
      this.#cardResizes.disconnect();
      this.#placedCard = card;
      if (card) this.#cardResizes.observe(card);
    }
    if (!(card instanceof HTMLElement)) return;
    const page = this.renderRoot.querySelector('.page')?.getBoundingClientRect();
    const token = this.#focus.element?.getClientRects()[0];
    if (!page || !token) return;
    const { offsetWidth, offsetHeight } = card;
    // On a narrow screen it is a sheet at the lower edge, and its token must not lie beneath it.
    if (getComputedStyle(card).position === 'fixed') {
      card.style.removeProperty('left');
      card.style.removeProperty('top');
      const isBelow = token.bottom > innerHeight - offsetHeight;
      if (this.#focus.isPinned && isBelow) scrollBy({ top: token.bottom - innerHeight + offsetHeight + 24 });
      return;
    }
    const left = Math.max(0, Math.min(token.left - page.left, page.width - offsetWidth));
    const roomAbove = token.top - cardGap;
    const roomBelow = innerHeight - token.bottom - cardGap;
    const isAbove = roomAbove >= offsetHeight || (roomAbove > roomBelow && roomBelow < offsetHeight);
    const top = isAbove ? roomAbove - offsetHeight : token.bottom + cardGap;
    card.style.left = `${left}px`;
    card.style.top = `${top - page.top}px`;
  }

  /** Takes up the sentences that are whole by now. A text that was begun anew is heard from its start. */
  #hear(): void {
    const text = shownText(this.story);
    if (text.length < this.#heardLength) this.#heardLength = 0;
    const length = this.writing ? wholeSentencesLength(text, this.#heardLength) : text.length;
    if (length === this.#heardLength) return;
    const heard = text.slice(this.#heardLength, length).trim();
    this.#heardLength = length;
    // White space that comes behind a sentence must not take it away before it is read out.
    if (heard !== '') this.#heard = heard;
  }

  #cardAloud(): string {
    const { token } = this.#focus;
    return token ? describeAloud(token, this.cast) : '';
  }

  #legend(): TemplateResult {
    return html`${this.#proposers()}
      <label
        ><input type="checkbox" role="switch" .checked=${this.hidesDropped} @change=${this.#toggle} />Hide
        rejected</label
      >`;
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
      <li><del class="rejected"><s>rejected</s></del><span>did not fit all members</span></li>
      <li><ins class="recovered">recovered</ins><span>drawn as a replacement</span></li>
      <li><del class="discarded"><s>discarded</s></del><span>after a rejected token, not verified</span></li>
      <li><span class="bare">plain</span><span>drawn without a proposal</span></li>
    </ul>`;
  }

  #toggle = (event: Event): void => {
    this.hidesDropped = (event.currentTarget as HTMLInputElement).checked;
    hidden.write(this.hidesDropped);
  };
}

/** What a listener is told on entering a round: its number and what became of its proposals. */
function roundLabel(round: number, tokens: readonly StoryToken[]): string {
  const counts = (['accepted', 'rejected', 'discarded', 'drawn'] as const)
    .map((fate) => [tokens.filter((token) => token.fate === fate).length, fate] as const)
    .filter(([count]) => count > 0);
  return `Round ${round}: ${counts.map(([count, fate]) => `${count} ${fate}`).join(', ')}`;
}

function describeAloud({ fate, by, round, q, r }: StoryToken, cast: readonly CastMember[]): string {
  const who = by === null ? describeFate(fate) : `proposed by ${cast[by]?.name ?? by}`;
  const numbers = [
    ...(q === null ? [] : [`proposed with ${percentText(q, 1)}`]),
    ...(r === null ? [] : [`wanted with ${percentText(r, 1)}`]),
  ];
  return [fate, who, ...numbers, `round ${round}`].join(', ');
}

customElements.define('antiphon-story', StoryView);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-story': StoryView;
  }
}
