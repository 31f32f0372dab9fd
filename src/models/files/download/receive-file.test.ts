import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentOfBytes } from '../../../../scripts/testing/hub-content.ts';
import type { HubFault } from '../../../../scripts/testing/hub-fault.ts';
import { HubServer } from '../../../../scripts/testing/hub-server.ts';
import { EngineError } from '../../../errors/engine-error.ts';
import { MemoryDirectory } from '../../testing/memory-directory.ts';
import { MemoryFileStore } from '../../testing/memory-file-store.ts';
import { OneTabLocks } from '../../testing/one-tab-locks.ts';
import { TestTimer } from '../../testing/test-timer.ts';
import { type FetchFileOptions, fetchFile } from './fetch-file.ts';
import type { RemoteFile } from './remote-file.ts';

/** 1 MB, so that it comes in many pieces. */
const weights = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i === 0 ? 8 : (i * 31 + (i >> 8)) % 251));
const content = contentOfBytes(weights);
const path = 'onnx/model_q4.onnx';

let hub: HubServer;
let store: MemoryFileStore;
let timer: TestTimer;
beforeEach(async () => {
  hub = await HubServer.start();
  hub.commit('o/m', new Map([[path, content]]));
  store = new MemoryFileStore();
  timer = new TestTimer();
});
afterEach(() => hub.stop());

const remote = (isHashed = true): RemoteFile => ({
  url: `${hub.url}/o/m/resolve/main/${path}`,
  kind: 'onnx',
  expected: isHashed ? { bytes: content.bytes, hash: { kind: 'sha256', hex: content.sha256 } } : null,
  label: { model: 'o/m', path },
});

async function receive(options: Partial<FetchFileOptions> = {}, file = remote()): Promise<string> {
  const fetched = await fetchFile(file, { store, timer, ...options });
  return createHash('sha256')
    .update(await fetched.bytes())
    .digest('hex');
}

async function failure(promise: Promise<unknown>): Promise<EngineError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof EngineError) return error;
  throw error;
}

const inject = (...faults: readonly HubFault[]): void => {
  for (const fault of faults) hub.inject({ place: 'cdn', path }, fault);
};

/** Ranges that the CDN was asked for, in order. */
const ranges = (): (string | null)[] =>
  hub.requests.filter(({ place }) => place === 'cdn').map(({ range }) => range);

const partBytes = async (): Promise<number> => (await store.list())[0]?.bytes ?? 0;

const cut = (afterBytes: number): HubFault => ({ kind: 'cut', afterBytes });
const status = (code: number, retryAfter?: string): HubFault => ({
  kind: 'status',
  status: code,
  ...(retryAfter !== undefined && { retryAfter }),
});

