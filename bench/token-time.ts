import type { DecodeResult } from '../src/engine/engine-api.ts';

/** Where the time of a token goes, milliseconds. */
export interface TokenTime {
  readonly forward: number;
  /** Making distributions, drawing, combining, judging. */
  readonly sampling: number;
  /** All else between two verdicts: text, records of the round, taking turns, the port to the page. */
  readonly rest: number;
}

/** Mean over the tokens after the first of each decode. @param decodes at least one with a second token */
export function tokenTimeOf(decodes: readonly Pick<DecodeResult, 'rounds'>[]): TokenTime {
  let tokens = 0;
  let ms = 0;
  let forwardMs = 0;
  let samplingMs = 0;
  for (const { rounds } of decodes) {
    const [first, ...later] = rounds;
    for (const { committed, msByPhase } of later) {
      tokens += committed.length;
      forwardMs += msByPhase.forward;
      samplingMs += msByPhase.sample;
    }
    ms += (later.at(-1)?.atMs ?? first.atMs) - first.atMs;
  }
  return {
    forward: forwardMs / tokens,
    sampling: samplingMs / tokens,
    rest: (ms - forwardMs - samplingMs) / tokens,
  };
}

/** Time of a token that is no forward: what predictions from costs of forwards leave out. */
export const otherMs = ({ sampling, rest }: TokenTime): number => sampling + rest;

/**
 * What a speed-up predicted from forwards alone comes to when both sides also take the time that is no forward: the
 * cheaper the forwards that are saved, the less it is.
 * @param speedUp over a baseline, in forwards
 * @param baselineForwardMs time of the baseline's forwards for a token, as the prediction has it
 */
export function speedUpWithOther(
  speedUp: number,
  baselineForwardMs: number,
  own: TokenTime,
  baseline: TokenTime,
): number {
  return (baselineForwardMs + otherMs(baseline)) / (baselineForwardMs / speedUp + otherMs(own));
}

/** "1.92 + 0.11 + 0.12": forward, sampling, rest. */
export function timeInWords({ forward, sampling, rest }: TokenTime): string {
  return [forward, sampling, rest].map((ms) => ms.toFixed(2)).join(' + ');
}
