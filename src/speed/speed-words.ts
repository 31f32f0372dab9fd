import type { DecodeMethod } from '../engine/request-types.ts';
import { type ComparedCalls, savedShare } from './calls.ts';
import { hasEnoughPairs, type MeasuredSpeedUp } from './speed-up.ts';
import type { WouldWin } from './would-win.ts';

/** "1.45 ×" */
export function factorText(factor: number): string {
  return `${factor.toFixed(2)} ×`;
}

/** "168 model calls instead of 306: 45 % saved" */
export function callsText(compared: ComparedCalls): string {
  const { calls, referenceCalls, draftCalls } = compared;
  const percent = Math.round(100 * (savedShare(compared) ?? 0));
  const saved = percent < 0 ? `${-percent} % more` : `${percent} % saved`;
  const drafted = draftCalls > 0 ? `, with ${draftCalls} cheaper calls of the draft model` : '';
  return `${calls} model calls instead of ${referenceCalls}: ${saved}${drafted}`;
}

/** "7 pairs, 1.31 to 1.66 ×" */
export function rangeText({ pairs, min, max }: MeasuredSpeedUp): string {
  return `${pairs} ${pairs === 1 ? 'pair' : 'pairs'}, ${min.toFixed(2)} to ${factorText(max)}`;
}

/** "median of 7 pairs, 1.31 to 1.66 ×" */
export function spreadText(speedUp: MeasuredSpeedUp): string {
  return `median of ${rangeText(speedUp)}`;
}

/** What a speed is compared with: "asking both models for every token". */
export function referenceWay(method: DecodeMethod): string {
  if (method.kind !== 'collaborative') return 'asking the model itself for every token';
  const { length } = method.members;
  return `asking ${length === 2 ? 'both' : `all ${length}`} models for every token`;
}

function ownWay(method: DecodeMethod): string {
  if (method.kind !== 'collaborative') return 'drafting ahead';
  const { schedule = 'alternate' } = method;
  return schedule === 'alternate' ? 'taking turns' : `the schedule ${schedule}`;
}

function winningWay(winner: WouldWin, method: DecodeMethod): string {
  switch (winner.kind) {
    case 'reference':
      return referenceWay(method);
    case 'schedule':
      return winner.schedule === 'alternate' ? 'taking turns' : `the schedule ${winner.schedule}`;
    case 'draft-length':
      return `a draft length of ${winner.draftLength}`;
  }
}

/** What the pairs of a run come to. */
export interface SpeedVerdict {
  /** Only a method that is faster may be celebrated. */
  readonly isFaster: boolean;
  /** "1.45 ×": stands before `words` where the method is faster. */
  readonly factor: string;
  /** A sentence without its full stop, or what follows the factor. */
  readonly words: string;
  /** Another sentence about a method that lost. */
  readonly advice: string | null;
}

/**
 * What a measured speed says; null while too few pairs have run.
 * @param winner of a method that lost: see `wouldWin`
 */
export function speedVerdict(
  speedUp: MeasuredSpeedUp | null,
  method: DecodeMethod,
  winner: WouldWin | null,
): SpeedVerdict | null {
  if (!hasEnoughPairs(speedUp)) return null;
  const factor = factorText(speedUp.median);
  const reference = referenceWay(method);
  switch (speedUp.outcome) {
    case 'faster':
      return { isFaster: true, factor, words: `the speed of ${reference}`, advice: null };
    case 'open':
      return {
        ...{ isFaster: false, factor, advice: null },
        words: `About as fast as ${reference}: ${factor}`,
      };
    case 'slower':
      return {
        ...{ isFaster: false, factor },
        words: `${capital(ownWay(method))} lost time here: ${factor} the speed of ${reference}`,
        advice: winner && `${capital(winningWay(winner, method))} would be faster.`,
      };
  }
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
