import { expect, test } from 'vitest';
import { turnIntervalMs, turnsAtIntervals } from './turn-interval.ts';

/** Asks for a turn at each of the times; a turn itself takes `turnMs`. @returns the times of those that were taken */
async function turnsTaken(askedAtMs: readonly number[], turnMs = 0): Promise<number[]> {
  let nowMs = 0;
  const taken: number[] = [];
  const takeTurn = turnsAtIntervals(
    async () => {
      taken.push(nowMs);
      nowMs += turnMs;
    },
    () => nowMs,
  );
  for (const atMs of askedAtMs) {
    nowMs = Math.max(nowMs, atMs);
    await takeTurn();
  }
  return taken;
}

test('the first turn is taken, and then one an interval, however many are asked for', async () => {
  const everyMillisecond = Array.from({ length: 3 * turnIntervalMs }, (_, index) => index);
  expect(await turnsTaken(everyMillisecond)).toEqual([0, turnIntervalMs, 2 * turnIntervalMs]);
});

test('rounds that are longer than the interval end with a turn each', async () => {
  const rounds = [0, 1, 2, 3].map((index) => index * turnIntervalMs);
  expect(await turnsTaken(rounds)).toEqual(rounds);
});

test('a turn that takes long counts from its end', async () => {
  expect(await turnsTaken([0, 11, 14], 10)).toEqual([0, 14]);
});
