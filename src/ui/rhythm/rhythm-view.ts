import {
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import type { ForwardKind, Round } from '../../round/round.ts';
import { memberStyle } from '../kit/member-style.ts';
import { theme } from '../kit/theme.ts';
import type { CastMember } from '../story/cast.ts';
import { legendStyle, rhythmLegend } from './rhythm-legend.ts';
import { RhythmModel } from './rhythm-model.ts';
import { RhythmSeries } from './rhythm-series.ts';
import './rhythm-table.ts';
import './rhythm-timeline.ts';
import type { RhythmTimeline } from './rhythm-timeline.ts';
import { roundWords, secondsText } from './rhythm-words.ts';
import { TimelinePosition, type TimeWindow } from './timeline-position.ts';

const zoomStep = 1.5;
const panShare = 0.5;
/** Until the timeline has one. */
const usualWidth = 600;

/**
 * The rhythm of a decode: the timeline of its rounds, the same in words and in a table, and charts over time. A
 * function of the rounds and of who takes part.
 *
 * Fires `round-selected` with `{ round }` when the reader chooses one; `selectedRound` chooses one from outside.
 */
export class RhythmView extends LitElement {
  static override properties: PropertyDeclarations = {
    rounds: { attribute: false },
    cast: { attribute: false },
    live: { type: Boolean },
    selectedRound: { attribute: false },
    hasCharts: { state: true },
  };
  /** Grows while the decode runs; a list that does not continue the one before starts anew. */
  declare rounds: readonly Round[];
  declare cast: readonly CastMember[];
  /** More rounds are to come. */
  declare live: boolean;
  /** Number of a round, or null. */
  declare selectedRound: number | null;
  /** Their code has arrived. */
  declare hasCharts: boolean;

  #model = new RhythmModel();
  #series = new RhythmSeries();
  #kinds = new Set<ForwardKind>();
  #hasEstimates = false;
  #position = new TimelinePosition();

  static override styles = [
    theme,
    memberStyle,
    legendStyle,
    css`
      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: 0.3rem;
        margin-block: 0.7rem;
      }
      .tools button {
        min-width: 2.4rem;
        padding-inline: 0.6rem;
        font-size: 0.8125rem;
      }
      @media (max-width: 30rem) {
        .tools button {
          min-width: 2rem;
          padding-inline: 0.3rem;
        }
      }
      .shown {
        align-self: center;
        margin-inline-start: auto;
        color: var(--ink-soft);
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
      }
      button[aria-pressed='true'] {
        border-color: var(--accent);
        background: var(--accent-wash);
        color: var(--accent);
      }
      .current {
        min-height: 3em;
        margin-bottom: 0.6rem;
        font-size: 0.875rem;
      }
      .current strong {
        margin-inline-end: 0.35rem;
        font-weight: 600;
      }
      antiphon-rhythm-charts {
        min-height: 11rem;
        margin-top: 1.5rem;
      }
      antiphon-rhythm-table {
        margin-top: 0.8rem;
      }
    `,
  ];

  constructor() {
    super();
    this.rounds = [];
    this.cast = [];
    this.live = false;
    this.selectedRound = null;
    this.hasCharts = false;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('rounds')) this.#takeRounds();
    this.#position.update({
      endMs: this.#model.endMs,
      lastRoundsMs: (count) => this.#model.lastRoundsMs(count),
      isLive: this.live,
      widthPixels: this.#timeline?.pictureWidth || usualWidth,
    });
    const chosen = this.selectedRound === null ? null : this.#model.roundAt(this.selectedRound);
    if (changed.has('selectedRound') && chosen) {
      this.#position.reveal({ fromMs: chosen.earliestMs, toMs: chosen.atMs });
    }
  }

  override firstUpdated(): void {
    // The charting library is not needed to show the timeline.
    import('./rhythm-charts.ts').then(
      () => {
        this.hasCharts = true;
      },
      () => {},
    );
  }

  override render(): TemplateResult {
    const model = this.#model;
    const count = model.rounds.length;
    return html`${count === 0 ? html`<p class="hint">Reading the prompt …</p>` : null} ${this.#tools()}
      <antiphon-rhythm-timeline
        .model=${model}
        .revision=${count}
        .cast=${this.cast}
        .live=${this.live}
        .position=${this.#position}
        .selectedRound=${this.selectedRound}
        @round-selected=${this.#onRoundSelected}
        @position-change=${() => this.requestUpdate()}
      ></antiphon-rhythm-timeline>
      ${this.#current()}
      ${rhythmLegend({
        kinds: this.#kinds,
        estimates: this.#hasEstimates,
        proposals: this.#proposers.length > 0,
      })}
      ${
        this.hasCharts
          ? html`<antiphon-rhythm-charts
              .series=${this.#series}
              .revision=${count}
              .cast=${this.cast}
              .proposers=${this.#proposers}
              .window=${this.#position.window}
              @window-chosen=${this.#onWindowChosen}
            ></antiphon-rhythm-charts>`
          : null
      }
      <antiphon-rhythm-table
        .rounds=${model.rounds}
        .revision=${count}
        .cast=${this.cast}
        .selectedRound=${this.selectedRound}
      ></antiphon-rhythm-table>`;
  }

  #takeRounds(): void {
    if (!this.#model.isContinuedBy(this.rounds)) {
      this.#model = new RhythmModel();
      this.#series = new RhythmSeries();
      this.#kinds = new Set();
      this.#hasEstimates = false;
      this.#position = new TimelinePosition();
      this.selectedRound = null;
    }
    for (const round of this.rounds.slice(this.#model.rounds.length)) {
      this.#model.append(round);
      this.#series.append(round);
      for (const { kind, estimated } of round.forwards) {
        this.#kinds.add(kind);
        this.#hasEstimates ||= estimated;
      }
    }
  }

  get #proposers(): readonly number[] {
    return this.#model.lanes.flatMap(({ proposals }, member) => (proposals > 0 ? [member] : []));
  }

  get #timeline(): RhythmTimeline | null {
    return this.renderRoot.querySelector('antiphon-rhythm-timeline');
  }

  #tools(): TemplateResult {
    const { fromMs, toMs } = this.#position.window;
    // A tenth of what is in sight is told apart.
    const time = (ms: number): string => secondsText(ms, (toMs - fromMs) / 10);
    const tool = (name: string, sign: string, change: (position: TimelinePosition) => void) =>
      html`<button type="button" aria-label=${name} title=${name} @click=${() => this.#move(change)}>${sign}</button>`;
    return html`<div class="tools" role="group" aria-label="Timeline">
      ${tool('Earlier', '←', (position) => position.pan(-panShare))}
      ${tool('Later', '→', (position) => position.pan(panShare))}
      ${tool('Zoom out', '−', (position) => position.zoom(1 / zoomStep))}
      ${tool('Zoom in', '+', (position) => position.zoom(zoomStep))}
      <button type="button" @click=${() => this.#move((position) => position.showAll())}>Whole run</button>
      <button
        type="button"
        aria-pressed=${this.#position.follows}
        @click=${() => this.#move((position) => position.follow())}
      >
        ${this.live ? 'Follow' : 'Latest'}
      </button>
      <span class="shown">${time(Math.max(0, fromMs))} to ${time(Math.min(toMs, this.#model.endMs))}</span>
    </div>`;
  }

  #move(change: (position: TimelinePosition) => void): void {
    change(this.#position);
    this.requestUpdate();
    // The position is the same object: nothing else tells the timeline.
    this.#timeline?.requestUpdate();
  }

  /** Not spoken while it changes by itself. */
  #current(): TemplateResult {
    const { rounds } = this.#model;
    const chosen = this.selectedRound === null ? null : this.#model.roundAt(this.selectedRound);
    const round = chosen ?? (this.live ? null : rounds[rounds.length - 1]);
    return html`<p class="current" aria-live=${chosen ? 'polite' : 'off'}>
      ${
        round
          ? html`<strong>Round ${round.index}</strong>${roundWords(round, this.cast)}`
          : 'Point at a bar or a word for its numbers; press one to choose its round.'
      }
    </p>`;
  }

  #onRoundSelected = (event: CustomEvent<{ readonly round: number }>): void => {
    this.selectedRound = event.detail.round;
  };

  #onWindowChosen = (event: CustomEvent<TimeWindow>): void =>
    this.#move((position) => position.show(event.detail));
}

customElements.define('antiphon-rhythm', RhythmView);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-rhythm': RhythmView;
  }
}
