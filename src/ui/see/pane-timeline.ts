import type { Round } from '../../round/round.ts';
import { addRound, emptyStory, isInText } from '../story/story.ts';

/** A forward pass of a model; times in milliseconds since the first token. */
export interface ModelCall {
  readonly member: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** A word or a piece of one. A word that is rejected stays in the list and not in the text. */
export interface PaneWord {
  readonly text: string;
  /** Who proposed it; null where it was drawn without a proposal. */
  readonly by: number | null;
  /** When it was proposed; null where it was drawn. */
  readonly proposedMs: number | null;
  /** When it was accepted, rejected or drawn. */
  readonly decidedMs: number;
  readonly isInText: boolean;
}

/** A run as a pane shows it, starting with the first token: reading the prompt is the same work either way. */
export interface PaneTimeline {
  readonly calls: readonly ModelCall[];
  readonly words: readonly PaneWord[];
  readonly durationMs: number;
}

/** What a pane shows at one moment. */
export interface PaneMoment {
  /** Words that are decided, rejected ones included. */
  readonly decided: number;
  /** Words behind them that are proposed and not decided yet. */
  readonly proposed: number;
  /** Model calls that have begun. */
  readonly calls: number;
  /** The model that is running, or null. */
  readonly active: number | null;
  /** True time in milliseconds since the first token, up to the last. */
  readonly ms: number;
  readonly isOver: boolean;
}

export function paneTimeline(rounds: readonly Round[]): PaneTimeline {
  const startMs = rounds[0]?.atMs ?? 0;
  const story = rounds.reduce(addRound, emptyStory);
  const calls = rounds
    .flatMap(({ forwards }) => forwards)
    .filter(({ kind }) => kind !== 'prefill')
    .map((forward) => ({
      member: forward.member,
      startMs: forward.startMs - startMs,
      endMs: forward.startMs + forward.ms - startMs,
    }));
  const words = rounds.flatMap((round, index) => {
    const beganMs = (rounds[index - 1]?.atMs ?? startMs) - startMs;
    const drafts = round.forwards.filter(({ kind }) => kind === 'draft');
    return story.tokensByRound[index]!.map((token): PaneWord => {
      // What no draft of this round proposed came out of the round before.
      const draft = drafts[token.proposal];
      const proposedMs = draft ? draft.startMs + draft.ms - startMs : beganMs;
      return {
        text: token.text,
        by: token.by,
        proposedMs: token.by === null ? null : proposedMs,
        decidedMs: round.atMs - startMs,
        isInText: isInText(token),
      };
    });
  });
  // A proposal behind the end of the story says nothing.
  const shown = words.slice(0, 1 + words.findLastIndex(({ isInText }) => isInText));
  return { calls, words: shown, durationMs: (rounds.at(-1)?.atMs ?? startMs) - startMs };
}

/** @param positionMs of the clock that all panes share */
export function momentAt({ calls, words, durationMs }: PaneTimeline, positionMs: number): PaneMoment {
  const decided = countWhile(words, ({ decidedMs }) => decidedMs <= positionMs);
  const begun = countWhile(calls, ({ startMs }) => startMs <= positionMs);
  const latest = calls[begun - 1];
  const isOver = positionMs >= durationMs;
  return {
    decided,
    proposed: countWhile(
      words.slice(decided),
      ({ proposedMs }) => proposedMs !== null && proposedMs <= positionMs,
    ),
    calls: begun,
    ms: Math.min(positionMs, durationMs),
    active: !isOver && latest && positionMs < latest.endMs ? latest.member : null,
    isOver,
  };
}

/** Before there is a run. */
export const noRun: PaneTimeline = { calls: [], words: [], durationMs: 0 };
export const noMoment: PaneMoment = {
  ...{ decided: 0, proposed: 0, calls: 0, active: null, ms: 0, isOver: false },
};

/** How many at the start of the list fulfil the condition. */
function countWhile<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  const first = items.findIndex((item) => !holds(item));
  return first < 0 ? items.length : first;
}
