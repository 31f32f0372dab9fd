import type { DecodeResult, DecodeRun, PrefillProgress } from '../../engine/engine-api.ts';
import type { Round } from '../../round/round.ts';
import { describeFailure, type Failure } from '../kit/failure.ts';
import { roundOf } from './run-parts.ts';
import type { RunHeading, RunState } from './run-state.ts';
import { addRound, emptyStory, endStory, type Story, shownText } from './story.ts';

interface Reading<Start extends RunHeading> {
  readonly begun: Start;
  readonly decode: (onPrefill: (progress: PrefillProgress) => void) => DecodeRun;
  /** Called when `state` has the round. */
  readonly onRound?: (round: Round) => void;
  /** What earlier runs wrote, if this one continues it; default: nothing. */
  readonly before?: Story | undefined;
}

/** Turns the rounds of a run, one run at a time, into `state`. */
export class RunReader<Start extends RunHeading> {
  state: RunState<Start> = { kind: 'idle' };
  readonly #changed: () => void;
  #active: DecodeRun | null = null;
  #number = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /**
   * Reads a run to its end, in place of the one before. Rejects with what made it fail.
   * @returns null where the run was dropped
   */
  async read({ begun, decode, onRound, before = emptyStory }: Reading<Start>): Promise<DecodeResult | null> {
    this.drop();
    const number = this.#number;
    const isDropped = (): boolean => number !== this.#number;
    const firstRound = before.rounds.length;
    let story = before;
    this.#set({ ...begun, kind: 'running', story, stopping: false, prefill: null });
    const update = (change: { story: Story } | { prefill: PrefillProgress }): void => {
      if (!isDropped() && this.state.kind === 'running') this.#set({ ...this.state, ...change });
    };
    try {
      const run = decode((prefill) => update({ prefill }));
      this.#active = run;
      // Iterating reports the same failure; nobody may be left to hear this promise reject.
      run.result.catch(() => {});
      for await (const round of run) {
        if (isDropped()) return null;
        story = addRound(story, roundOf({ firstRound }, round));
        update({ story });
        onRound?.(round);
      }
      const result = await run.result;
      if (isDropped()) return null;
      this.#active = null;
      this.#set({
        ...begun,
        kind: 'stopped',
        story: endStory(story, shownText(before) + result.text),
        result,
      });
      return result;
    } catch (error) {
      if (isDropped()) return null;
      this.#active = null;
      this.#set({ ...begun, kind: 'failed', story, failure: describeFailure(error), isMended: false });
      throw error;
    }
  }

  /** Ends the run within one round; what is written stays. */
  stop(): void {
    if (!this.#active || this.state.kind !== 'running' || this.state.stopping) return;
    this.#set({ ...this.state, stopping: true });
    this.#active.stop();
  }

  /** Ends the run, whose answers change nothing any more; `state` stays as it is. */
  drop(): void {
    this.#number++;
    this.#active?.stop();
    this.#active = null;
  }

  /** Drops the run because its engine is started anew; what it wrote stays. */
  keepText(failure: Failure): void {
    this.drop();
    const { state } = this;
    if (state.kind === 'failed') this.#set({ ...state, isMended: true });
    if (state.kind !== 'running') return;
    const { stopping: _, prefill: __, ...begun } = state;
    this.#set({ ...begun, kind: 'failed', failure, isMended: true });
  }

  #set(state: RunState<Start>): void {
    this.state = state;
    this.#changed();
  }
}
