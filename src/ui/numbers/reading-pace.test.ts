import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReadingPace } from './reading-pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('what comes first, and what comes after a pause, is shown at once; what follows soon waits for its turn', async () => {
  const pace = new ReadingPace();
  const shownMs: number[] = [];
  const startMs = performance.now();
  const show = () => pace.turn().then(() => shownMs.push(performance.now() - startMs));
  await show();
  const soon = show();
  await vi.advanceTimersByTimeAsync(124);
  expect(shownMs).toEqual([0]);
  await vi.advanceTimersByTimeAsync(1);
  await soon;
  await vi.advanceTimersByTimeAsync(400);
  await show();
  expect(shownMs).toEqual([0, 125, 525]);
});
