import { html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { foldingStyle } from '../kit/folding-style.ts';
import { foldByWidth } from '../kit/remembered-fold.ts';
import { theme } from '../kit/theme.ts';
import type { CastMember } from '../story/cast.ts';
import { emptyStory, type Story } from '../story/story.ts';
import './live-numbers.ts';

/** The numbers of a run as a section of the page that can be folded away; folded, a run costs it nothing. */
export class NumbersSection extends LitElement {
  static override properties: PropertyDeclarations = {
    story: { attribute: false },
    cast: { attribute: false },
    lossy: { attribute: false },
  };
  declare story: Story;
  declare cast: readonly CastMember[];
  declare lossy: boolean;
  readonly #fold = foldByWidth(this, 'antiphon.numbers');

  static override styles = [theme, foldingStyle];

  constructor() {
    super();
    this.story = emptyStory;
    this.cast = [];
    this.lossy = false;
  }

  override render(): TemplateResult {
    return html`<details ?open=${this.#fold.open} @toggle=${this.#fold.onToggle}>
      <summary><h2>Numbers</h2><span class="hint">speed, acceptance, forwards</span></summary>
      <div class="below">
        ${
          this.#fold.open
            ? html`<antiphon-live-numbers .story=${this.story} .cast=${this.cast} .lossy=${this.lossy}></antiphon-live-numbers>`
            : null
        }
      </div>
    </details>`;
  }
}

customElements.define('antiphon-numbers-section', NumbersSection);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-numbers-section': NumbersSection;
  }
}
