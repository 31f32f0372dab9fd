import type { Clock } from '../../trace/clock.ts';
import { Replay } from '../../trace/replay.ts';
import { momentAt, type PaneMoment, type PaneTimeline, paneTimeline } from './pane-timeline.ts';
import type { SeenRuns, Way } from './see-run.ts';
import type { Place } from './verdict.ts';

/** On the slowest clock a word takes this long, so that short stories do not crawl … */
const slowedWordMs = 250;
/** … and the slower way takes no longer than this. */
const slowedMs = 30_000;

/** Both ways of writing one story, played on one clock that starts with the first word. */
export class SeePlayback {
  readonly runs: SeenRuns;
  readonly place: Place;
  readonly timelines: Readonly<Record<Way, PaneTimeline>>;
  /** How many times slower than true the slowest clock is; at least 1. */
  readonly maxFactor: number;
  readonly #replay: Replay;

  /** Paused at the first word. */
  constructor(runs: SeenRuns, place: Place, clock: Clock) {
    this.runs = runs;
    this.place = place;
    const { reference, turns } = runs;
    this.timelines = { reference: paneTimeline(reference.rounds), turns: paneTimeline(turns.rounds) };
    const isReferenceLonger = this.timelines.reference.durationMs > this.timelines.turns.durationMs;
    const longer = isReferenceLonger ? reference : turns;
    const startMs = longer.rounds[0]?.atMs ?? 0;
    const rounds = longer.rounds.map((round) => ({ ...round, atMs: round.atMs - startMs }));
    this.#replay = new Replay({ rounds, result: longer }, { clock, paused: true });
    const wantedMs = Math.min(slowedMs, slowedWordMs * longer.tokenIds.length);
    this.maxFactor = Math.max(1, wantedMs / Math.max(1, this.#replay.durationMs));
  }

  get isPaused(): boolean {
    return this.#replay.isPaused;
  }

  get isOver(): boolean {
    return this.#replay.positionMs >= this.#replay.durationMs;
  }

  moment(way: Way): PaneMoment {
    return momentAt(this.timelines[way], this.#replay.positionMs);
  }

  /** From the start again if it is over. */
  play(): void {
    if (this.isOver) this.#replay.seek(0);
    this.#replay.play();
  }

  pause(): void {
    this.#replay.pause();
  }

  toEnd(): void {
    this.#replay.seek(this.#replay.durationMs);
  }

  /** @param factor how many times slower than true, at least 1 */
  setFactor(factor: number): void {
    this.#replay.setSpeed(1 / factor);
  }
}
