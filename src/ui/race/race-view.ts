import {
  css,
  html,
  LitElement,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import type { DecodeResult } from '../../engine/engine-api.ts';
import { promptText } from '../../prompt/prompt-text.ts';
import { type Clock, systemClock } from '../../trace/clock.ts';
import { Replay } from '../../trace/replay.ts';
import type { CastMember } from '../cast.ts';
import { decimalText } from '../number-text.ts';
import { PlaybackStory } from '../replay/playback-story.ts';
import { liveNumbers, type Story } from '../story-model.ts';
import '../story-view.ts';
import { theme } from '../theme.ts';
import { areOneText, type Lane, type LaneOutcome, outcomesOf } from './race-lanes.ts';

interface Track {
  readonly lane: Lane;
  readonly replay: Replay;
  readonly playback: PlaybackStory;
  readonly tokens: number;
  readonly outcome: LaneOutcome;
}

/**
 * Runs that were made one after the other, told side by side at the speed they had, up to a finish line; then what
 * each came to. Where the reader wants less motion they are finished from the start.
 */
export class RaceView extends LitElement {
  static override properties: PropertyDeclarations = {
    lanes: { attribute: false },
    results: { attribute: false },
    cast: { attribute: false },
    clock: { attribute: false },
    frame: { state: true },
  };
  declare lanes: readonly Lane[];
  /** [lanes] */
  declare results: readonly DecodeResult[];
  declare cast: readonly CastMember[];
  declare clock: Clock;
  declare frame: number;

  #tracks: readonly Track[] = [];
  #request = 0;

  static override styles = [
    theme,
    css`
      .lanes {
        margin-top: 1rem;
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr));
        gap: 1rem;
      }
      .lane {
        min-width: 0;
        padding: 1rem;
        border: 1px solid var(--rule);
        border-radius: var(--radius);
        background: var(--sheet);
      }
      .lane.finished {
        border-color: var(--accent);
      }
      .lane h3 {
        margin: 0;
        font: 400 1.125rem / 1.3 var(--serif);
      }
      .track {
        position: relative;
        height: 0.7rem;
        margin-block: 0.5rem 0.3rem;
        border-inline-end: 3px double var(--ink);
        border-radius: 0.35rem 0 0 0.35rem;
        background: var(--rule);
      }
      .track > span {
        display: block;
        height: 100%;
        border-radius: inherit;
        background: var(--accent);
      }
      .count {
        font-size: 0.8125rem;
        font-variant-numeric: tabular-nums;
        color: var(--ink-soft);
      }
      antiphon-story {
        margin-top: 0.8rem;
      }
      .verdict {
        margin-block: 1.25rem 0.75rem;
        font: 400 1.125rem / 1.4 var(--serif);
      }
      .scroll {
        overflow-x: auto;
      }
      table {
        border-collapse: collapse;
        font-size: 0.875rem;
        font-variant-numeric: tabular-nums;
      }
      th,
      td {
        padding: 0.35rem 0.9rem 0.35rem 0;
        border-bottom: 1px solid var(--rule);
        text-align: end;
        white-space: nowrap;
      }
      th:first-child {
        text-align: start;
      }
      thead th {
        color: var(--ink-soft);
        font-weight: 500;
      }
      .again {
        margin-top: 1rem;
      }
    `,
  ];

  constructor() {
    super();
    this.lanes = [];
    this.results = [];
    this.cast = [];
    this.clock = systemClock;
    this.frame = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#request);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('results')) this.#lineUp();
  }

  override render(): TemplateResult {
    return html`<h2>The race</h2>
      <p class="hint">
        The same prompt and seed, run one after the other and told side by side at the speed they had; acceptance is
        coupled, so that every way writes the same text.
      </p>
      <div class="lanes">${this.#tracks.map((track) => this.#lane(track))}</div>
      <div aria-live="polite">${this.#isOver() ? this.#result() : nothing}</div>
      ${
        this.#isOver()
          ? html`<button type="button" class="again" @click=${this.#lineUp}>Watch the race again</button>`
          : nothing
      }`;
  }

  #lane({ lane, replay, playback, tokens, outcome }: Track): TemplateResult {
    const story: Story = playback.upTo(replay.rounds);
    const written = liveNumbers(story).tokens;
    const isFinished = replay.positionMs >= replay.durationMs;
    const width = `width: ${tokens > 0 ? Math.min(100, (100 * written) / tokens) : 100}%`;
    return html`<section class="lane ${isFinished ? 'finished' : ''}" aria-label=${lane.title}>
      <h3>${lane.title}</h3>
      <div class="track" aria-hidden="true"><span .style=${width}></span></div>
      <p class="count">
        ${written} of ${tokens} tokens · ${secondsText(isFinished ? outcome.ms : replay.positionMs)}${isFinished ? ' · finished' : ''}
      </p>
      <antiphon-story
        compact
        .prompt=${promptText(lane.request)}
        .cast=${this.cast}
        .story=${story}
        .writing=${!isFinished}
      ></antiphon-story>
    </section>`;
  }

  #result(): TemplateResult {
    const best = this.#tracks.reduce((fastest, track) =>
      track.outcome.ms < fastest.outcome.ms ? track : fastest,
    );
    return html`<p class="verdict">
        ${best.lane.title} won, ${decimalText(best.outcome.speedUp, 2)} times as fast as ${this.#tracks[0].lane.title}.
        ${
          areOneText(this.results)
            ? 'All lanes wrote the same text, token for token.'
            : 'The lanes wrote different texts: passes of other widths round otherwise, or the race was stopped.'
        }
      </p>
      <div class="scroll" tabindex="0" role="group" aria-label="Result of the race">
        <table>
          <thead>
            <tr>
              <th scope="col">Lane</th>
              <th scope="col">time</th>
              <th scope="col">tokens/s</th>
              <th scope="col">speed</th>
              <th scope="col">predicted</th>
              <th scope="col">forwards</th>
              <th scope="col">saved</th>
            </tr>
          </thead>
          <tbody>
            ${this.#tracks.map(
              ({ lane, outcome }) => html`<tr>
                <th scope="row">${lane.title}</th>
                <td>${secondsText(outcome.ms)}</td>
                <td>${decimalText(outcome.tokensPerSecond, 1)}</td>
                <td>${decimalText(outcome.speedUp, 2)} ×</td>
                <td>${outcome.predicted === null ? '–' : `${decimalText(outcome.predicted, 2)} ×`}</td>
                <td>${outcome.forwards}</td>
                <td>${outcome.forwardsSaved}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  #isOver(): boolean {
    return (
      this.#tracks.length > 0 && this.#tracks.every(({ replay }) => replay.positionMs >= replay.durationMs)
    );
  }

  /** All start at one moment. */
  #lineUp = (): void => {
    const outcomes = outcomesOf(this.results);
    this.#tracks = this.results.map((result, index) => {
      const trace = { rounds: result.rounds, result };
      return {
        lane: this.lanes[index],
        replay: new Replay(trace, { clock: this.clock, paused: true }),
        playback: new PlaybackStory(trace),
        tokens: result.tokenIds.length,
        outcome: outcomes[index],
      };
    });
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const { replay } of this.#tracks) {
      if (isStill) replay.seek(replay.durationMs);
      else replay.play();
    }
    this.#follow();
  };

  #follow = (): void => {
    cancelAnimationFrame(this.#request);
    this.frame++;
    if (!this.#isOver() && this.isConnected) this.#request = requestAnimationFrame(this.#follow);
  };
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

customElements.define('antiphon-race', RaceView);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-race': RaceView;
  }
}
