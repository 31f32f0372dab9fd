import {
  css,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { live } from 'lit/directives/live.js';
import type { BackendKind } from '../../models/causal-model.ts';
import { promptText } from '../../prompt/prompt-text.ts';
import { referenceOf } from '../../speed/reference.ts';
import { type Clock, systemClock } from '../../trace/clock.ts';
import { Replay } from '../../trace/replay.ts';
import { recordedCandidates, type Trace } from '../../trace/trace.ts';
import { endingText } from '../story/announcement.ts';
import type { CandidateSource } from '../story/candidate-source.ts';
import { type CastMember, castOf } from '../story/cast.ts';
import '../numbers/live-numbers.ts';
import '../rhythm/rhythm-section.ts';
import '../numbers/speed-up-view.ts';
import { emptyStory, liveNumbers, type Story } from '../story/story.ts';
import '../story/story-view.ts';
import { theme } from '../kit/theme.ts';
import { PlaybackStory } from '../story/playback-story.ts';

/** Of the playhead, by an arrow key. */
const stepMs = 50;
const speeds = [0.25, 0.5, 1, 2, 4, 8] as const;

/**
 * A recording, told again as it was written, with a playhead to hold and to move. All it shows of the recording is
 * text. Where the reader wants less motion it begins at its end.
 */
export class ReplayView extends LitElement {
  static override properties: PropertyDeclarations = {
    trace: { attribute: false },
    clock: { attribute: false },
    brief: { type: Boolean },
    positionMs: { state: true },
    selectedRound: { state: true },
  };
  declare trace: Trace | null;
  /** Read when a recording is given. */
  declare clock: Clock;
  /** The story alone, told to nobody who listens; what is slotted stands above instead of a heading. */
  declare brief: boolean;
  declare positionMs: number;
  declare selectedRound: number | null;

  #replay: Replay | null = null;
  #playback: PlaybackStory | null = null;
  #story: Story = emptyStory;
  #cast: readonly CastMember[] = [];
  #candidates: CandidateSource | null = null;
  #frame = 0;

  static override styles = [
    theme,
    css`
      .sheet {
        padding: clamp(1.1rem, 3vw, 2.25rem);
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--sheet);
      }
      .controls {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.6rem 1rem;
        margin-block: 1rem;
        font-size: 0.875rem;
      }
      .controls input {
        flex: 1 1 10rem;
        min-width: 0;
        height: 1.75rem;
        margin: 0;
        accent-color: var(--accent);
      }
      .controls label {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
      }
      .controls select {
        padding-inline: 0.5rem;
        min-height: 2.5rem;
        border: 1px solid var(--edge);
        border-radius: var(--radius);
        background: var(--sheet);
      }
      .controls button {
        min-width: 5rem;
      }
      .time {
        font-variant-numeric: tabular-nums;
      }
      .about {
        margin-bottom: 1rem;
      }
      .ending {
        margin-top: 1rem;
        color: var(--ink-soft);
        font: italic 400 1rem / 1.5 var(--serif);
      }
      antiphon-rhythm-section {
        margin-top: 1.25rem;
      }
      antiphon-speed-up,
      antiphon-live-numbers {
        margin-top: 1.5rem;
        padding-inline: clamp(0rem, 3vw, 2.25rem);
      }
    `,
  ];

  constructor() {
    super();
    this.trace = null;
    this.clock = systemClock;
    this.brief = false;
    this.positionMs = 0;
    this.selectedRound = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#replay?.pause();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('trace')) this.#open();
    if (this.#replay && this.#playback) this.#story = this.#playback.upTo(this.#replay.rounds);
  }

  override render(): TemplateResult {
    const { trace } = this;
    if (!trace) return html``;
    const isAtEnd = this.#isAtEnd();
    const { request, createdAt, backend } = trace.header;
    return html`<div class="sheet">
        ${
          this.brief
            ? nothing
            : html`<p class="hint about">A recording of ${dateText(createdAt)}, on ${backendTexts[backend]}, with ${membersText(trace)}.</p>`
        }
        ${this.brief ? nothing : this.#controls(isAtEnd)}
        <antiphon-story
          .prompt=${promptText(request)}
          .cast=${this.#cast}
          .story=${this.#story}
          .writing=${!isAtEnd}
          ?silent=${this.brief}
          .candidates=${this.brief ? null : this.#candidates}
          .selectedRound=${this.selectedRound}
          >${isAtEnd ? this.#ending(trace) : nothing}</antiphon-story
        >
        ${this.brief ? html`<slot></slot>${this.#controls(isAtEnd)}` : nothing}
      </div>
      ${
        this.brief
          ? nothing
          : html`<antiphon-rhythm-section
        .rounds=${this.#story.rounds}
        .cast=${this.#cast}
        .live=${!isAtEnd}
        .selectedRound=${this.selectedRound}
        @round-selected=${this.#onRoundSelected}
      ></antiphon-rhythm-section>`
      }
      ${
        isAtEnd && !this.brief && trace.result && referenceOf(request)
          ? html`<antiphon-speed-up
              .request=${request}
              .rounds=${trace.rounds}
              .result=${trace.result}
              .pairs=${trace.speedPairs}
            ></antiphon-speed-up>`
          : nothing
      }
      ${
        this.brief
          ? nothing
          : html`<antiphon-live-numbers
        .story=${this.#story}
        .cast=${this.#cast}
        .lossy=${isAtEnd && trace.result?.lossy === true}
      ></antiphon-live-numbers>`
      }`;
  }

  #controls(isAtEnd: boolean): TemplateResult {
    const replay = this.#replay;
    const durationMs = replay?.durationMs ?? 0;
    const isPlaying = replay !== null && !replay.isPaused && !isAtEnd;
    const time = `${secondsText(this.positionMs)} of ${secondsText(durationMs)}`;
    return html`<div class="controls" role="group" aria-label="Recording">
      <button type="button" @click=${this.#toggle}>${isPlaying ? 'Pause' : isAtEnd ? 'Replay' : 'Play'}</button>
      <input
        type="range"
        aria-label="Position"
        aria-valuetext=${time}
        min="0"
        max=${Math.ceil(durationMs / stepMs) * stepMs}
        step=${stepMs}
        .value=${live(String(Math.round(this.positionMs / stepMs) * stepMs))}
        @input=${this.#seek}
      />
      <span class="time" aria-hidden="true">${time}</span>
      <label
        >Speed
        <select @change=${this.#setSpeed}>
          ${speeds.map(
            (speed) =>
              html`<option value=${speed} ?selected=${speed === (replay?.speed ?? 1)}>${speed} ×</option>`,
          )}
        </select></label
      >
    </div>`;
  }

  #ending({ result }: Trace): TemplateResult {
    return html`<p class="ending">
      ${
        result
          ? endingText(result.finishReason, liveNumbers(this.#story).tokens)
          : 'The recording was interrupted here; the rest was not recorded.'
      }
    </p>`;
  }

  #open(): void {
    const { trace } = this;
    this.#replay?.pause();
    this.#replay = trace && new Replay(trace, { clock: this.clock });
    this.#playback = trace && new PlaybackStory(trace);
    this.#cast = trace ? castOfTrace(trace) : [];
    this.#candidates = trace && recordedSource(trace);
    this.selectedRound = null;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (isStill) this.#replay?.seek(this.#replay.durationMs);
    this.#follow();
  }

  /** Keeps to the playhead, a frame at a time, until it stands still. */
  #follow = (): void => {
    cancelAnimationFrame(this.#frame);
    const replay = this.#replay;
    if (!replay || !this.isConnected) return;
    this.positionMs = replay.positionMs;
    if (!replay.isPaused && !this.#isAtEnd()) this.#frame = requestAnimationFrame(this.#follow);
  };

  #isAtEnd(): boolean {
    return this.#replay !== null && this.positionMs >= this.#replay.durationMs;
  }

  #onRoundSelected = ({ detail }: CustomEvent<{ readonly round: number }>): void => {
    this.selectedRound = detail.round;
  };

  #toggle = (): void => {
    const replay = this.#replay;
    if (!replay) return;
    if (this.#isAtEnd()) {
      replay.seek(0);
      replay.play();
    } else if (replay.isPaused) replay.play();
    else replay.pause();
    this.#follow();
    this.requestUpdate();
  };

  #seek = (event: Event): void => {
    this.#replay?.seek((event.target as HTMLInputElement).valueAsNumber);
    this.#follow();
  };

  #setSpeed = (event: Event): void => {
    this.#replay?.setSpeed(Number((event.target as HTMLSelectElement).value));
    this.#follow();
  };
}

/** Who took part, by the names that the recording gives them. */
function castOfTrace({ header: { request, members } }: Trace): readonly CastMember[] {
  return castOf(
    request,
    members.map(({ model, label }) => ({ id: model, title: label })),
  );
}

const backendTexts: Readonly<Record<BackendKind, string>> = { webgpu: 'WebGPU', wasm: 'WebAssembly' };

function membersText({ header: { members } }: Trace): string {
  return new Intl.ListFormat('en').format(members.map(({ label }) => label));
}

function dateText(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? iso
    : date.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' });
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** What was looked at when the run was recorded is all there is to look at. */
function recordedSource(trace: Trace): CandidateSource {
  return {
    whyNot: null,
    ask: async (place) => {
      const told = recordedCandidates(trace, place);
      if (!told) throw new Error('The recording has no alternatives for this token.');
      return told;
    },
  };
}

customElements.define('antiphon-replay', ReplayView);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-replay': ReplayView;
  }
}
