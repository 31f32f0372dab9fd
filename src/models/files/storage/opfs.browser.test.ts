import { proxy, type Remote, wrap } from 'comlink';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DownloadWorker } from '../../testing/download-worker.ts';
import type { RemoteFile } from '../download/remote-file.ts';

const path = 'story-base/onnx/model_q4.onnx';
const stopAfter = 3_000_000;
let storeName: string;
let file: RemoteFile;
let expectedHash: string;
let bytes: number;
const workers: Worker[] = [];

beforeEach(async () => {
  storeName = `opfs-test-${crypto.randomUUID()}`;
  const catalogue = await (await fetch('/models/catalogue.json')).json();
  const entry = catalogue.models.find(({ id }: { id: string }) => id === 'story-base');
  const listed = entry.files.find((one: { path: string }) => path.endsWith(one.path));
  expectedHash = listed.sha256;
  bytes = listed.bytes;
  file = {
    url: new URL(`/models/${path}`, location.href).href,
    kind: 'onnx',
    expected: { bytes, hash: { kind: 'sha256', hex: expectedHash } },
    label: { model: 'story-base', path },
  };
});
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.terminate();
  const root = await navigator.storage.getDirectory();
  await root.removeEntry(storeName, { recursive: true }).catch(() => {});
});

function openTab(): { readonly worker: Worker; readonly tab: Remote<DownloadWorker> } {
  const worker = new Worker(new URL('../../testing/download-worker.ts', import.meta.url), {
    type: 'module',
    name: `download ${storeName}`,
  });
  workers.push(worker);
  return { worker, tab: wrap<DownloadWorker>(worker) };
}

test('a worker keeps files on disk, and another finds them there', async () => {
  const { tab } = openTab();
  expect(await tab.kind()).toBe('DirectoryFileStore');
  expect(await tab.download(file)).toMatchObject({ source: 'network', sha256: expectedHash });
  expect(await openTab().tab.download(file)).toEqual({
    source: 'store',
    sha256: expectedHash,
    ranges: [],
    bytesFetched: 0,
  });
});

test('a tab that dies leaves what it has received, and the next one downloads the rest', async () => {
  const dying = openTab();
  await new Promise<void>((resolve) => {
    void dying.tab.download(file, stopAfter, proxy(resolve));
  });
  dying.worker.terminate();
  const next = openTab().tab;
  expect(await next.download(file)).toEqual({
    source: 'network',
    sha256: expectedHash,
    ranges: [`bytes=${stopAfter}-`],
    bytesFetched: bytes - stopAfter,
  });
  expect(await next.list()).toMatchObject([{ complete: true, bytes }]);
});

test('of a tokenizer.json without an end nothing is kept', async () => {
  const { tab } = openTab();
  const url = new URL('/models/m/tokenizer.json', location.href).href;
  const endless: RemoteFile = {
    url,
    kind: 'json',
    expected: null,
    label: { model: 'm', path: 'tokenizer.json' },
  };
  const { code, bytesFetched } = await tab.downloadEndless(endless);
  expect(code).toBe('model-unsupported');
  expect(bytesFetched).toBeLessThanOrEqual(70 * 2 ** 20);
  expect(await tab.list()).toEqual([]);
});

test('two tabs that want a file at once download it once', async () => {
  const reports = await Promise.all([openTab().tab.download(file), openTab().tab.download(file)]);
  expect(reports.map(({ sha256 }) => sha256)).toEqual([expectedHash, expectedHash]);
  expect(reports[0].bytesFetched + reports[1].bytesFetched).toBe(bytes);
});

test('files that are received at once all arrive', async () => {
  // Chromium loses answers to requests that are under way while a worker writes.
  const files = Array.from({ length: 24 }, (_, copy) => ({ ...file, url: `${file.url}?copy=${copy}` }));
  const { tab } = openTab();
  const reports = await Promise.all(files.map((one) => tab.download(one)));
  expect(new Set(reports.map(({ sha256 }) => sha256))).toEqual(new Set([expectedHash]));
});