describe('a download goes on', () => {
  test.each<[string, readonly HubFault[], readonly number[]]>([
    ['after the server was busy', [status(503), status(500)], [1000, 2000]],
    ['when the server said it may', [status(429, '7'), status(503, '2')], [7000, 2000]],
    ['at the date that the server gave', [status(429, 'Thu, 01 Jan 2026 00:00:05 GMT')], [5000]],
    ['after four attempts that brought next to nothing', Array(4).fill(cut(1000)), [1000, 2000, 4000, 8000]],
    [
      'however often it breaks, while it gains',
      Array.from({ length: 7 }, () => cut(130_000)),
      Array(7).fill(1000),
    ],
  ])('%s', async (_, faults, pauses) => {
    inject(...faults);
    expect(await receive()).toBe(content.sha256);
    expect(timer.pauses).toEqual(pauses);
    expect(await store.paths()).toEqual([`/o/m/resolve/main/${path}`]);
  });

  test('where the connection was cut, and downloads what was missing and no more', async () => {
    inject(cut(600_000));
    expect(await receive()).toBe(content.sha256);
    const [first, second] = hub.requests.filter(({ place }) => place === 'cdn');
    const start = Number(/^bytes=(\d+)-$/.exec(second!.range!)![1]);
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThanOrEqual(first!.bytesSent);
    expect(second).toMatchObject({ status: 206, bytesSent: content.bytes - start });
  });

  test('after a connection that brought nothing for half a minute', async () => {
    inject({ kind: 'stall', afterBytes: 500_000 });
    const onBytes = (bytes: number): void => void (bytes === 500_000 && timer.stallNext());
    expect(await receive({ onBytes })).toBe(content.sha256);
    expect(ranges()).toEqual([null, 'bytes=500000-']);
  });

  test('in another tab, where one that is gone stopped', async () => {
    inject({ kind: 'stall', afterBytes: 700_000 });
    await new Promise<void>((resolve) => {
      void receive({ onBytes: (bytes) => bytes === 700_000 && resolve() }).catch(() => {});
    });
    // What is on disk when a tab dies: nothing has been closed or cleared up.
    const left = new MemoryDirectory();
    for (const [name, bytes] of store.directory.files) left.files.set(name, bytes);
    store = new MemoryFileStore(left);
    const missing = content.bytes - (await partBytes());
    expect(missing).toBe(300_000);
    const before = hub.bytesSentOf(path);
    // Its locks went with the tab that is gone.
    expect(await receive({ locks: new OneTabLocks() })).toBe(content.sha256);
    expect(hub.bytesSentOf(path) - before).toBeLessThanOrEqual(1.01 * missing);
  });

  test('after it was aborted', async () => {
    const controller = new AbortController();
    const onBytes = (bytes: number): void => void (bytes > 400_000 && controller.abort());
    await expect(receive({ signal: controller.signal, onBytes })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const missing = content.bytes - (await partBytes());
    const before = hub.bytesSentOf(path);
    expect(await receive()).toBe(content.sha256);
    expect(hub.bytesSentOf(path) - before).toBe(missing);
  });

  test('without a request where the last byte came before the tab was closed', async () => {
    await receive();
    for (const [name, bytes] of store.directory.files) {
      if (!name.endsWith('.json')) continue;
      const record = JSON.parse(new TextDecoder().decode(bytes));
      store.directory.files.set(
        name,
        new Uint8Array(new TextEncoder().encode(JSON.stringify({ ...record, complete: null }))),
      );
    }
    const { length } = hub.requests;
    expect(await receive()).toBe(content.sha256);
    expect(hub.requests).toHaveLength(length);
  });

  test('without a hash while the ETag stays the same', async () => {
    inject(cut(600_000));
    expect(await receive({}, remote(false))).toBe(content.sha256);
    expect(hub.bytesSentOf(path)).toBeLessThan(1.7 * content.bytes);
    expect(ranges()).toEqual([null, expect.stringMatching(/^bytes=/)]);
  });
});

describe('a download begins anew', () => {
  test.each<[string, readonly HubFault[]]>([
    ['the range does not exist', [cut(600_000), status(416)]],
    ['the answer begins elsewhere', [cut(600_000), { kind: 'wrong-content-range', shift: 100 }]],
    ['the ETag has changed', [cut(600_000), { kind: 'new-etag' }]],
    ['the whole comes in place of the rest', [cut(600_000), { kind: 'no-ranges' }]],
    ['the parts do not make the file', [cut(600_000), { kind: 'wrong-bytes' }]],
  ])('when %s', async (_, faults) => {
    inject(...faults);
    expect(await receive()).toBe(content.sha256);
    expect(await store.paths()).toHaveLength(1);
  });

  test('without a hash, when the content has changed in between', async () => {
    inject(cut(600_000), { kind: 'new-etag' });
    expect(await receive({}, remote(false))).toBe(content.sha256);
  });

  test('when what is stored was damaged', async () => {
    inject(...Array.from({ length: 5 }, () => cut(10_000)));
    await failure(receive());
    for (const [name, bytes] of store.directory.files) if (name.endsWith('.bytes')) bytes[100]! ^= 1;
    expect(await receive()).toBe(content.sha256);
  });

  test('when the stored part is longer than the file', async () => {
    inject(...Array.from({ length: 5 }, () => cut(10_000)));
    await failure(receive());
    for (const name of store.directory.files.keys()) {
      if (name.endsWith('.bytes')) store.directory.files.set(name, new Uint8Array(content.bytes + 1));
    }
    expect(await receive()).toBe(content.sha256);
  });
});

describe('a download fails', () => {
  test.each<[string, readonly HubFault[], string, string]>([
    ['401', [status(401)], 'download', 'access'],
    ['403', [status(403)], 'download', 'access'],
    ['404', [status(404)], 'download', 'http-status'],
    ['416 without a range', [status(416)], 'download', 'http-status'],
    ['503 five times', Array(5).fill(status(503)), 'download', 'http-status'],
    ['429 for an hour', [status(429, '3600')], 'download', 'http-status'],
    ['connections cut at once, five times', Array(5).fill(cut(1000)), 'download', 'interrupted'],
    ['a wrong byte', [{ kind: 'wrong-bytes' }], 'integrity', 'hash'],
    ['a page with status 200', [{ kind: 'html-page' }], 'integrity', 'html-page'],
  ])(
    'at %s: an error that says so, nothing served, and the next one works',
    async (_, faults, code, reason) => {
      inject(...faults);
      const error = await failure(receive());
      expect(error).toMatchObject({ code, details: { reason } });
      expect(error.message).toContain(path);
      expect(await store.paths()).toEqual([]);
      expect(await receive()).toBe(content.sha256);
    },
  );

  test.each<[string, readonly HubFault[]]>([
    ['html-page', [{ kind: 'html-page' }]],
    ['lfs-pointer', [{ kind: 'lfs-pointer' }]],
    ['access', [status(403)]],
    ['http-status', Array(5).fill(status(503))],
    // The rest does not fit, and the whole that is asked for then does not come.
    ['html-page', [{ kind: 'wrong-content-range', shift: 9 }, { kind: 'html-page' }]],
    ['http-status', [status(416), ...Array(5).fill(status(429))]],
  ])('with reason %s and keeps what it has, where only the answer was bad', async (reason, faults) => {
    inject(cut(600_000), ...faults);
    expect((await failure(receive())).details.reason).toBe(reason);
    const missing = content.bytes - (await partBytes());
    expect(missing).toBeLessThan(content.bytes);
    const before = hub.bytesSentOf(path);
    expect(await receive()).toBe(content.sha256);
    expect(hub.bytesSentOf(path) - before).toBe(missing);
  });

  test('and keeps nothing that failed its check', async () => {
    inject({ kind: 'wrong-bytes' });
    await failure(receive());
    expect(store.directory.files.size).toBe(0);
  });
});

describe('where old and new content do not fit together', () => {
  const older = weights.map((byte, index) => (index === 0 ? byte : byte ^ 1));

  /** The store holds an older content of the same address. */
  async function storeOlder(): Promise<string> {
    const old = contentOfBytes(older);
    hub.commit('o/m', new Map([[path, old]]));
    await receive(
      {},
      { ...remote(), expected: { bytes: old.bytes, hash: { kind: 'sha256', hex: old.sha256 } } },
    );
    hub.commit('o/m', new Map([[path, content]]));
    return `sha256:${old.sha256}`;
  }

  const storedContents = async (): Promise<(string | null)[]> =>
    (await store.list()).map(({ key }) => key.content);

  test.each<[string, 'estimatedQuotaBytes' | 'quotaBytes']>([
    ['that the browser knows of', 'estimatedQuotaBytes'],
    ['that shows in the middle', 'quotaBytes'],
  ])('the old one goes when the new one comes: a limit %s', async (_, limit) => {
    const old = await storeOlder();
    store.directory[limit] = 1_500_000;
    inject(status(403));
    await failure(receive());
    expect(await storedContents()).toEqual([old]);
    inject({ kind: 'html-page' });
    await failure(receive());
    expect(await storedContents()).toEqual([old]);
    expect(await receive()).toBe(content.sha256);
    expect(await storedContents()).toEqual([`sha256:${content.sha256}`]);
  });

  test('the old one stays where the new one would not fit even then', async () => {
    const old = await storeOlder();
    store.directory.estimatedQuotaBytes = 1_000_000;
    hub.commit('o/m', new Map([[path, contentOfBytes(new Uint8Array(3_000_000))]]));
    const file = { ...remote(false), url: remote().url };
    expect(await failure(receive({}, file))).toMatchObject({
      code: 'storage-full',
      details: { bytesWanted: 3_000_000 },
    });
    expect(await storedContents()).toEqual([old]);
  });
});

describe('a full disk', () => {
  test('that the browser knows of fails before the first byte, with both numbers', async () => {
    store.directory.estimatedQuotaBytes = 900_000;
    const error = await failure(receive());
    expect(error).toMatchObject({ code: 'storage-full', details: { bytesWanted: 1_000_000 } });
    expect(error.message).toMatch(/1\.0 MB of storage.*0\.9 MB is left/);
    expect(store.directory.files.size).toBe(0);
  });

  test.each([
    ['in the middle', false],
    ['at the end alone, when bytes are missing,', true],
  ])('that shows %s fails, and what was written is freed', async (_, losesWrites) => {
    store.directory.quotaBytes = 500_000;
    store.directory.losesWrites = losesWrites;
    expect(await failure(receive())).toMatchObject({ code: 'storage-full' });
    expect(store.directory.usedBytes).toBe(0);
  });
});

test('of two tabs one downloads, and both have the file', async () => {
  const locks = new OneTabLocks();
  const tabs = [receive({ locks }), receive({ locks, store: new MemoryFileStore(store.directory) })];
  expect(await Promise.all(tabs)).toEqual([content.sha256, content.sha256]);
  expect(hub.bytesSentOf(path)).toBe(content.bytes);
});

test('whatever goes wrong in whatever order, what is served and what is kept is the file', async () => {
  const faults = fc.oneof<fc.Arbitrary<HubFault>[]>(
    fc.nat(1_000_000).map(cut),
    fc.constantFrom(...[401, 404, 416, 429, 503].map((code) => status(code))),
    fc.constantFrom<HubFault[]>(
      { kind: 'wrong-bytes' },
      { kind: 'html-page' },
      { kind: 'no-ranges' },
      { kind: 'new-etag' },
      { kind: 'wrong-content-range', shift: 1 },
    ),
  );
  const plans = fc.sample(fc.array(faults, { minLength: 2, maxLength: 8 }), { numRuns: 15, seed: 8 });
  let served = 0;
  for (const plan of plans) {
    store = new MemoryFileStore();
    inject(...plan);
    for (let load = 0; load < 2; load++) {
      const outcome = await receive().catch((error: unknown) => error);
      if (typeof outcome === 'string') {
        expect(outcome).toBe(content.sha256);
        served += 1;
      } else expect(outcome).toBeInstanceOf(EngineError);
      for (const file of await store.list()) {
        const stored = await store.find(file.key);
        const bytes = stored && new Uint8Array(await stored.blob.arrayBuffer());
        if (bytes) expect(createHash('sha256').update(bytes).digest('hex')).toBe(content.sha256);
      }
    }
  }
  expect(served).toBeGreaterThan(plans.length / 2);
});
