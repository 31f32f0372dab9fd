import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nodeLocks } from './node-locks.ts';

let cache: string;
const processes: ChildProcess[] = [];
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'antiphon-cache-'));
  vi.stubEnv('ANTIPHON_CACHE', cache);
});
afterEach(() => {
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true, force: true });
});

const lockFolders = (): string[] =>
  readdirSync(join(cache, 'locks')).map((name) => join(cache, 'locks', name));

/** Takes a lock and holds it until `release`. */
async function hold(name: string) {
  let release = (): void => {};
  let work: Promise<void> = Promise.resolve();
  await new Promise<void>((entered, failed) => {
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    work = nodeLocks.request(name, () => {
      entered();
      return released;
    });
    work.catch(failed);
  });
  return {
    release: async () => {
      release();
      await work;
    },
  };
}

/** Another process of Node.js that takes the lock and holds it. */
async function holdElsewhere(name: string): Promise<ChildProcess> {
  const locks = pathToFileURL(join(import.meta.dirname, 'node-locks.ts')).href;
  const code = `
    import { nodeLocks } from ${JSON.stringify(locks)};
    await nodeLocks.request(${JSON.stringify(name)}, () => {
      process.stdout.write('held');
      return new Promise((resolve) => process.stdin.once('data', resolve));
    });
    process.stdin.destroy();
  `;
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = spawn(process.execPath, ['--import', loader, '--input-type=module', '-e', code], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  processes.push(child);
  await new Promise<void>((resolve, reject) => {
    child.stdout!.once('data', () => resolve());
    child.once('exit', () => reject(new Error('it ended')));
  });
  return child;
}

const ended = (child: ChildProcess) => new Promise((resolve) => child.once('exit', resolve));

test('two requests of one name are answered one after the other, of two names together', async () => {
  const seen: string[] = [];
  const first = await hold('a');
  const second = nodeLocks.request('a', async () => void seen.push('second'));
  await nodeLocks.request('b', async () => void seen.push('other name'));
  await first.release();
  await second;
  expect(seen).toEqual(['other name', 'second']);
  expect(lockFolders()).toEqual([]);
});

test('an answer and a failure of the work come back, and the lock is free again', async () => {
  expect(await nodeLocks.request('a', async (lock) => lock)).toEqual({ name: 'a', mode: 'exclusive' });
  const failure = new Error('mine');
  await expect(nodeLocks.request('a', () => Promise.reject(failure))).rejects.toBe(failure);
  expect(lockFolders()).toEqual([]);
});

test('if it must be available at once, a lock that is held is null', async () => {
  const held = await hold('a');
  const options = { ifAvailable: true };
  expect(await nodeLocks.request('a', options, async (lock) => lock)).toBeNull();
  await held.release();
  expect(await nodeLocks.request('a', options, async (lock) => lock?.name)).toBe('a');
});

test('a request that is aborted rejects with the reason, before it waits and while it does', async () => {
  const held = await hold('a');
  const controller = new AbortController();
  const { signal } = controller;
  const work = vi.fn();
  const waiting = nodeLocks.request('a', { signal }, work);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  await held.release();
  await expect(nodeLocks.request('a', { signal }, work)).rejects.toBe(reason);
  expect(work).not.toHaveBeenCalled();
});

test('the lock of a process that has died is taken over when it is old, and not before', async () => {
  const child = await holdElsewhere('a');
  child.kill('SIGKILL');
  await ended(child);
  const options = { ifAvailable: true };
  expect(await nodeLocks.request('a', options, async (lock) => lock)).toBeNull();
  const [left] = lockFolders();
  const age = new Date(Date.now() - 60_000);
  utimesSync(left!, age, age);
  expect(await nodeLocks.request('a', options, async (lock) => lock?.name)).toBe('a');
  expect(lockFolders()).toEqual([]);
});

test('a process waits for another one, and a process that ends orderly leaves its locks to others at once', async () => {
  const child = await holdElsewhere('a');
  const options = { ifAvailable: true };
  expect(await nodeLocks.request('a', options, async (lock) => lock)).toBeNull();
  const waiting = nodeLocks.request('a', async () => 'mine');
  child.stdin!.write('release');
  expect(await waiting).toBe('mine');
  const other = await holdElsewhere('a');
  other.kill('SIGTERM');
  await ended(other);
  expect(await nodeLocks.request('a', options, async (lock) => lock?.name)).toBe('a');
});

test('work whose lock was taken over goes on, and ends without a complaint', async () => {
  const held = await hold('a');
  const [folder] = lockFolders();
  const age = new Date(Date.now() - 60_000);
  utimesSync(folder!, age, age);
  expect(await nodeLocks.request('a', { ifAvailable: true }, async (lock) => lock?.name)).toBe('a');
  await held.release();
});

test('names may hold what names of files may not', async () => {
  const name = `antiphon-file https://x/${'../'.repeat(99)}?*:"<>| `;
  await nodeLocks.request(name, async () => expect(statSync(lockFolders()[0]!).isDirectory()).toBe(true));
});

test('where the cache is no folder requests reject, and the work does not run', async () => {
  writeFileSync(join(cache, 'file'), '');
  vi.stubEnv('ANTIPHON_CACHE', join(cache, 'file'));
  const work = vi.fn();
  await expect(nodeLocks.request('a', work)).rejects.toThrow(/ENOTDIR|EEXIST/);
  expect(work).not.toHaveBeenCalled();
});
