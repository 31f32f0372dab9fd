import { expect, test } from 'vitest';
import { threadCount } from './thread-count.ts';

test.each([
  { cores: 4, isolated: true, threads: 4 },
  { cores: 64, isolated: true, threads: 8 },
  { cores: 4, isolated: false, threads: 1 },
  { cores: undefined, isolated: true, threads: 1 },
  { cores: Number.NaN, isolated: true, threads: 1 },
  { cores: 0, isolated: true, threads: 1 },
])('$cores cores, isolated: $isolated, make $threads threads', ({ cores, isolated, threads }) => {
  const navigator = cores === undefined ? {} : { hardwareConcurrency: cores };
  expect(threadCount({ crossOriginIsolated: isolated, navigator })).toBe(threads);
});
