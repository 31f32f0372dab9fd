import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '../../../errors/engine-error.ts';
import { crossOriginFetch } from '../../testing/cross-origin.ts';
import {
  type Answer,
  brokenOff,
  FileServer,
  file,
  fileOfUnknownLength,
  htmlPage,
  stalled,
  status,
  storedCompressed,
} from '../../testing/file-server.ts';
import { brokenFileStore, MemoryFileStore } from '../../testing/memory-file-store.ts';
import { TestTimer } from '../../testing/test-timer.ts';
import { type FetchFileOptions, fetchFile as fetchFileWith } from './fetch-file.ts';
import type { RemoteFile } from './remote-file.ts';

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** 300 kB, so that it comes in several chunks. */
const weights = Uint8Array.from({ length: 300_000 }, (_, i) => (i === 0 ? 8 : (i * 31) % 251));
const flipped = weights.map((byte, i) => (i === 150_000 ? byte ^ 1 : byte));
const truncated = weights.slice(0, 200_000);
const json = new TextEncoder().encode('{"a": 1}');
const otherJson = new TextEncoder().encode('{"a": 2}');

let server: FileServer;
let store: MemoryFileStore;
let timer: TestTimer;
beforeEach(async () => {
  server = await FileServer.start();
  store = new MemoryFileStore();
  timer = new TestTimer();
});
afterEach(() => server.stop());

const pointer = new TextEncoder().encode(
  `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256Of(weights)}\nsize ${weights.length}\n`,
);

/** A fetched file with its bytes. */
async function fetchFile(file: RemoteFile, options: FetchFileOptions) {
  const fetched = await fetchFileWith(file, { timer, ...options });
  return { ...fetched, bytes: await fetched.bytes() };
}

/** The file "/f" with or without a hash that is known beforehand. */
function remote(kind: RemoteFile['kind'], expected: Uint8Array | null): RemoteFile {
  return {
    url: `${server.origin}/f`,
    kind,
    expected: expected && {
      bytes: expected.length,
      hash: { kind: 'sha256', hex: sha256Of(expected) },
    },
    label: { model: 'm', path: 'f' },
  };
}

const answerWith = (answer: Answer): void => void server.answers.set('/f', answer);

async function failure(promise: Promise<unknown>): Promise<EngineError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof EngineError) return error;
  throw error;
}

