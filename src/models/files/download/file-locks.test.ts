import { afterEach, describe, expect, test, vi } from 'vitest';
import { host } from '#host';
import type { FileKey } from '../storage/file-store.ts';
import { webLocks } from './file-locks.ts';

const key: FileKey = { url: 'https://models.example/m/config.json', content: null };

afterEach(() => vi.restoreAllMocks());

type Request = (name: string, options: LockOptions, work: (lock: object | null) => unknown) => unknown;

const stubLocks = (locks: () => { readonly request: Request } | undefined): void =>
  void vi.spyOn(host, 'locks').mockImplementation(locks as typeof host.locks);

const stubRequest = (request: Request): void => stubLocks(() => ({ request }));

const refusal = (): DOMException => new DOMException('The request was denied.', 'SecurityError');

const grant: Request = async (_name, _options, work) => work({});

describe.each<[string, () => void]>([
  ['has no locks', () => stubLocks(() => undefined)],
  ['rejects requests for a lock', () => stubRequest(() => Promise.reject(refusal()))],
  [
    'throws at requests for a lock',
    () =>
      stubRequest(() => {
        throw refusal();
      }),
  ],
  [
    'throws where locks are looked for',
    () =>
      stubLocks(() => {
        throw refusal();
      }),
  ],
])('a browser that %s', (_, stub) => {
  test('runs the work without one', async () => {
    stub();
    expect(await webLocks.run(key, new AbortController().signal, async () => 7)).toBe(7);
    const work = vi.fn(async () => {});
    expect(await webLocks.ifFree(key, work)).toBe(true);
    expect(work).toHaveBeenCalledOnce();
  });

  test('runs work that fails once, and tells its failure', async () => {
    stub();
    const work = vi.fn(() => Promise.reject(refusal()));
    await expect(webLocks.run(key, undefined, work)).rejects.toThrow('The request was denied.');
    await expect(webLocks.ifFree(key, work)).rejects.toThrow('The request was denied.');
    expect(work).toHaveBeenCalledTimes(2);
  });
});

test('work that fails under its lock is not run again', async () => {
  stubRequest(grant);
  const work = vi.fn(() => Promise.reject(refusal()));
  await expect(webLocks.run(key, undefined, work)).rejects.toThrow('The request was denied.');
  await expect(webLocks.ifFree(key, work)).rejects.toThrow('The request was denied.');
  expect(work).toHaveBeenCalledTimes(2);
});

test('work that is aborted while it waits for its lock does not run', async () => {
  stubRequest(
    (_name, { signal }) =>
      new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason))),
  );
  const controller = new AbortController();
  const work = vi.fn(async () => {});
  const waiting = webLocks.run(key, controller.signal, work);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  expect(work).not.toHaveBeenCalled();
});

test('a file that somebody works on is not free', async () => {
  stubRequest(async (_name, _options, work) => work(null));
  const work = vi.fn(async () => {});
  expect(await webLocks.ifFree(key, work)).toBe(false);
  expect(work).not.toHaveBeenCalled();
});
