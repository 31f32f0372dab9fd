import { css, html, LitElement, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { DecodeResult } from '../../engine/engine-api.ts';
import { noNumber } from '../kit/number-text.ts';
import { theme } from '../kit/theme.ts';
import type { CastMember } from '../story/cast.ts';

type SpeedUp = DecodeResult['stats']['speedUp'];

/** Speed of a finished run beside what was predicted and beside asking every target for every token. */
export class SpeedUpElement extends LitElement {
  static override properties: PropertyDeclarations = {
    speedUp: { attribute: false },
    cast: { attribute: false },
  };
  /** null until the run has ended: the numbers are the engine's. */
  declare speedUp: SpeedUp;
  declare cast: readonly CastMember[];

  static override styles = [
    theme,
    css`
      figure {
        margin: 0;
      }
      figcaption {
        margin-bottom: 0.5rem;
        font: 400 1.125rem / 1.35 var(--serif);
      }
      figcaption strong {
        color: var(--accent);
        font-weight: 600;
        white-space: nowrap;
      }
      .bar {
        display: grid;
        grid-template-columns: 6.5rem minmax(0, 1fr) 3.5rem;
        align-items: center;
        gap: 0.75rem;
        font-size: 0.875rem;
        line-height: 1.6;
      }
      .bar > :last-child {
        text-align: end;
        font-variant-numeric: tabular-nums;
      }
      .track i {
        display: block;
        height: 0.6rem;
        border-radius: 0.3rem;
        background: var(--mark);
      }
      .measured .track i {
        background: var(--accent);
      }
      .predicted .track i {
        border: 1.5px dashed var(--accent);
        background: var(--accent-wash);
      }
      .hint {
        margin-top: 0.5rem;
      }
      .name {
        color: var(--ink-soft);
      }
    `,
  ];

  constructor() {
    super();
    this.speedUp = null;
    this.cast = [];
  }

  override render(): TemplateResult {
    const { speedUp } = this;
    const measured = speedUp?.measured ?? null;
    const predicted = speedUp?.predicted ?? null;
    const longest = Math.max(1, measured ?? 0, predicted ?? 0);
    const bar = (kind: string, name: string, factor: number | null): TemplateResult =>
      html`<div class="bar ${kind}">
        <span class="name">${name}</span
        ><span class="track"
          >${factor === null ? null : html`<i .style=${`width: ${(100 * factor) / longest}%`}></i>`}</span
        ><span>${factorText(factor)}</span>
      </div>`;
    return html`<figure>
      <figcaption>
        ${
          measured === null ? 'Speed against ' : html`<strong>${factorText(measured)}</strong> the speed of `
        }${referenceText(this.cast)} for every token
      </figcaption>
      ${bar('reference', referenceName(this.cast), measured === null ? null : 1)} ${bar('measured', 'measured', measured)}
      ${bar('predicted', 'predicted', predicted)}
      ${
        measured !== null && predicted !== null && isFarFrom(measured, predicted)
          ? html`<p class="hint">
              The machine’s load has changed since the models were measured, so the prediction is off. Run again for a
              better comparison.
            </p>`
          : null
      }
    </figure>`;
  }
}

/** Beyond what a quiet machine makes of the prediction. */
function isFarFrom(measured: number, predicted: number): boolean {
  const ratio = measured / predicted;
  return ratio < 0.8 || ratio > 1.25;
}

function factorText(factor: number | null): string {
  return factor === null ? noNumber : `${factor.toFixed(2)} ×`;
}

const targetsOf = (cast: readonly CastMember[]): number => cast.filter(({ isTarget }) => isTarget).length;

/** What the speed is compared with. */
function referenceText(cast: readonly CastMember[]): string {
  const targets = targetsOf(cast);
  if (targets === 1) return 'asking the larger model';
  return `asking ${targets === 2 ? 'both' : `all ${targets}`} models`;
}

function referenceName(cast: readonly CastMember[]): string {
  const targets = targetsOf(cast);
  if (targets === 1) return 'alone';
  return targets === 2 ? 'asking both' : 'asking all';
}

customElements.define('antiphon-speed-up', SpeedUpElement);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-speed-up': SpeedUpElement;
  }
}
