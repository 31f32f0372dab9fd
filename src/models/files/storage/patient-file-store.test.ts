import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { fileStoreSuite } from '../../testing/file-store-suite.ts';
import { MemoryDirectory } from '../../testing/memory-directory.ts';
import { MemoryFileStore } from '../../testing/memory-file-store.ts';
import type { FileStore, Reception } from './file-store.ts';
import { PatientFileStore } from './patient-file-store.ts';

const directory = { current: new MemoryDirectory() };
beforeEach(() => {
  directory.current = new MemoryDirectory();
});
fileStoreSuite('a patient store', async () => new PatientFileStore(new MemoryFileStore(directory.current)));

const key = { url: 'https://h/m', content: null };
const label = { model: 'm', path: 'onnx/model.onnx' };
const validators = { etag: null, lastModified: null };
const never = () => new Promise<never>(() => {});

describe('storage that does not answer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const hanging = (parts: Partial<FileStore>): PatientFileStore =>
    new PatientFileStore(Object.assign(new MemoryFileStore(), parts));

  test('is given up after half a minute, all of it, and keeps nothing from then on', async () => {
    const store = hanging({ find: never });
    const waiting = expect(store.find(key)).rejects.toMatchObject({ name: 'TimeoutError' });
    await vi.advanceTimersByTimeAsync(29_000);
    expect(store.persistent).toBe(true);
    await vi.advanceTimersByTimeAsync(1_000);
    await waiting;
    expect(store.persistent).toBe(false);
    await expect(store.list()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('gives back the file that it opens too late', async () => {
    let open = (_: Reception) => {};
    const store = hanging({ receive: () => new Promise((resolve) => (open = resolve)) });
    const waiting = expect(store.receive(key, label)).rejects.toMatchObject({ name: 'TimeoutError' });
    await vi.advanceTimersByTimeAsync(30_000);
    await waiting;
    const files = new MemoryFileStore();
    open(await files.receive(key, label));
    await vi.advanceTimersByTimeAsync(0);
    await (await files.receive(key, label)).suspend();
  });

  test('has more time for a large file', async () => {
    const bytes = 10 * 2 ** 20;
    const files = new MemoryFileStore();
    const store = hanging({
      receive: async (...args) => Object.assign(await files.receive(...args), { complete: never }),
    });
    const reception = await store.receive(key, label);
    await reception.restart(validators);
    await reception.append(new Uint8Array(bytes));
    let isGivenUp = false;
    reception.complete('hash').catch(() => {
      isGivenUp = true;
    });
    await vi.advanceTimersByTimeAsync(39_000);
    expect(isGivenUp).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(isGivenUp).toBe(true);
  });

  test('and has given up a request by itself serves the others', async () => {
    const store = hanging({ find: () => Promise.reject(new DOMException('no answer', 'TimeoutError')) });
    await expect(store.find(key)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await store.list()).toEqual([]);
  });
});
