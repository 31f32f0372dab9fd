import { cp, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineError } from '../../../errors/engine-error.ts';
import { type Answer, FileServer, file } from '../../testing/file-server.ts';
import { MemoryFileStore } from '../../testing/memory-file-store.ts';
import { TestTimer } from '../../testing/test-timer.ts';
import { listRepository } from '../hub/repository-listing.ts';
import { resolveModel } from '../model-address.ts';
import { fetchModelFiles } from '../model-files.ts';
import { fetchFile } from './fetch-file.ts';
import type { RemoteFile } from './remote-file.ts';

const MiB = 2 ** 20;
/** JSON may begin with blanks, so that the beginning of this looks like a file. */
const piece = Buffer.alloc(MiB, ' ');
const twoGB = 2e9;

let server: FileServer;
let store: MemoryFileStore;
/** That the server has sent, or has ready for a reader who is slower. */
let sentBytes: number;
beforeEach(async () => {
  server = await FileServer.start();
  store = new MemoryFileStore();
  sentBytes = 0;
});
afterEach(() => server.stop());

/** Pieces for as long as somebody takes them. */
const endless =
  (headers: Record<string, string | number>, next: Buffer = piece): Answer =>
  (response, request) => {
    response.writeHead(200, headers);
    if (request.method === 'HEAD') return void response.end();
    const write = (): void => {
      while (!response.destroyed) {
        sentBytes += next.byteLength;
        if (!response.write(next)) return void response.once('drain', write);
      }
    };
    write();
  };
/** 1 MiB in 1 kB. Members of gzip, one behind the other, are one file. */
const bomb = gzipSync(piece);

const remote = (path: string, kind: RemoteFile['kind'], expected: RemoteFile['expected'] = null) => ({
  url: `${server.origin}/${path}`,
  kind,
  expected,
  label: { model: 'm', path },
});
const fetchRemote = (wanted: RemoteFile) => fetchFile(wanted, { store, timer: new TestTimer() });

async function refusal(work: Promise<unknown>): Promise<EngineError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: EngineError) => error,
  );
}

describe('a file that is parsed in memory ends at its limit, and nothing of it is kept:', () => {
  test.each<[path: string, kind: RemoteFile['kind'], limit: number, by: string, answer: Answer]>([
    ['tokenizer.json', 'json', 64 * MiB, 'streamed', endless({})],
    ['config.json', 'json', 16 * MiB, 'streamed', endless({})],
    ['config.json', 'json', 16 * MiB, 'unpacked', endless({ 'content-encoding': 'gzip' }, bomb)],
    ['tokenizer.json', 'json', 64 * MiB, 'announced', endless({ 'content-length': twoGB })],
    ['chat_template.jinja', 'text', 16 * MiB, 'announced', endless({ 'content-length': twoGB })],
  ])('%s (%s, %i bytes, %s)', async (path, kind, limit, _by, answer) => {
    server.answers.set(`/${path}`, answer);
    const error = await refusal(fetchRemote(remote(path, kind)));
    expect(error).toMatchObject({ code: 'model-unsupported', details: { limit } });
    expect(error.message).toMatch(new RegExp(`${path} has \\d+ bytes or more; the limit .* is ${limit}\\.`));
    expect([await store.list(), store.directory.files.size]).toEqual([[], 0]);
    expect(sentBytes).toBeLessThanOrEqual(limit + 16 * MiB);
  });

  test('one that a list says is too long is not asked for', async () => {
    const expected = { bytes: twoGB, hash: { kind: 'sha256' as const, hex: '0'.repeat(64) } };
    const error = await refusal(fetchRemote(remote('tokenizer.json', 'json', expected)));
    expect(error).toMatchObject({ code: 'model-unsupported', details: { bytes: twoGB } });
    expect(server.requests).toEqual([]);
  });

  test('a good copy stays when the server has an endless one instead', async () => {
    const good = Buffer.from('{"a": 1}');
    server.answers.set('/config.json', file(good));
    await fetchRemote(remote('config.json', 'json'));
    server.answers.set('/config.json', endless({}));
    await refusal(fetchRemote(remote('config.json', 'json')));
    expect(await store.list()).toMatchObject([{ complete: true, bytes: good.byteLength }]);
  });

  test('a catalogue', async () => {
    server.answers.set('/models/catalogue.json', endless({}));
    const sources = { modelsUrl: `${server.origin}/models/`, store, timer: new TestTimer() };
    const error = await refusal(resolveModel('some-model', sources));
    expect(error).toMatchObject({ code: 'model-unsupported', details: { limit: 16 * MiB } });
    expect(await store.list()).toEqual([]);
  });

  test('a folder on this machine, before it is read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'antiphon-limit-'));
    try {
      await cp(
        new URL('../../../../public/models/story-draft/config.json', import.meta.url),
        `${folder}/config.json`,
      );
      const tokenizer = await open(`${folder}/tokenizer.json`, 'w');
      // Without a byte on the disk.
      await tokenizer.truncate(twoGB);
      await tokenizer.close();
      const target = { backend: 'wasm' as const, hasShaderF16: false };
      const sources = { modelsUrl: `${server.origin}/models/`, store, timer: new TestTimer(), target };
      const error = await refusal(fetchModelFiles(pathToFileURL(`${folder}/`).href, sources));
      expect(error).toMatchObject({ code: 'model-unsupported', details: { bytes: twoGB } });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the list of a repository', () => {
  const list = () =>
    listRepository(
      { host: server.origin, repo: 'o/m', revision: 'main' },
      { store, timer: new TestTimer(), model: 'o/m' },
    );
  const commit = 'a'.repeat(40);
  const revision = file(Buffer.from(JSON.stringify({ sha: commit, id: 'o/m', _id: '1' })));
  const tree = `/api/models/o/m/tree/${commit}`;

  test('whose page has no end is refused', async () => {
    server.answers.set('/api/models/o/m/revision/main', revision);
    server.answers.set(tree, endless({}));
    const error = await refusal(list());
    expect(error).toMatchObject({ code: 'model-unsupported', details: { limit: 16 * MiB } });
    expect(await store.list()).toEqual([]);
    expect(sentBytes).toBeLessThanOrEqual(32 * MiB);
  });

  test('whose pages have no end is refused', async () => {
    server.answers.set('/api/models/o/m/revision/main', revision);
    const oid = 'b'.repeat(40);
    const page = Array.from({ length: 1000 }, (_, i) => ({ type: 'file', path: `${i}`, size: 1, oid }));
    server.answers.set(tree, (response) => {
      response.writeHead(200, { link: `<${server.origin}${tree}?again>; rel="next"` });
      response.end(JSON.stringify(page));
    });
    const error = await refusal(list());
    expect(error).toMatchObject({ code: 'integrity' });
    expect(error.message).toContain('a list of more than 20000 files');
    expect(server.requests).toHaveLength(22);
    expect(await store.list()).toEqual([]);
  });
});