describe('a file with a known hash', () => {
  test('is downloaded once and then comes from the store without a request', async () => {
    answerWith(file(weights));
    const first = await fetchFile(remote('onnx', weights), { store });
    const second = await fetchFile(remote('onnx', weights), { store });
    expect(first).toMatchObject({ source: 'network', sha256: sha256Of(weights) });
    expect(second).toMatchObject({ source: 'store', sha256: sha256Of(weights) });
    expect(sha256Of(second.bytes)).toBe(sha256Of(weights));
    expect(server.requests).toEqual(['GET /f']);
  });

  test.each<[string, Answer, string, string]>([
    ['truncated', file(truncated), 'integrity', 'length'],
    ['truncated without an announced length', fileOfUnknownLength(truncated), 'integrity', 'length'],
    ['broken off', brokenOff(weights), 'download', 'interrupted'],
    ['altered in one bit', file(flipped), 'integrity', 'hash'],
    ['longer than it should be', file(Buffer.concat([weights, weights])), 'integrity', 'length'],
    ['empty', file(new Uint8Array()), 'integrity', 'length'],
    ['missing', status(404), 'download', 'http-status'],
    ['refused by the server', status(500), 'download', 'http-status'],
    ['an HTML page with status 200', htmlPage, 'integrity', 'html-page'],
  ])('that is %s fails, is not kept, and the next call tries again', async (_, answer, code, reason) => {
    answerWith(answer);
    const error = await failure(fetchFile(remote('onnx', weights), { store }));
    expect(error).toMatchObject({ code, details: { reason, url: `${server.origin}/f` } });
    expect(error.message).toContain(`${server.origin}/f`);
    expect(await store.paths()).toEqual([]);

    answerWith(file(weights));
    expect(sha256Of((await fetchFile(remote('onnx', weights), { store })).bytes)).toBe(sha256Of(weights));
  });

  test('names both lengths or both hashes', async () => {
    answerWith(file(truncated));
    const short = await failure(fetchFile(remote('onnx', weights), { store }));
    expect(short.message).toMatch(/200000 bytes instead of 300000/);
    answerWith(file(flipped));
    const altered = await failure(fetchFile(remote('onnx', weights), { store }));
    expect(altered.message).toContain(sha256Of(weights));
    expect(altered.message).toContain(sha256Of(flipped));
  });

  test('is taken under a wrong content type', async () => {
    answerWith((response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end(weights);
    });
    expect(sha256Of((await fetchFile(remote('onnx', weights), { store })).bytes)).toBe(sha256Of(weights));
  });

  test('is taken when the server compresses it on the way', async () => {
    answerWith((response) => {
      const packed = gzipSync(weights);
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length });
      response.end(packed);
    });
    expect(sha256Of((await fetchFile(remote('onnx', null), { store })).bytes)).toBe(sha256Of(weights));
  });

  test('that was damaged in the store is downloaded again', async () => {
    answerWith(file(weights));
    await fetchFile(remote('onnx', weights), { store });
    await store.damage(`${server.origin}/f`);
    const again = await fetchFile(remote('onnx', weights), { store });
    expect(server.requests).toEqual(['GET /f', 'GET /f']);
    expect(sha256Of(again.bytes)).toBe(sha256Of(weights));
    // The good copy has taken the place of the damaged one.
    expect((await store.list()).map(({ complete }) => complete)).toEqual([true]);
    await fetchFile(remote('onnx', weights), { store });
    expect(server.requests).toHaveLength(2);
  });

  test('whose stored copy cannot be read is downloaded again', async () => {
    answerWith(file(weights));
    await fetchFile(remote('onnx', weights), { store });
    store.directory.unreadable = 1;
    expect(sha256Of((await fetchFile(remote('onnx', weights), { store })).bytes)).toBe(sha256Of(weights));
    expect(server.requests).toEqual(['GET /f', 'GET /f']);
  });

  test('that can never be read from the store is downloaded again once, and the error says so', async () => {
    answerWith(file(weights));
    await fetchFile(remote('onnx', weights), { store });
    store.directory.unreadable = Infinity;
    const error = await failure(fetchFile(remote('onnx', weights), { store }));
    expect(error).toMatchObject({ code: 'integrity', details: { reason: 'unreadable' } });
    expect(error.message).toMatch(/\/f was downloaded, but its copy cannot be read: the file could not/);
    expect(server.requests).toEqual(['GET /f', 'GET /f']);
  });

  test('is downloaded again when another content is expected', async () => {
    answerWith(file(json));
    await fetchFile(remote('json', json), { store });
    answerWith(file(otherJson));
    expect((await fetchFile(remote('json', otherJson), { store })).bytes).toEqual(otherJson);
  });

  test('loads with a store that fails at everything', async () => {
    answerWith(file(weights));
    const fetched = await fetchFile(remote('onnx', weights), { store: brokenFileStore });
    expect(sha256Of(fetched.bytes)).toBe(sha256Of(weights));
  });

  test('reports its bytes as they arrive, up to all of them', async () => {
    answerWith(file(weights));
    const reports: [number, number | null][] = [];
    await fetchFile(remote('onnx', weights), { store, onBytes: (...report) => reports.push(report) });
    expect(reports.length).toBeGreaterThan(1);
    expect(reports.at(-1)).toEqual([weights.length, weights.length]);
    expect(reports.every(([loaded], i) => i === 0 || loaded > reports[i - 1]![0])).toBe(true);
  });
});

