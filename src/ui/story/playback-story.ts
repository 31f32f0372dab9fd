import type { Round } from '../../round/round.ts';
import type { Trace } from '../../trace/trace.ts';
import { addRound, emptyStory, endStory, type Story } from './story.ts';

/**
 * The story of a recording up to its playhead. Rounds that were shown already keep their lists, so that a playhead that
 * moves on renders what is new alone.
 */
export class PlaybackStory {
  readonly #trace: Pick<Trace, 'rounds' | 'result'>;
  #story: Story = emptyStory;
  /** As far as the result goes; null before its last round has come. */
  #ended: Story | null = null;

  constructor(trace: Pick<Trace, 'rounds' | 'result'>) {
    this.#trace = trace;
  }

  /** @param due the rounds that have come */
  upTo(due: readonly Round[]): Story {
    const { rounds, result } = this.#trace;
    if (due.length === this.#story.rounds.length) return this.#ended ?? this.#story;
    const isBack = due.length < this.#story.rounds.length;
    this.#story = due
      .slice(isBack ? 0 : this.#story.rounds.length)
      .reduce(addRound, isBack ? emptyStory : this.#story);
    this.#ended = result && due.length === rounds.length ? endStory(this.#story, result.text) : null;
    return this.#ended ?? this.#story;
  }
}
