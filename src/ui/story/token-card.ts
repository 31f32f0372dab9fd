import {
  css,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import type { Candidates } from '../../decode/candidates.ts';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { noNumber, smallNumberText } from '../kit/number-text.ts';
import { theme } from '../kit/theme.ts';
import { candidateBars, candidateStyle } from './candidate-bars.ts';
import type { CandidateSource } from './candidate-source.ts';
import type { CastMember } from './cast.ts';
import type { StoryToken } from './story.ts';
import { describeFate, tokenWord } from './token-words.ts';

type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'here'; readonly candidates: Candidates }
  | { readonly kind: 'failed'; readonly message: string };

const none: Answer = { kind: 'none' };

/**
 * What is known of one token: who proposed it, the verdict and its numbers; pinned, also what else could have stood
 * there. That is asked for as soon as it is to be had, and given up when the card closes.
 * @fires {CustomEvent<void>} close
 */
export class TokenCard extends LitElement {
  static override properties: PropertyDeclarations = {
    token: { attribute: false },
    cast: { attribute: false },
    source: { attribute: false },
    pinned: { type: Boolean, reflect: true },
    answer: { state: true },
  };
  declare token: StoryToken | null;
  declare cast: readonly CastMember[];
  /** Null where nobody can tell. */
  declare source: CandidateSource | null;
  /** Stays until it is closed. */
  declare pinned: boolean;
  declare answer: Answer;

  #asking: AbortController | null = null;

  static override styles = [
    theme,
    memberStyle,
    candidateStyle,
    css`
      :host {
        width: min(22rem, 100%);
        max-height: min(26rem, calc(100vh - 2rem));
        overflow-y: auto;
        padding: 0.75rem 0.95rem;
        border: 1px solid var(--edge);
        border-radius: var(--radius);
        background: var(--sheet);
        box-shadow: 0 4px 18px rgb(0 0 0 / 0.16);
        font-size: 0.8125rem;
        line-height: 1.45;
      }
      /* Side by side, what the members would have had is compared at a glance. */
      :host([pinned]) {
        width: min(42rem, 100%);
      }
      :host([pinned]) dl {
        grid-template-columns: repeat(4, auto minmax(0, 1fr));
      }
      @media (max-width: 40rem) {
        :host {
          max-height: min(62vh, 26rem);
          padding-bottom: max(0.9rem, env(safe-area-inset-bottom));
          border-width: 1px 0 0;
          border-radius: var(--radius) var(--radius) 0 0;
          box-shadow: 0 -6px 24px rgb(0 0 0 / 0.2);
        }
        :host,
        :host([pinned]) {
          width: 100%;
        }
        :host([pinned]) dl {
          grid-template-columns: repeat(2, auto minmax(0, 1fr));
        }
      }
      .title {
        display: flex;
        align-items: center;
        gap: 0.5rem;
        margin-bottom: 0.4rem;
        padding-inline-end: 1.75rem;
        font-weight: 600;
      }
      .title .token {
        font: 400 1.1875rem / 1.2 var(--serif);
      }
      .close {
        position: absolute;
        top: 0.35rem;
        inset-inline-end: 0.35rem;
        min-height: 2rem;
        padding: 0.1rem 0.55rem;
        border-color: transparent;
        font-size: 1.0625rem;
        line-height: 1;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(2, auto minmax(0, 1fr));
        gap: 0.1rem 0.6rem;
        margin: 0;
      }
      dt {
        color: var(--ink-soft);
      }
      dd {
        margin: 0;
        font-variant-numeric: tabular-nums;
      }
      .by {
        display: flex;
        gap: 0.4rem;
        margin-bottom: 0.3rem;
      }
      .by .badge {
        width: 1.25rem;
        height: 1.25rem;
        font-size: 0.75rem;
      }
      .note {
        margin-top: 0.5rem;
        color: var(--ink-soft);
      }
    `,
  ];

  constructor() {
    super();
    this.token = null;
    this.cast = [];
    this.source = null;
    this.pinned = false;
    this.answer = none;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#giveUp();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const isAnother = changed.has('token') && !isSamePlace(changed.get('token') ?? null, this.token);
    if (isAnother || !this.pinned) this.#giveUp();
    if (this.pinned && this.token && this.answer.kind === 'none' && this.source?.whyNot === null) {
      void this.#ask(this.token, this.source);
    }
  }

  override render(): TemplateResult {
    const { token } = this;
    if (!token) return html``;
    const { text, fate, by, q, r, u, round } = token;
    const proposer = by === null ? null : this.cast[by];
    return html`<p class="title"><span class="token">${tokenWord(text)}</span> ${fate}</p>
      ${
        this.pinned
          ? html`<button type="button" class="close" aria-label="Close the card" @click=${this.#close}>×</button>`
          : nothing
      }
      <p class="by">
        ${
          proposer && by !== null
            ? html`<span class="badge ${memberClass(by)}">${proposer.letter}</span><span>proposed by ${proposer.name}</span>`
            : describeFate(fate)
        }
      </p>
      <dl>
        ${entry('q, as proposed', numberText(q))} ${entry('u, the draw', numberText(u))}
        ${entry('r, as wanted', numberText(r))} ${entry('round', String(round))}
      </dl>
      ${this.#candidates()}`;
  }

  #candidates(): TemplateResult | typeof nothing {
    const { source, answer } = this;
    if (!source) return nothing;
    if (answer.kind === 'here') return candidateBars(answer.candidates, this.cast);
    if (answer.kind === 'failed') return html`<p class="note">${answer.message}</p>`;
    if (source.whyNot !== null) return html`<p class="note">${source.whyNot}</p>`;
    return html`<p class="note">
      ${this.pinned ? 'Asking the models what else was likely …' : 'Click or press Enter to see what else was likely'}
    </p>`;
  }

  async #ask(token: StoryToken, source: CandidateSource): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    this.answer = { kind: 'asked' };
    try {
      const { round, proposal } = token;
      const candidates = await source.ask({ round, proposal }, asking.signal);
      if (!asking.signal.aborted) this.answer = { kind: 'here', candidates };
    } catch (error) {
      if (asking.signal.aborted) return;
      this.answer = { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  #giveUp(): void {
    this.#asking?.abort();
    this.#asking = null;
    this.answer = none;
  }

  #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}

function isSamePlace(one: StoryToken | null, other: StoryToken | null): boolean {
  return one?.round === other?.round && one?.proposal === other?.proposal;
}

function entry(name: string, value: string): TemplateResult {
  return html`<dt>${name}</dt><dd>${value}</dd>`;
}

function numberText(value: number | null): string {
  return value === null ? noNumber : smallNumberText(value);
}

customElements.define('antiphon-token-card', TokenCard);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-token-card': TokenCard;
  }
}
