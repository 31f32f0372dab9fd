import {
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
import { memberClass, memberStyle } from '../kit/member-style.ts';
import { numberTableStyle } from '../kit/number-table-style.ts';
import { decimalText } from '../kit/number-text.ts';
import type { CastMember } from '../story/cast.ts';
import { PlaybackStory } from '../story/playback-story.ts';
import { liveNumbers } from '../story/story.ts';
import '../story/story-view.ts';
import { theme } from '../kit/theme.ts';
import { areOneText, type Lane, type LaneOutcome, outcomesOf } from './race-lanes.ts';
import { raceStyle } from './race-style.ts';

interface Track {
  readonly lane: Lane;
  readonly replay: Replay;
  readonly playback: PlaybackStory;
  readonly tokens: number;
  readonly outcome: LaneOutcome;
}

/**
 * Runs that were made one after the other, told side by side at the speed they had, up to a finish line, and what each
 * came to; their texts below. Where the reader wants less motion they are finished from the start.
 * @fires {CustomEvent<readonly string[]>} race-again - with the ways that are to run beside the reference
 * @fires {CustomEvent<void>} close
 */
export class RaceView extends LitElement {
  static override properties: PropertyDeclarations = {
    ways: { attribute: false },
    lanes: { attribute: false },
    results: { attribute: false },
    cast: { attribute: false },
    clock: { attribute: false },
    frame: { state: true },
    chosen: { state: true },
  };
  /** All there are, the reference first. */
  declare ways: readonly Lane[];
  declare lanes: readonly Lane[];
  /** [lanes] */
  declare results: readonly DecodeResult[];
  declare cast: readonly CastMember[];
  declare clock: Clock;
  declare frame: number;
  /** Kinds of the ways that the next race is to have. */
  declare chosen: readonly string[];

  #tracks: readonly Track[] = [];
  #request = 0;

  static override styles = [theme, memberStyle, numberTableStyle, raceStyle];

  constructor() {
    super();
    this.ways = [];
    this.lanes = [];
    this.chosen = [];
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
    if (!changed.has('results')) return;
    this.chosen = this.lanes.map(({ kind }) => kind);
    this.#lineUp();
  }

  override render(): TemplateResult {
    return html`<section class="sheet">
        <div class="head">
          <h2>The race</h2>
          <button type="button" @click=${() => this.dispatchEvent(new CustomEvent('close'))}>Close the race</button>
        </div>
        <p class="hint">
          One prompt, one seed, and the same text for all: acceptance is coupled. The lanes were run one after the other
          and are told side by side, at the speed they had.
        </p>
        <ol class="lanes">${this.#tracks.map((track) => this.#lane(track))}</ol>
        <div class="result" aria-live="polite">${this.#isOver() ? this.#result() : nothing}</div>
        ${this.#isOver() ? this.#again() : nothing}
      </section>
      <section class="sheet texts" aria-label="Texts of the lanes">
        <ul class="members" aria-label="Who proposed">
          ${this.cast.map(({ letter, name, proposes }, member) =>
            proposes
              ? html`<li class=${memberClass(member)}><span class="badge">${letter}</span>${name}</li>`
              : null,
          )}
        </ul>
        <div class="columns">${this.#tracks.map((track) => this.#text(track))}</div>
      </section>`;
  }

  #lane({ lane, replay, playback, tokens, outcome }: Track): TemplateResult {
    const written = liveNumbers(playback.upTo(replay.rounds)).tokens;
    const isFinished = replay.positionMs >= replay.durationMs;
    const width = `width: ${tokens > 0 ? Math.min(100, (100 * written) / tokens) : 100}%`;
    const classes = `lane ${isFinished ? 'finished' : ''} ${isFinished && outcome.place === 1 ? 'first' : ''}`;
    return html`<li class=${classes}>
      <h3>${lane.title}</h3>
      <div class="track" aria-hidden="true"><span .style=${width}></span></div>
      <p class="count">
        ${isFinished ? html`<strong class="place">${placeTexts[outcome.place - 1]}</strong>` : `${written} of ${tokens}`}
        <span class="time">${secondsText(isFinished ? outcome.ms : replay.positionMs)}</span>
      </p>
    </li>`;
  }

  #text({ lane, replay, playback }: Track): TemplateResult {
    return html`<section class="text" aria-label=${lane.title} tabindex="0">
      <h3>${lane.title}</h3>
      <antiphon-story
        compact
        .prompt=${promptText(lane.request)}
        .cast=${this.cast}
        .story=${playback.upTo(replay.rounds)}
        .writing=${replay.positionMs < replay.durationMs}
      ></antiphon-story>
    </section>`;
  }

  #result(): TemplateResult {
    const best = this.#tracks.reduce((fastest, track) =>
      track.outcome.ms < fastest.outcome.ms ? track : fastest,
    );
    const [reference] = this.#tracks;
    return html`<p class="verdict">
        ${
          best === reference
            ? html`<strong>${reference.lane.title}</strong> was the fastest.`
            : html`<strong>${best.lane.title}</strong> won,
                <strong>${decimalText(best.outcome.speedUp, 2)} times</strong> as fast as ${reference.lane.title}.`
        }
        ${
          areOneText(this.results)
            ? 'All lanes wrote the same text, token for token.'
            : 'The lanes wrote different texts: passes of different widths round differently, or the race was stopped.'
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

  /** The same race told anew, or another one. */
  #again(): TemplateResult {
    const [, ...others] = this.ways;
    return html`<div class="again">
      <button type="button" @click=${this.#lineUp}>Watch it again</button>
      <button type="button" ?disabled=${this.chosen.length < 2} @click=${this.#raceAgain}>Race again</button>
      ${
        others.length > 1
          ? html`<fieldset>
              <legend class="hint">against ${this.ways[0].title}:</legend>
              ${others.map(
                ({ kind, title }) =>
                  html`<label
                    ><input type="checkbox" .checked=${this.chosen.includes(kind)} @change=${() => this.#toggle(kind)} />${title}</label
                  >`,
              )}
            </fieldset>`
          : nothing
      }
    </div>`;
  }

  #toggle(kind: string): void {
    this.chosen = this.chosen.includes(kind)
      ? this.chosen.filter((one) => one !== kind)
      : [...this.chosen, kind];
  }

  #raceAgain = (): void => {
    this.dispatchEvent(new CustomEvent<readonly string[]>('race-again', { detail: this.chosen }));
  };

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

const placeTexts: readonly string[] = ['1st', '2nd', '3rd', '4th'];

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

customElements.define('antiphon-race', RaceView);

declare global {
  interface HTMLElementTagNameMap {
    'antiphon-race': RaceView;
  }
}
