import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { ForwardCosts } from '../src/models/forward-costs.ts';
import { type Quartiles, quartilesOf } from '../src/speed/quartiles.ts';
import { ForwardTimes } from './forward-times.ts';
import { otherMs, tokenTimeOf } from './token-time.ts';
import { speedOf, type Trial } from './trials.ts';

/** What the `sequential` decodes beside a section's rows came to. */
export interface SequentialRow {
  readonly name: string;
  readonly tokensPerSecond: Quartiles;
  /** Forwards ÷ tokens, both after the first token. */
  readonly forwardsPerToken: number;
  /** Share of the time after the first token that was no forward. */
  readonly otherShare: number;
  /** Median t_i(k) [members]. */
  readonly costs: readonly ForwardCosts[];
}

/** One row a temperature, over every reference decode of that temperature once, whatever numbers it combined with. */
export function sequentialRows(
  cases: Iterable<readonly [{ readonly temperature: number }, readonly Trial[]]>,
): SequentialRow[] {
  const byTemperature = new Map<number, Set<DecodeResult>>();
  for (const [{ temperature }, trials] of cases) {
    const results = byTemperature.get(temperature) ?? new Set();
    for (const { reference } of trials) for (const result of reference) results.add(result);
    if (results.size > 0) byTemperature.set(temperature, results);
  }
  return [...byTemperature].map(([temperature, results]) => rowOf(temperature, [...results]));
}

function rowOf(temperature: number, results: readonly DecodeResult[]): SequentialRow {
  const later = results.flatMap(({ rounds }) => rounds.slice(1));
  const tokens = later.reduce((sum, { committed }) => sum + committed.length, 0);
  const times = new ForwardTimes(results[0].stats.members.length);
  for (const result of results) times.add(result);
  const time = tokenTimeOf(results);
  return {
    name: temperature === 1 ? 'sequential' : `sequential, T = ${temperature}`,
    tokensPerSecond: quartilesOf(results.map(speedOf)),
    forwardsPerToken: later.reduce((sum, { forwards }) => sum + forwards.length, 0) / tokens,
    otherShare: otherMs(time) / (time.forward + otherMs(time)),
    costs: times.costs(),
  };
}
