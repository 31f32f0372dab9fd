import { hasEnoughPairs, type MeasuredSpeedUp, minPairs } from '../../speed/speed-up.ts';

/** The same story, written both ways. */
export interface BothWays {
  /** Model calls without the reading of the prompt. */
  readonly referenceCalls: number;
  readonly turnsCalls: number;
  readonly isSameText: boolean;
  /** Null if no pair has run. */
  readonly speedUp: MeasuredSpeedUp | null;
}

/** Where the runs were made: the sentence says whose speed it is. */
export type Place = 'recording' | 'here';

/** Parts of the sentence below the panes. */
export interface Verdict {
  /** "48 % fewer model calls" */
  readonly calls: string;
  /** "1.60 times as fast on this device", or that there is no answer. */
  readonly speed: string;
  /** "median of 7 repeats, 1.40 to 1.80"; null where no number is shown. */
  readonly speedDetail: string | null;
  /** What won instead, if taking turns lost; else null. */
  readonly loss: string | null;
}

const places: Readonly<Record<Place, string>> = {
  recording: '',
  here: ' on this device',
};

/** The first screen's claim, in words that hold for the runs it is about. */
export function verdictOf({ referenceCalls, turnsCalls, speedUp }: BothWays, place: Place): Verdict {
  const where = places[place];
  return {
    calls: callsWords(referenceCalls, turnsCalls),
    ...speedWords(speedUp, where),
    loss:
      speedUp?.outcome === 'slower'
        ? `Taking turns lost${where}: its calls take longer than those it saves. One model call after the other is faster.`
        : null,
  };
}

function callsWords(referenceCalls: number, turnsCalls: number): string {
  // A story of one word has no call behind the reading of the prompt.
  const saved = referenceCalls === 0 ? 0 : Math.round(100 * (1 - turnsCalls / referenceCalls));
  if (saved > 0) return `${saved} % fewer model calls`;
  return saved === 0 ? 'as many model calls' : `${-saved} % more model calls`;
}

function speedWords(speedUp: MeasuredSpeedUp | null, where: string): Pick<Verdict, 'speed' | 'speedDetail'> {
  const pairs = speedUp?.pairs ?? 0;
  if (!hasEnoughPairs(speedUp)) {
    return { speed: 'too few repeats for a speed', speedDetail: `${pairs} of ${minPairs}` };
  }
  const { outcome, median, min, max } = speedUp;
  const speed = {
    faster: `${factor(median)} times as fast${where}`,
    slower: `slower (${factor(median)} times the speed)${where}`,
    open: `no clear difference in speed${where}`,
  }[outcome];
  return {
    speed,
    speedDetail: `median ${outcome === 'open' ? `${factor(median)} ` : ''}of ${pairs} repeats, ${factor(min)} to ${factor(max)}`,
  };
}

const factor = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
