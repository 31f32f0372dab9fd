import { expect, test } from 'vitest';
import type { Round } from '../round/round.ts';
import { allowedLag, RoundStream } from './round-stream.ts';

const round = (index: number) => ({ index }) as Round;
const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Whether a promise has settled, after everything that can run has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  const markDone = () => {
    done = true;
  };
  promise.then(markDone, markDone);
  await turn();
  return done;
}

test('a writer without a reader never waits', async () => {
  const stream = new RoundStream();
  for (let index = 0; index < 3 * allowedLag; index++)
    expect(await settled(stream.push(round(index), never))).toBe(true);
});

test('a writer waits for a reader that lags too far behind, and goes on when it has caught up', async () => {
  const stream = new RoundStream();
  const reader = stream[Symbol.asyncIterator]();
  const first = reader.next();
  await stream.push(round(0), never);
  await first;
  for (let index = 1; index <= allowedLag; index++)
    expect(await settled(stream.push(round(index), never))).toBe(true);
  const held = stream.push(round(allowedLag + 1), never);
  expect(await settled(held)).toBe(false);
  await reader.next();
  expect(await settled(held)).toBe(true);
});

test('an abort or a reader that leaves frees the waiting writer', async () => {
  for (const free of ['abort', 'leave'] as const) {
    const stream = new RoundStream();
    const controller = new AbortController();
    const reader = stream[Symbol.asyncIterator]();
    const first = reader.next();
    let held = stream.push(round(0), controller.signal);
    await first;
    for (let index = 1; index <= allowedLag + 1; index++) held = stream.push(round(index), controller.signal);
    expect(await settled(held)).toBe(false);
    if (free === 'abort') controller.abort();
    else await reader.return();
    expect(await settled(held)).toBe(true);
  }
});

test('a late reader gets every round from the first one on, then the end or the error', async () => {
  const stream = new RoundStream();
  await stream.push(round(0), never);
  await stream.push(round(1), never);
  const failed = new Error('lost');
  stream.fail(failed);
  const seen: number[] = [];
  await expect(
    (async () => {
      for await (const { index } of stream) seen.push(index);
    })(),
  ).rejects.toBe(failed);
  expect(seen).toEqual([0, 1]);
});
