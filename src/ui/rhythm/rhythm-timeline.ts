import {
  css,
  html,
  LitElement,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { theme } from '../kit/theme.ts';
import type { CastMember } from '../story/cast.ts';
import { Arrivals } from './arrivals.ts';
import type { Scene } from './paint-scene.ts';
import { paintTimeline } from './paint-timeline.ts';
import { PictureSchedule } from './picture-schedule.ts';
import { RhythmModel, roundsWithin } from './rhythm-model.ts';
import { type Band, type Rows, rowsFor } from './rhythm-rows.ts';
import { letterOf } from './rhythm-words.ts';
import { TextWidths } from './text-widths.ts';
import { type CardItem, cardOf, cardStyle } from './timeline-card.ts';
import { type Gesture, TimelineGestures } from './timeline-gestures.ts';
import { itemAt, roundOf } from './timeline-hit.ts';
import { commandOf, keysInWords } from './timeline-keys.ts';
import { glide } from './timeline-motion.ts';
import { TimelinePosition, type TimeWindow } from './timeline-position.ts';
import { timelineScale } from './timeline-scale.ts';

/** What a card is about, and where it is, in CSS pixels from the picture's edge. */
interface Pointing {
  readonly item: CardItem;
  readonly x: number;
  /** Stays until dismissed. */
  readonly pinned: boolean;
}

const cardWidth = 272;
/** Rounds that come in larger heaps are there at once. */
const maxArrivals = 4;

/**
 * The timeline of rounds, painted on a canvas: of 2,000 rounds each has a dozen items, too many for elements that move
 * with every frame. Only what is in sight is painted. Its words for those who do not see it are `rhythm-view`'s.
 */
export class RhythmTimeline extends LitElement {
  static override properties: PropertyDeclarations = {
    model: { attribute: false },
    revision: { attribute: false },
    cast: { attribute: false },
    live: { attribute: false },
    position: { attribute: false },
    selectedRound: { attribute: false },
    pointing: { state: true },
  };
  declare model: RhythmModel;
  /** Changes with the model, which grows in place. */
  declare revision: number;
  declare cast: readonly CastMember[];
  /** More rounds are to come. */
  declare live: boolean;
  /** Moved by the reader's gestures; each time, and when the picture's width changes, `position-change` fires. */
  declare position: TimelinePosition;
  declare selectedRound: number | null;
  declare pointing: Pointing | null;

  readonly #gestures = new TimelineGestures();
  readonly #textWidths = new TextWidths();
  readonly #schedule = new PictureSchedule(this, {
    paint: (nowMs) => this.#paint(nowMs),
    onResize: () => this.#measure(),
  });
  readonly #stillness = matchMedia('(prefers-reduced-motion: reduce)');
  /** On its way to the position's window. */
  #shown: TimeWindow | null = null;
  #rows: Rows = rowsFor([], false);
  #width = 0;
  #lastPictureMs = 0;
  readonly #arrivals = new Arrivals();
  #scene: Scene | null = null;

  static override styles = [
    theme,
    memberStyle,
    cardStyle,
    css`
      .frame {
        position: relative;
        padding-inline-start: 3.1rem;
        border-radius: 4px;
        touch-action: pan-y;
        cursor: grab;
      }
      .frame:active {
        cursor: grabbing;
      }
      .frame.points {
        cursor: pointer;
      }
      canvas {
        display: block;
        width: 100%;
      }
      .row {
        position: absolute;
        left: 0;
        display: grid;
        align-items: center;
        color: var(--ink-soft);
        font-size: 0.6875rem;
        line-height: 1.1;
        pointer-events: none;
      }
    `,
  ];

  constructor() {
    super();
    this.model = new RhythmModel();
    this.revision = 0;
    this.cast = [];
    this.live = false;
    this.position = new TimelinePosition();
    this.selectedRound = null;
    this.pointing = null;
  }

  /** Width of the picture, without the names beside it, in CSS pixels; 0 before there is one. */
  get pictureWidth(): number {
    return this.#width;
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('model')) {
      this.#arrivals.clear();
      this.#shown = null;
      this.pointing = null;
    }
    if (changed.has('model') || changed.has('revision') || changed.has('cast')) {
      const lanes = Math.max(this.cast.length, this.model.lanes.length);
      this.#rows = rowsFor(
        Array.from({ length: lanes }, (_, member) => this.model.lanes[member] ?? { depth: 0 }),
        this.model.hasDropped,
      );
      this.#noteArrivals(changed.has('model') ? 0 : (changed.get('revision') ?? 0));
    }
  }

  override render(): TemplateResult {
    const { text, lanes, dropped, height } = this.#rows;
    const row = ({ top, height: tall }: Band): string => `top: ${top}px; height: ${tall}px`;
    return html`<div
      class="frame ${this.pointing ? 'points' : ''}"
      tabindex="0"
      role="application"
      aria-roledescription="timeline"
      aria-label="Timeline of rounds"
      aria-describedby="keys"
      @keydown=${this.#onKey}
      @wheel=${{ handleEvent: this.#onWheel, passive: false }}
      @pointerdown=${this.#onPointerDown}
      @pointermove=${this.#onPointerMove}
      @pointerup=${this.#onPointerUp}
      @pointercancel=${this.#onPointerUp}
      @pointerleave=${this.#onPointerLeave}
    >
      <canvas .style=${`height: ${height}px`} aria-hidden="true"></canvas>
      <div aria-hidden="true">
        <span class="row" .style=${row(text)}>text</span>
        ${lanes.map(
          ({ bars }, member) =>
            html`<span class="row" .style=${row(bars)}
              ><span class="badge ${memberClass(member)}">${letterOf(this.cast, member)}</span></span
            >`,
        )}
        ${dropped.height > 0 ? html`<span class="row" .style=${row(dropped)}>dropped</span>` : null}
      </div>
      <p id="keys" class="visually-hidden">${keysInWords}</p>
      ${this.#card()}
    </div>`;
  }

  #card(): TemplateResult | null {
    if (!this.pointing) return null;
    const { item, x, pinned } = this.pointing;
    const left = Math.max(0, Math.min(x + 12, this.offsetWidth - cardWidth));
    return html`<div
      class="card ${pinned ? 'pinned' : ''}"
      .style=${`left: ${left}px; top: ${this.#rows.height}px`}
    >
      ${cardOf(item, this.model, this.cast)}
    </div>`;
  }

  #noteArrivals(before: number): void {
    const { rounds } = this.model;
    if (!this.live || this.#stillness.matches || before === 0 || rounds.length - before > maxArrivals) return;
    for (const { index } of rounds.slice(before)) this.#arrivals.add(index, performance.now());
  }

  #move(change: (position: TimelinePosition) => void): void {
    change(this.position);
    this.pointing = null;
    this.#schedule.request();
    this.dispatchEvent(new CustomEvent('position-change'));
  }

  #measure(): void {
    const canvas = this.renderRoot.querySelector('canvas');
    this.#width = canvas?.clientWidth ?? 0;
    this.#shown = null;
    this.dispatchEvent(new CustomEvent('position-change'));
  }

  #paint(nowMs: number): void {
    const canvas = this.renderRoot.querySelector('canvas');
    const context = canvas?.getContext('2d', { alpha: false });
    if (!canvas || !context || this.#width === 0) return;
    // Nothing was painted for a while: there was nothing to see, and time has not passed.
    const passedMs = Math.min(nowMs - this.#lastPictureMs, 34);
    this.#lastPictureMs = nowMs;
    this.#shown = glide(this.#shown ?? this.position.window, this.position.window, {
      isStill: this.#stillness.matches,
      followedEndMs: this.live && this.position.follows ? this.model.endMs : null,
      passedMs,
    });
    this.#fit(canvas, context);
    this.#scene = this.#sceneAt(this.#shown, nowMs);
    paintTimeline(context, this.#scene);
    this.#arrivals.settle(nowMs);
    if (!this.#isAtRest()) this.#schedule.request();
  }

  #isAtRest(): boolean {
    const { fromMs, toMs } = this.position.window;
    const isThere = this.#shown?.fromMs === fromMs && this.#shown.toMs === toMs;
    return !this.#arrivals.isUnderWay && (isThere || this.#stillness.matches);
  }

  /** As many pixels as the screen has. */
  #fit(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): void {
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(this.#width * ratio), Math.round(this.#rows.height * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  #sceneAt(shown: TimeWindow, nowMs: number): Scene {
    const { rounds } = this.model;
    const [first, end] = roundsWithin(rounds, shown.fromMs, shown.toMs);
    // The words of the round before the first may reach into the window.
    const start = Math.max(0, first - 1);
    return {
      rounds: rounds.slice(start, end),
      nextVerdictMs: rounds[end]?.atMs ?? null,
      hanging: end === rounds.length ? this.model.hanging : [],
      scale: timelineScale(shown, this.#width),
      rows: this.#rows,
      palette: this.#schedule.palette,
      cast: this.cast,
      selectedRound: this.selectedRound,
      pointedAt: this.pointing?.item ?? null,
      liveEndMs: this.live ? this.model.endMs : null,
      arrival: (round) => this.#arrivals.shareOf(round, nowMs),
      textWidth: (text, font) => this.#textWidths.of(text, font),
    };
  }

  #onKey = (event: KeyboardEvent): void => {
    const command = commandOf(event);
    if (!command || (command.kind === 'dismiss' && !this.pointing)) return;
    event.preventDefault();
    if (command.kind === 'move') this.#move(command.change);
    else if (command.kind === 'step') this.#step(command.by);
    else this.#point(null);
  };

  #step(by: number): void {
    const { rounds } = this.model;
    const last = rounds[rounds.length - 1];
    const chosen = this.selectedRound === null ? last : this.model.roundAt(this.selectedRound + by);
    if (chosen) this.#select(chosen.index);
  }

  #select(round: number): void {
    this.selectedRound = round;
    this.dispatchEvent(
      new CustomEvent('round-selected', { detail: { round }, bubbles: true, composed: true }),
    );
  }

  #point(pointing: Pointing | null): void {
    this.pointing = pointing;
    this.#schedule.request();
  }

  #pointAt(event: PointerEvent, pinned: boolean): void {
    const box = this.getBoundingClientRect();
    const gutter = box.width - this.#width;
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const item = this.#scene && x > gutter ? itemAt(this.#scene, x - gutter, y) : null;
    // A round as such is told below the timeline.
    this.#point(item && item.kind !== 'round' ? { item, x, pinned } : null);
    if (item && pinned) this.#select(roundOf(item));
  }

  #perform(gesture: Gesture): void {
    if (gesture.kind === 'none') return;
    const box = this.getBoundingClientRect();
    const at = (gesture.x - (box.right - this.#width)) / this.#width;
    this.#move((position) => {
      if (gesture.factor !== 1) position.zoom(gesture.factor, Math.min(1, Math.max(0, at)));
      if (gesture.pixels !== 0) position.pan(gesture.pixels / this.#width);
    });
    // What is dragged sticks to the finger.
    this.#shown = this.position.window;
  }

  #onWheel = (event: WheelEvent): void => {
    const isFocused = this.shadowRoot?.activeElement !== null;
    const gesture = this.#gestures.wheel(event, isFocused);
    if (gesture.kind === 'none') return;
    event.preventDefault();
    this.#perform(gesture);
  };

  #onPointerDown = (event: PointerEvent): void => {
    if (event.button === 0) this.#gestures.down(event);
  };

  #onPointerMove = (event: PointerEvent): void => {
    if (!this.#gestures.isDown) {
      if (event.pointerType === 'mouse' && !this.pointing?.pinned) this.#pointAt(event, false);
      return;
    }
    const gesture = this.#gestures.move(event);
    if (gesture.kind === 'none') return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#perform(gesture);
  };

  #onPointerUp = (event: PointerEvent): void => {
    const wasTap = this.#gestures.up(event);
    if (wasTap && event.type === 'pointerup') this.#pointAt(event, true);
  };

  #onPointerLeave = (): void => {
    if (this.pointing && !this.pointing.pinned) this.#point(null);
  };
}

customElements.define('antiphon-rhythm-timeline', RhythmTimeline);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-rhythm-timeline': RhythmTimeline;
  }
}
