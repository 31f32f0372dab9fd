import { html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import type { Round } from '../../round/round.ts';
import { FetchedView } from '../kit/fetched-view.ts';
import { foldingStyle } from '../kit/folding-style.ts';
import { foldByWidth } from '../kit/remembered-fold.ts';
import { theme } from '../kit/theme.ts';
import type { CastMember } from '../story/cast.ts';

/**
 * The rhythm as a section of the page that can be folded away, which is remembered. Its code is fetched when there is
 * something to show and it is open; folded, a run costs it nothing.
 */
export class RhythmSection extends LitElement {
  static override properties: PropertyDeclarations = {
    rounds: { attribute: false },
    cast: { attribute: false },
    live: { type: Boolean },
    selectedRound: { attribute: false },
  };
  declare rounds: readonly Round[];
  declare cast: readonly CastMember[];
  declare live: boolean;
  declare selectedRound: number | null;
  readonly #fold = foldByWidth(this, 'antiphon.rhythm');
  readonly #view = new FetchedView(this, () => import('./rhythm-view.ts'));

  static override styles = [theme, foldingStyle];

  constructor() {
    super();
    this.rounds = [];
    this.cast = [];
    this.live = false;
    this.selectedRound = null;
  }

  override willUpdate(_changed: PropertyValues<this>): void {
    if (this.#fold.open && this.#view.state === 'not-needed') void this.#view.fetch();
  }

  override render(): TemplateResult {
    return html`<details ?open=${this.#fold.open} @toggle=${this.#fold.onToggle}>
      <summary><h2>Rhythm</h2><span class="hint">timeline of forwards, charts</span></summary>
      <div class="below">${this.#fold.open ? this.#content() : null}</div>
    </details>`;
  }

  #content(): TemplateResult | null {
    if (this.#view.state === 'missing') {
      return html`<p>The timeline’s code could not be fetched. <button type="button" @click=${this.#view.fetch}>Try again</button></p>`;
    }
    if (this.#view.state !== 'here') return null;
    return html`<antiphon-rhythm
      .rounds=${this.rounds}
      .cast=${this.cast}
      .live=${this.live}
      .selectedRound=${this.selectedRound}
    ></antiphon-rhythm>`;
  }
}

customElements.define('antiphon-rhythm-section', RhythmSection);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-rhythm-section': RhythmSection;
  }
}
