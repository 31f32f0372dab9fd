import { expect, test } from 'vitest';
import type { LoadProgress } from '../engine/engine-api.ts';
import { StorageKeeper } from './keep-storage.ts';

const progress = (over: Partial<LoadProgress>): LoadProgress => ({
  modelId: 'm',
  stage: 'download',
  file: null,
  filesDone: 0,
  filesTotal: 1,
  bytesLoaded: 0,
  bytesTotal: 100e6,
  cached: false,
  ...over,
});

test('the browser is asked once, when a large model comes over the network', () => {
  let asked = 0;
  const keeper = new StorageKeeper(async () => void asked++);
  for (const other of [
    { bytesTotal: 5e6 },
    { bytesTotal: null },
    { cached: true },
    { stage: 'verify' },
  ] as const) {
    keeper.notice(progress(other));
  }
  expect(asked).toBe(0);
  keeper.notice(progress({}));
  keeper.notice(progress({}));
  expect(asked).toBe(1);
});

test('a browser that refuses is left alone', async () => {
  const keeper = new StorageKeeper(() => Promise.reject(new Error('denied')));
  keeper.notice(progress({}));
  await new Promise((resolve) => setImmediate(resolve));
});
