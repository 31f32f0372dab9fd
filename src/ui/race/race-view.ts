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
import type { SpeedPair } from '../../speed/speed-up.ts';
import { factorText } from '../../speed/speed-words.ts';
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
import { areOneText, type Lane, type LaneOutcome, outcomesOf, raceVerdict, rivalOf } from './race-lanes.ts';
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
    pairs: { attribute: false },
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
  /** The reference and the fastest other lane, run again. */
  declare pairs: readonly SpeedPair[];
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
    this.pairs = [];
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
        <ol class="lanes ${this.#isOver() ? 'over' : ''}">${this.#tracks.map((track) => this.#lane(track))}</ol>
        <p class="hint">${this.#isOver() ? 'Bars: time to the last token; shorter is faster.' : 'Bars: text written.'}</p>
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
    const width = `width: ${100 * (this.#isOver() ? outcome.ms / this.#longestMs() : shareOf(written, tokens))}%`;
    // Only a lane that is surely faster is celebrated.
    const isFirst = outcome.place === 1 && outcome.speedUp?.outcome === 'faster';
    const classes = `lane ${isFinished ? 'finished' : ''} ${isFinished && isFirst ? 'first' : ''}`;
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
    return html`<p class="verdict">
        ${this.#verdict()}
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
              <th scope="col">speed (pairs)</th>
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
                <td>${outcome.speedUp === null ? '–' : `${factorText(outcome.speedUp.median)} (${outcome.speedUp.pairs})`}</td>
                <td>${outcome.predicted === null ? '–' : factorText(outcome.predicted)}</td>
                <td>${outcome.forwards}</td>
                <td>${outcome.forwardsSaved}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>`;
  }

  #verdict(): TemplateResult | null {
    const rival = rivalOf(this.results);
    if (rival === null) return null;
    const outcomes = this.#tracks.map(({ outcome }) => outcome);
    const { winner, words } = raceVerdict(this.lanes, outcomes, rival);
    if (winner === null) return html`${words}`;
    return html`<strong class=${winner === rival ? 'won' : ''}>${this.lanes[winner].title}</strong> ${words}`;
  }

  #longestMs(): number {
    return Math.max(1, ...this.#tracks.map(({ outcome }) => outcome.ms));
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
    const outcomes = outcomesOf(this.results, this.pairs);
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

function shareOf(written: number, tokens: number): number {
  return tokens > 0 ? Math.min(1, written / tokens) : 1;
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
