import { quartilesOf } from '../../src/speed/quartiles.ts';
import type { Watched } from './frame-watch.ts';

/** One situation of the page, all its runs together. */
export interface FrameRow {
  readonly situation: string;
  readonly rhythm: 'open' | 'folded';
  /** Animation frames a second. */
  readonly framesPerSecond: number;
  /** From one frame to the next. */
  readonly medianMs: number;
  readonly p95Ms: number;
  readonly longestMs: number;
  /** Tasks of 50 ms and more, a minute. */
  readonly longTasksPerMinute: number;
  /** 0 where there was none. */
  readonly longestTaskMs: number;
  readonly runs: number;
}

export interface WatchedRun extends Watched, Pick<FrameRow, 'situation' | 'rhythm'> {}

/** A row for each situation with each state of the rhythm, in the order in which they first came. */
export function frameRows(runs: readonly WatchedRun[]): FrameRow[] {
  const groups = new Map<string, WatchedRun[]>();
  for (const run of runs) {
    const key = `${run.situation} ${run.rhythm}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map(rowOf);
}

export const framesPerSecond = (frameMs: readonly number[]): number =>
  (1000 * frameMs.length) / frameMs.reduce((sum, ms) => sum + ms, 0);

function rowOf(runs: readonly WatchedRun[]): FrameRow {
  const frames = runs.flatMap(({ frameMs }) => frameMs).sort((a, b) => a - b);
  const tasks = runs.flatMap(({ longTaskMs }) => longTaskMs);
  const totalMs = frames.reduce((sum, ms) => sum + ms, 0);
  const { situation, rhythm } = runs[0];
  return {
    situation,
    rhythm,
    framesPerSecond: framesPerSecond(frames),
    medianMs: quartilesOf(frames).median,
    p95Ms: frames[Math.floor(0.95 * (frames.length - 1))],
    longestMs: frames[frames.length - 1],
    longTasksPerMinute: (60_000 * tasks.length) / totalMs,
    longestTaskMs: Math.max(0, ...tasks),
    runs: runs.length,
  };
}
