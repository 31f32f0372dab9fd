import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MemoryFileStore } from '../../testing/memory-file-store.ts';
import { fetchFile } from './fetch-file.ts';
import type { ExpectedContent } from './remote-file.ts';
import { sha256Hex } from './sha256.ts';

const content = new TextEncoder().encode('{"vocab_size": 1846}');
const hex = await sha256Hex(content);
const good: ExpectedContent = { bytes: content.byteLength, hash: { kind: 'sha256', hex } };

let folder: string;
let store: MemoryFileStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antiphon-model #1 50% '));
  writeFileSync(path(), content);
  store = new MemoryFileStore();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const path = (name = 'config.json') => join(folder, name);

function read(
  expected: ExpectedContent | null,
  {
    url = pathToFileURL(path()).href,
    ...options
  }: { url?: string; signal?: AbortSignal; onBytes?: () => void } = {},
) {
  return fetchFile(
    { url, kind: 'json', expected, label: { model: 'm', path: 'config.json' } },
    { store, ...options, fetch: () => Promise.reject(new Error('the network was asked')) },
  );
}

test.each<[string, ExpectedContent | null]>([
  ['that a list knows', good],
  ['that nobody lists', null],
])('a file %s is read where it lies, with its hash, and no copy is kept', async (_, expected) => {
  const progress: unknown[] = [];
  const file = await read(expected, { onBytes: (...report: unknown[]) => void progress.push(report) });
  expect(file).toMatchObject({ source: 'local', sha256: hex, byteLength: content.byteLength });
  expect(await file.json()).toEqual({ vocab_size: 1846 });
  expect(progress.at(-1)).toEqual([content.byteLength, content.byteLength]);
  expect(await store.list()).toEqual([]);
});

test.each<[string, () => ExpectedContent | null, object]>([
  [
    'another hash',
    () => ({ ...good, hash: { kind: 'sha256', hex: '0'.repeat(64) } }),
    { code: 'integrity', details: { reason: 'hash' } },
  ],
  [
    'another git hash',
    () => ({ ...good, hash: { kind: 'git-blob', hex: '0'.repeat(40) } }),
    { code: 'integrity', details: { reason: 'hash' } },
  ],
  [
    'its end cut off',
    () => {
      truncateSync(path(), 5);
      return good;
    },
    { code: 'integrity', details: { reason: 'length', bytesReceived: 5, bytesExpected: content.byteLength } },
  ],
  [
    'no bytes',
    () => {
      truncateSync(path(), 0);
      return null;
    },
    { code: 'integrity', details: { reason: 'empty' } },
  ],
  [
    'a page in its place',
    () => {
      writeFileSync(path(), '<!doctype html><title>404</title>');
      return null;
    },
    { code: 'integrity', details: { reason: 'html-page' } },
  ],
  [
    'a Git LFS pointer in its place',
    () => {
      writeFileSync(path(), 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n');
      return null;
    },
    { code: 'integrity', details: { reason: 'lfs-pointer' } },
  ],
])('a file with %s is refused by name', async (_, prepare, expected) => {
  await expect(read(prepare())).rejects.toMatchObject({
    ...expected,
    message: expect.stringContaining(pathToFileURL(path()).href),
  });
});

test.each<[string, () => string, string]>([
  ['is missing', () => pathToFileURL(path('other.json')).href, 'missing'],
  ['is below a file', () => pathToFileURL(path('config.json/x')).href, 'missing'],
  [
    'is a folder',
    () => {
      mkdirSync(path('sub'));
      return pathToFileURL(path('sub')).href;
    },
    'missing',
  ],
  ['has a name that is too long', () => pathToFileURL(path('x'.repeat(300))).href, 'unreadable'],
  ['has an address that is no path', () => 'file:///a%2Fb', 'unreadable'],
])('a file that %s is a failed download', async (_, url, reason) => {
  await expect(read(null, { url: url() })).rejects.toMatchObject({ code: 'download', details: { reason } });
});

test('an aborted signal ends the reading with its reason, even of an empty file', async () => {
  const reason = new Error('enough');
  await expect(read(good, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  writeFileSync(path(), new Uint8Array(2 ** 20));
  const reading = read(null, { signal: controller.signal, onBytes: () => controller.abort(reason) });
  await expect(reading).rejects.toBe(reason);
});

test('a file that changes between its check and its use is read and checked anew', async () => {
  const file = await read(null);
  writeFileSync(path(), '{"vocab_size": 7, "is": "longer than before"}');
  expect(await file.json()).toMatchObject({ vocab_size: 7 });
});
