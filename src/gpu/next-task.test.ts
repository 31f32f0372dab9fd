import { expect, test } from 'vitest';
import { nextTask } from './next-task.ts';

test('a turn is no microtask, and turns come in the order they were asked for', async () => {
  const turns: string[] = [];
  const first = nextTask().then(() => turns.push('first'));
  const second = nextTask().then(() => turns.push('second'));
  for (let microtask = 0; microtask < 100; microtask++) await null;
  expect(turns).toEqual([]);
  await Promise.all([second, first]);
  expect(turns).toEqual(['first', 'second']);
});
