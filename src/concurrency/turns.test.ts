import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inTurn } from './turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('work runs in the order in which it was asked for, one at a time, also after a failure', async () => {
  const seen: string[] = [];
  const step = (name: string) => async () => {
    seen.push(`${name} begins`);
    await null;
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
  };
  const works = ['a', 'b', 'c'].map((name) => inTurn(step(name)));
  expect((await Promise.allSettled(works)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a request that never settles is given up, and holds up no other', async () => {
  const closed: string[] = [];
  let settle = (_: string) => {};
  const never = inTurn(
    () =>
      new Promise<string>((resolve) => {
        settle = resolve;
      }),
    (handle) => closed.push(handle),
  );
  const refused = expect(never).rejects.toMatchObject({ name: 'TimeoutError' });
  const next = inTurn(() => 'next');
  await vi.advanceTimersByTimeAsync(60_000);
  await refused;
  expect(await next).toBe('next');
  settle('a handle after all');
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toEqual(['a handle after all']);
  expect(vi.getTimerCount()).toBe(0);
});
