import { expect, test } from 'vitest';
import { RequestQueue } from './request-queue.ts';

test('jobs run one after the other, in order, and a failed one does not stop the next', async () => {
  const queue = new RequestQueue();
  const log: string[] = [];
  const job = (name: string, fail = false) =>
    queue.run(async () => {
      log.push(`${name} starts`);
      await Promise.resolve();
      log.push(`${name} ends`);
      if (fail) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([job('a'), job('b', true), job('c')]);
  expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

test('an aborted job leaves the queue at once and never starts', async () => {
  const queue = new RequestQueue();
  const running = withResolvers<string>();
  const first = queue.run(() => running.promise);
  const controller = new AbortController();
  let started = false;
  const waiting = queue.run(
    async () => {
      started = true;
      return 'ran';
    },
    controller.signal,
    () => 'skipped',
  );
  controller.abort();
  expect(await waiting).toBe('skipped');
  running.resolve('done');
  expect(await first).toBe('done');
  expect(await queue.run(async () => 'next')).toBe('next');
  expect(started).toBe(false);
});

test('a failure to answer for an aborted job rejects that job alone', async () => {
  const queue = new RequestQueue();
  const running = withResolvers<string>();
  const first = queue.run(() => running.promise);
  const controller = new AbortController();
  const waiting = queue.run(
    async () => 'ran',
    controller.signal,
    () => {
      throw new RangeError('no answer');
    },
  );
  controller.abort();
  await expect(waiting).rejects.toThrow('no answer');
  running.resolve('done');
  expect(await first).toBe('done');
});

test('a job that runs already is not skipped by its signal', async () => {
  const queue = new RequestQueue();
  const controller = new AbortController();
  const result = queue.run(
    async () => {
      controller.abort();
      return 'ran to its own end';
    },
    controller.signal,
    () => 'skipped',
  );
  expect(await result).toBe('ran to its own end');
});

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

test('a job that is aborted already does not wait for its turn', async () => {
  const queue = new RequestQueue();
  const running = withResolvers<string>();
  const first = queue.run(() => running.promise);
  const late = queue.run(
    async () => 'ran',
    AbortSignal.abort(),
    () => 'skipped',
  );
  expect(await Promise.race([late, new Promise((resolve) => setImmediate(resolve, 'waits'))])).toBe(
    'skipped',
  );
  running.resolve('done');
  expect(await first).toBe('done');
});
