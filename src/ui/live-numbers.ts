import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import { decimalText, percentText } from './number-text.ts';
import type { LiveNumbers } from './story-model.ts';
import { theme } from './theme.ts';

/** The numbers of the run, as they stand. */
export class LiveNumbersElement extends LitElement {
  static override properties: PropertyDeclarations = { numbers: { attribute: false } };
  declare numbers: LiveNumbers;

  static override styles = [
    theme,
    css`
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr));
        gap: 1rem 1.5rem;
        margin: 0;
      }
      .number {
        display: flex;
        flex-direction: column-reverse;
        justify-content: flex-end;
      }
      dt {
        color: var(--ink-soft);
        font-size: 0.8125rem;
      }
      dd {
        margin: 0;
        font: 400 1.75rem / 1.2 var(--serif);
        font-variant-numeric: tabular-nums lining-nums;
      }
    `,
  ];

  constructor() {
    super();
    this.numbers = { tokens: 0, tokensPerSecond: null, acceptanceRate: null, tokensPerRound: null };
  }

  override render(): TemplateResult {
    const { tokens, tokensPerSecond, acceptanceRate, tokensPerRound } = this.numbers;
    return html`<dl>
      ${number('tokens a second', decimalText(tokensPerSecond, 1))}
      ${number('acceptance rate', percentText(acceptanceRate))}
      ${number('tokens a round', decimalText(tokensPerRound, 2))} ${number('tokens', String(tokens))}
    </dl>`;
  }
}

function number(name: string, value: string): TemplateResult {
  return html`<div class="number"><dt>${name}</dt><dd>${value}</dd></div>`;
}

customElements.define('antiphon-live-numbers', LiveNumbersElement);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-live-numbers': LiveNumbersElement;
  }
}