describe('a file without a known hash', () => {
  test.each<[string, Answer, string, string]>([
    ['broken off', brokenOff(json), 'download', 'interrupted'],
    ['an HTML page with status 200', htmlPage, 'integrity', 'html-page'],
    [
      'an HTML page under another type',
      file(new TextEncoder().encode('\uFEFF\n <html>')),
      'integrity',
      'html-page',
    ],
    ['not JSON', file(new TextEncoder().encode('{"a":')), 'integrity', 'not-json'],
    ['empty', file(new Uint8Array()), 'integrity', 'empty'],
  ])('that is %s fails and is not kept', async (_, answer, code, reason) => {
    answerWith(answer);
    expect(await failure(fetchFile(remote('json', null), { store }))).toMatchObject({
      code,
      details: { reason },
    });
    expect(await store.paths()).toEqual([]);
  });

  test('comes from the store while its ETag agrees', async () => {
    answerWith(file(json));
    await fetchFile(remote('json', null), { store });
    expect(await fetchFile(remote('json', null), { store })).toMatchObject({ source: 'store', bytes: json });
    expect(server.requests).toEqual(['GET /f', 'HEAD /f']);
  });

  test.each<[string, Answer]>([
    ['another ETag', file(otherJson)],
    ['no ETag and no date', fileOfUnknownLength(otherJson)],
    [
      'no answer to HEAD',
      (response, request) => (request.method === 'HEAD' ? status(405) : file(otherJson))(response, request),
    ],
  ])('is downloaded again when the server has %s', async (_, answer) => {
    answerWith(file(json));
    await fetchFile(remote('json', null), { store });
    answerWith(answer);
    expect(await fetchFile(remote('json', null), { store })).toMatchObject({
      source: 'network',
      bytes: otherJson,
    });
  });

  test('comes from the store when the server cannot be reached', async () => {
    answerWith(file(json));
    await fetchFile(remote('json', null), { store });
    const wanted = remote('json', null);
    await server.stop();
    expect(await fetchFile(wanted, { store })).toMatchObject({ source: 'store-offline', bytes: json });
  });

  test('is gone when the server says so, whatever the store has', async () => {
    answerWith(file(json));
    await fetchFile(remote('json', null), { store });
    answerWith(status(404));
    const error = await failure(fetchFile(remote('json', null), { store }));
    expect(error).toMatchObject({ code: 'download', details: { status: 404 } });
    expect(await store.paths()).toEqual(['/f']);
  });

  const toGet =
    (answer: Answer): Answer =>
    (response, request) =>
      (request.method === 'HEAD' ? file(otherJson) : answer)(response, request);

  test.each<[string, Answer]>([
    ['answers 429', status(429)],
    ['answers 503, as a service worker does without the network', status(503)],
    ['answers 403', status(403)],
    ['answers 401', status(401)],
    ['shows a page', htmlPage],
    ['shows a page with an ETag', file(new TextEncoder().encode('<!doctype html><title>Log in</title>'))],
    ['has a new content and is too busy for it', toGet(status(503))],
    ['has a new content that breaks off', toGet(brokenOff(otherJson))],
    ['sends nothing', file(new Uint8Array())],
  ])('comes from the store while the server %s, and stays there', async (_, answer) => {
    answerWith(file(json));
    await fetchFile(remote('json', null), { store });
    answerWith(answer);
    expect(await fetchFile(remote('json', null), { store })).toMatchObject({
      source: 'store-offline',
      bytes: json,
    });
    expect(await store.list()).toMatchObject([{ complete: true }]);
    answerWith(file(otherJson));
    expect(await fetchFile(remote('json', null), { store })).toMatchObject({
      source: 'network',
      bytes: otherJson,
    });
    expect(await store.list()).toMatchObject([{ complete: true }]);
  });

  test('is not waited for where a copy is stored and the server is busy', async () => {
    answerWith(file(json));
    await fetchFile(remote('json', null), { store });
    answerWith(status(503));
    await fetchFile(remote('json', null), { store });
    expect(timer.pauses).toEqual([]);
  });

  test('keeps its stored copy when the new content is not what it should be', async () => {
    answerWith(file(json));
    await fetchFile(remote('json', null), { store });
    answerWith(file(new TextEncoder().encode('{"a":')));
    expect((await failure(fetchFile(remote('json', null), { store }))).details.reason).toBe('not-json');
    answerWith(status(503));
    expect(await fetchFile(remote('json', null), { store })).toMatchObject({ bytes: json });
  });

  test('of weights may begin as markup does', async () => {
    const bytes = Uint8Array.of(0x3c, 0x21, 7, 8);
    answerWith(file(bytes));
    expect((await fetchFile(remote('weights', null), { store })).bytes).toEqual(bytes);
  });
});

