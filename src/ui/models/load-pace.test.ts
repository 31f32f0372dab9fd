import { expect, test } from 'vitest';
import type { LoadProgress } from '../../engine/engine-api.ts';
import { LoadPace, remainingText } from './load-pace.ts';

const progress = (given: Partial<LoadProgress>): LoadProgress => ({
  modelId: 'story-base',
  stage: 'download',
  file: null,
  filesDone: 0,
  filesTotal: 1,
  bytesLoaded: 0,
  bytesTotal: 10_000,
  cached: false,
  ...given,
});

test('what is left takes as long as what has come, byte for byte', () => {
  const pace = new LoadPace();
  expect(pace.remainingMs(progress({ bytesLoaded: 1000 }), 500)).toBeNull();
  // Too early to tell.
  expect(pace.remainingMs(progress({ bytesLoaded: 1200 }), 700)).toBeNull();
  expect(pace.remainingMs(progress({ bytesLoaded: 3000 }), 2500)).toBe(7000);
  expect(pace.remainingMs(progress({ bytesLoaded: 10_000 }), 9500)).toBe(0);
});

test('a stage has a pace of its own, and nobody can tell without a total', () => {
  const pace = new LoadPace();
  pace.remainingMs(progress({ bytesLoaded: 0 }), 0);
  expect(pace.remainingMs(progress({ bytesLoaded: 10_000, stage: 'verify' }), 2000)).toBeNull();
  expect(pace.remainingMs(progress({ stage: 'runtime', bytesLoaded: 0 }), 3000)).toBeNull();
  expect(pace.remainingMs(progress({ stage: 'runtime', bytesLoaded: 5000 }), 5000)).toBe(2000);
  expect(
    pace.remainingMs(progress({ stage: 'runtime', bytesLoaded: 6000, bytesTotal: null }), 6000),
  ).toBeNull();
  expect(pace.remainingMs(progress({ stage: 'runtime', bytesLoaded: 6000, cached: true }), 7000)).toBeNull();
});

test.each([
  [400, 'a moment left'],
  [4600, 'about 5 s left'],
  [33_000, 'about 35 s left'],
  [170_000, 'about 3 min left'],
])('%d ms read %s', (ms, text) => {
  expect(remainingText(ms)).toBe(text);
});
