import type { MeasuredSpeedUp } from '../../speed/speed-up.ts';

/** The same text, written both ways. */
export interface BothWays {
  /** Model calls without the reading of the prompt. */
  readonly referenceCalls: number;
  readonly turnsCalls: number;
  readonly isSameText: boolean;
  readonly speedUp: MeasuredSpeedUp | null;
}

/** Where the runs were made: the sentence says whose speed it is. */
export type Place = 'recording' | 'here';

export interface Verdict {
  /** "46 % fewer model calls" */
  readonly calls: string;
  /** "1.6 times as fast on this device"; null while too few pairs have run. */
  readonly speed: string | null;
  /** "median of 7 pairs, 1.4 to 1.8" */
  readonly speedDetail: string | null;
  /** Taking turns lost time here: the page must not celebrate. */
  readonly isSlower: boolean;
}

const places: Readonly<Record<Place, string>> = {
  recording: 'on the computer that recorded it',
  here: 'on this device',
};

/** The first screen's claim, in words that hold for the runs it is about. */
export function verdictOf({ referenceCalls, turnsCalls, speedUp }: BothWays, place: Place): Verdict {
  const saved = Math.round(100 * (1 - turnsCalls / referenceCalls));
  const calls =
    saved > 0
      ? `${saved} % fewer model calls`
      : saved === 0
        ? 'as many model calls'
        : `${-saved} % more model calls`;
  const isSlower = speedUp?.outcome === 'slower';
  return {
    calls,
    speed: speedUp ? `${speedWords(speedUp)} ${places[place]}` : null,
    speedDetail: speedUp && `median of ${speedUp.pairs}, ${factor(speedUp.min)} to ${factor(speedUp.max)}`,
    isSlower,
  };
}

function speedWords({ outcome, median }: MeasuredSpeedUp): string {
  if (outcome === 'faster') return `${factor(median)} times as fast`;
  if (outcome === 'slower') return `slower (${factor(median)} times the speed)`;
  return 'about as fast';
}

const factor = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