describe('a Git LFS pointer', () => {
  test.each<[RemoteFile['kind'], string, Uint8Array | null]>([
    ['json', 'without a known hash', null],
    ['onnx', 'without a known hash', null],
    ['weights', 'without a known hash', null],
    ['text', 'without a known hash', null],
    ['onnx', 'in place of another content', weights],
    ['json', 'that a list of files takes for the file', pointer],
  ])('in place of a file of kind "%s" is called that, %s', async (kind, _, expected) => {
    answerWith(file(pointer));
    const error = await failure(fetchFile(remote(kind, expected), { store }));
    expect(error).toMatchObject({ code: 'integrity', details: { reason: 'lfs-pointer' } });
    expect(error.message).toMatch(/\/f is a Git LFS pointer instead of /);
    expect(await store.list()).toEqual([]);
  });
});

describe('from another origin, which keeps most headers to itself', () => {
  const fetch = crossOriginFetch;

  test.each<[string, Uint8Array | null]>([
    ['with', weights],
    ['without', null],
  ])('a file %s a known hash loads when it is compressed on the way', async (_, expected) => {
    answerWith(storedCompressed(weights));
    const totals: (number | null)[] = [];
    const fetched = await fetchFile(remote('onnx', expected), {
      store,
      fetch,
      onBytes: (loaded, total) => void (total !== null && totals.push(total - loaded)),
    });
    expect(sha256Of(fetched.bytes)).toBe(sha256Of(weights));
    expect(totals.every((missing) => missing! >= 0)).toBe(true);
  });

  test('a file without a known hash has its total in the progress where it is not compressed', async () => {
    answerWith(file(weights));
    const reports: (number | null)[] = [];
    await fetchFile(remote('onnx', null), { store, fetch, onBytes: (_, total) => reports.push(total) });
    expect(new Set(reports)).toEqual(new Set([weights.length]));
  });

  test.each<[string, boolean, typeof globalThis.fetch]>([
    ['with a known hash', true, fetch],
    ['without one', false, fetch],
    ['without one, from the same origin', false, globalThis.fetch],
  ])(
    'a file that is stored compressed and breaks off arrives all the same, %s',
    async (_, isKnown, fetch) => {
      const noise = new Uint8Array(randomBytes(300_000));
      noise[0] = 8;
      answerWith(storedCompressed(noise, 200_000));
      const fetched = await fetchFile(remote('onnx', isKnown ? noise : null), { store, fetch });
      expect(sha256Of(fetched.bytes)).toBe(sha256Of(noise));
    },
  );

  test('a file whose compression is broken is a download error', async () => {
    answerWith((response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': json.length });
      response.end(json);
    });
    const error = await failure(fetchFile(remote('json', null), { store, fetch }));
    expect(error).toMatchObject({ code: 'download', details: { reason: 'interrupted' } });
    expect(error.message).toContain(`${server.origin}/f`);
  });
});

test('a server that cannot be reached is a download error', async () => {
  const wanted = remote('json', null);
  await server.stop();
  const error = await failure(fetchFile(wanted, { store }));
  expect(error).toMatchObject({ code: 'download', details: { reason: 'unreachable', status: null } });
});

describe('abort', () => {
  test('in the middle of a download throws the reason, and nothing passes for the file', async () => {
    const controller = new AbortController();
    answerWith(stalled(weights, () => controller.abort()));
    const fetching = fetchFile(remote('onnx', weights), { store, signal: controller.signal });
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
    expect(await store.paths()).toEqual([]);
  });

  test('before the start sends no request', async () => {
    const fetching = fetchFile(remote('onnx', weights), { store, signal: AbortSignal.abort() });
    await expect(fetching).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.requests).toEqual([]);
  });
});
