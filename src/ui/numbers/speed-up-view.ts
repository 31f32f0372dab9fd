import { css, html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import type { DecodeResult } from '../../engine/engine-api.ts';
import type { DecodeMethod, DecodeRequest } from '../../engine/request-types.ts';
import type { Round } from '../../round/round.ts';
import { type ComparedCalls, comparedCalls, savedShare } from '../../speed/calls.ts';
import { type MeasuredSpeedUp, measuredSpeedUp, minPairs, type SpeedPair } from '../../speed/speed-up.ts';
import {
  callsText,
  factorText,
  type SpeedVerdict,
  speedVerdict,
  spreadText,
} from '../../speed/speed-words.ts';
import { wouldWin } from '../../speed/would-win.ts';
import { theme } from '../kit/theme.ts';

interface Bar {
  readonly value: number;
  readonly text: string;
  /** From and to. */
  readonly range?: readonly [number, number];
}

/**
 * What a run saves beside asking every target for every token: model calls, which are counted, and its speed, once enough
 * pairs of method and reference have run. Empty for a method that is a reference itself.
 */
export class SpeedUpElement extends LitElement {
  static override properties: PropertyDeclarations = {
    request: { attribute: false },
    rounds: { attribute: false },
    result: { attribute: false },
    pairs: { attribute: false },
    measuring: { attribute: false },
  };
  declare request: Pick<DecodeRequest, 'method'> | null;
  declare rounds: readonly Round[];
  /** null until the run has ended. */
  declare result: DecodeResult | null;
  declare pairs: readonly SpeedPair[];
  /** More pairs are under way. */
  declare measuring: boolean;

  static override styles = [
    theme,
    css`
      figure {
        margin: 0;
      }
      figcaption {
        margin-bottom: 0.5rem;
      }
      p {
        margin: 0;
      }
      .lead {
        font: 400 1.125rem / 1.35 var(--serif);
      }
      strong {
        font-weight: 600;
        white-space: nowrap;
      }
      .won {
        color: var(--accent);
      }
      /* Its place is kept while pairs are measured. */
      .detail {
        min-height: 1.5em;
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
      .track {
        position: relative;
      }
      .track i {
        display: block;
        height: 0.6rem;
        border-radius: 0.3rem;
        background: var(--mark);
      }
      .own.good .track i {
        background: var(--accent);
      }
      .track b {
        position: absolute;
        inset-block: -0.15rem;
        border: solid var(--ink);
        border-width: 0 1.5px;
        background: linear-gradient(var(--ink), var(--ink)) center / 100% 1.5px no-repeat;
      }
      .name {
        color: var(--ink-soft);
      }
    `,
  ];

  constructor() {
    super();
    this.request = null;
    this.rounds = [];
    this.result = null;
    this.pairs = [];
    this.measuring = false;
  }

  override render(): TemplateResult | typeof nothing {
    const { request, rounds, result } = this;
    const calls = request && comparedCalls(request, rounds, result?.finishReason);
    if (!request || !calls) return nothing;
    const { method } = request;
    const speedUp = measuredSpeedUp(this.pairs);
    const winner = result && speedUp?.outcome === 'slower' ? wouldWin(result, speedUp) : null;
    const verdict = speedVerdict(speedUp, method, winner);
    const isGood = verdict ? verdict.isFaster : (savedShare(calls) ?? 0) > 0;
    return html`<figure>
      <figcaption>
        <p class="lead">${verdict ? speedLead(verdict) : callsLead(calls)}</p>
        <p class="hint detail">${verdict && speedUp ? this.#spread(speedUp, calls) : this.#progress()}</p>
      </figcaption>
      ${barsView(verdict && speedUp ? speedBars(speedUp) : callsBars(calls), isGood, method)}
    </figure>`;
  }

  #spread(speedUp: MeasuredSpeedUp, calls: ComparedCalls): string {
    const predicted = this.result?.stats.speedUp?.predicted;
    const prediction = predicted === undefined ? '' : `; predicted ${factorText(predicted)}`;
    const spread = spreadText(speedUp);
    return `${spread[0].toUpperCase()}${spread.slice(1)}${prediction}. ${callsText(calls)}.`;
  }

  /** Until there are enough pairs. */
  #progress(): string {
    const { length } = this.pairs;
    if (this.measuring) return `Comparing the speed in the background: ${length} of ${minPairs} pairs …`;
    if (length === 0) return '';
    return `${length === 1 ? 'Only one pair was' : `Only ${length} pairs were`} compared: too few to name a speed.`;
  }
}

function speedLead({ isFaster, factor, words, advice }: SpeedVerdict): TemplateResult {
  if (isFaster) return html`<strong class="won">${factor}</strong> ${words}`;
  return html`${words}.${advice === null ? nothing : ` ${advice}`}`;
}

function callsLead(calls: ComparedCalls): TemplateResult {
  const [counted, saved] = callsText(calls).split(/(?<=:) /);
  const isSaving = (savedShare(calls) ?? 0) > 0;
  return html`${counted} <strong class=${isSaving ? 'won' : ''}>${saved}</strong>`;
}

/** The reference's bar, and the run's. */
type Bars = readonly [Bar, Bar];

const speedBars = ({ median, min, max }: MeasuredSpeedUp): Bars => [
  { value: 1, text: factorText(1) },
  { value: median, text: factorText(median), range: [min, max] },
];

const callsBars = ({ calls, referenceCalls }: ComparedCalls): Bars => [
  { value: referenceCalls, text: String(referenceCalls) },
  { value: calls, text: String(calls) },
];

function barsView(bars: Bars, isGood: boolean, method: DecodeMethod): TemplateResult[] {
  const longest = Math.max(...bars.map(({ value, range }) => range?.[1] ?? value), Number.EPSILON);
  const percent = (value: number): string => `${(100 * value) / longest}%`;
  return bars.map(
    (
      { value, text, range },
      index,
    ) => html`<div class="bar ${index === 1 ? 'own' : ''} ${isGood ? 'good' : ''}">
      <span class="name">${index === 0 ? referenceName(method) : 'this run'}</span
      ><span class="track"
        ><i .style=${`width: ${percent(value)}`}></i>${
          range
            ? html`<b .style=${`left: ${percent(range[0])}; width: ${percent(range[1] - range[0])}`}></b>`
            : nothing
        }</span
      ><span>${text}</span>
    </div>`,
  );
}

function referenceName(method: DecodeMethod): string {
  if (method.kind !== 'collaborative') return 'alone';
  const { length } = method.members;
  return length === 2 ? 'asking both' : `asking all ${length}`;
}

customElements.define('antiphon-speed-up', SpeedUpElement);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-speed-up': SpeedUpElement;
  }
}
