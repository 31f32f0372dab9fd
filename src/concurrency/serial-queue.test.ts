import { expect, test } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

/** A job that the test ends itself. */
function openJob() {
  let end: (result: string) => void = () => undefined;
  const promise = new Promise<string>((resolve) => {
    end = resolve;
  });
  const state = { started: false };
  return {
    state,
    end,
    job: () => {
      state.started = true;
      return promise;
    },
  };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('a job starts only when the one before it has ended', async () => {
  const queue = new SerialQueue();
  const first = openJob();
  const second = openJob();
  const firstResult = queue.run(first.job);
  const secondResult = queue.run(second.job);
  await settled();
  expect([first.state.started, second.state.started]).toEqual([true, false]);
  first.end('one');
  expect(await firstResult).toBe('one');
  await settled();
  expect(second.state.started).toBe(true);
  second.end('two');
  expect(await secondResult).toBe('two');
});

test('jobs run in the order they were handed in', async () => {
  const queue = new SerialQueue();
  const order: number[] = [];
  await Promise.all([1, 2, 3, 4].map((n) => queue.run(() => order.push(n))));
  expect(order).toEqual([1, 2, 3, 4]);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
])('a job that %s fails alone: later ones still run', async (_, broken) => {
  const queue = new SerialQueue();
  const failed = queue.run(broken);
  const next = queue.run(() => 'fine');
  await expect(failed).rejects.toThrow('broken');
  await expect(next).resolves.toBe('fine');
  await expect(queue.run(() => 'still fine')).resolves.toBe('still fine');
});
