import type { DecodeResult } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import type { Round } from '../../round/round.ts';
import type { RunHeading, RunState } from './run-state.ts';
import type { Story } from './story.ts';

/** One of the runs that wrote a text, each from where the one before it had ended. */
export interface RunPart {
  readonly request: DecodeRequest;
  /** Number of its first round in the story. */
  readonly firstRound: number;
}

/** A text that was begun, and the runs that wrote it. */
export interface PartedText {
  /** In order, the latest run last. */
  readonly parts: readonly RunPart[];
  /** Of the whole text: its rounds are numbered through. */
  readonly story: Story;
}

export const isContinued = ({ parts }: Pick<PartedText, 'parts'>): boolean => parts.length > 1;

/** A round of a part as the story has it. */
export function roundOf({ firstRound }: Pick<RunPart, 'firstRound'>, round: Round): Round {
  return firstRound === 0 ? round : { ...round, index: firstRound + round.index };
}

/** The part that wrote this round of the story. */
export function partAt({ parts }: Pick<PartedText, 'parts'>, round: number): RunPart {
  return parts.findLast(({ firstRound }) => firstRound <= round) ?? parts[0];
}

/** What the latest run wrote; its rounds keep their numbers. */
export function lastPart({ parts, story }: PartedText): Story {
  const { firstRound } = parts[parts.length - 1];
  if (firstRound === 0) return story;
  return {
    rounds: story.rounds.slice(firstRound),
    tokensByRound: story.tokensByRound.slice(firstRound),
  };
}

/** Whether more text can follow: an end token and a stop string end it, and a full context has no room. */
const isOpenEnded: Readonly<Record<DecodeResult['finishReason'], boolean>> = {
  length: true,
  abort: true,
  end: false,
  stop: false,
  context: false,
};

/** True where another run may add to what a run has written; one that failed must have a way to succeed. */
export function canGoOn<Start extends RunHeading>(
  run: RunState<Start>,
): run is Extract<RunState<Start>, { readonly kind: 'stopped' } | { readonly kind: 'failed' }> {
  switch (run.kind) {
    case 'stopped':
      return isOpenEnded[run.result.finishReason];
    case 'failed': {
      const { remedy } = run.failure;
      if (run.story.rounds.length === 0 || remedy === 'change-request') return false;
      return run.isMended || remedy !== 'restart-engine';
    }
    default:
      return false;
  }
}
