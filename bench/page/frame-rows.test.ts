import { expect, test } from 'vitest';
import { frameRows, type WatchedRun } from './frame-rows.ts';

const run = (rhythm: 'open' | 'folded', frameMs: number[], longTaskMs: number[] = []): WatchedRun => ({
  situation: 'a run',
  rhythm,
  frameMs,
  longTaskMs,
  longFrameMs: [],
});

test('runs of one situation make one row', () => {
  const rows = frameRows([
    run('folded', [10, 10, 20]),
    run('open', [20, 20], [60]),
    run('open', [20, 60, 80], [75]),
  ]);
  expect(rows).toEqual([
    {
      situation: 'a run',
      rhythm: 'folded',
      framesPerSecond: 75,
      medianMs: 10,
      p95Ms: 10,
      longestMs: 20,
      longTasksPerMinute: 0,
      longestTaskMs: 0,
      runs: 1,
    },
    {
      situation: 'a run',
      rhythm: 'open',
      framesPerSecond: 25,
      medianMs: 20,
      p95Ms: 60,
      longestMs: 80,
      longTasksPerMinute: 600,
      longestTaskMs: 75,
      runs: 2,
    },
  ]);
});
