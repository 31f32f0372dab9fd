import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  contentOfBytes,
  contentsOfFolder,
  type HubContent,
} from '../../../../scripts/testing/hub-content.ts';
import type { HubFault } from '../../../../scripts/testing/hub-fault.ts';
import { HubServer } from '../../../../scripts/testing/hub-server.ts';
import { EngineError } from '../../../errors/engine-error.ts';
import { withDataBeside } from '../../testing/data-beside.ts';
import { MemoryFileStore } from '../../testing/memory-file-store.ts';
import { TestTimer } from '../../testing/test-timer.ts';
import type { FetchModelOptions } from '../folder-fetch.ts';
import type { LoadProgress } from '../load-progress.ts';
import { describeModel, fetchModelFiles } from '../model-files.ts';
import type { HubModel } from './hub-model.ts';

const draftFolder = new URL('../../../../public/models/story-draft/', import.meta.url);
const draft = await contentsOfFolder(draftFolder.pathname);
const onnxPath = 'onnx/model_q4.onnx';
const weights = draft.get(onnxPath)!;

let hub: HubServer;
let store: MemoryFileStore;
let timer: TestTimer;
let commit: string;
beforeEach(async () => {
  hub = await HubServer.start({ pageSize: 3 });
  commit = hub.commit('o/m', draft);
  store = new MemoryFileStore();
  timer = new TestTimer();
});
afterEach(() => hub.stop());

function load(model: string | HubModel = 'o/m', options: Partial<FetchModelOptions> = {}) {
  return fetchModelFiles(model, { ...loadOptions(), ...options });
}

const loadOptions = (): FetchModelOptions => ({
  modelsUrl: 'http://127.0.0.1:9/models/',
  hubUrl: hub.url,
  store,
  timer,
  target: { backend: 'wasm', hasShaderF16: false },
});

async function failure(promise: Promise<unknown>): Promise<EngineError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof EngineError) return error;
  throw error;
}

const hubPaths = (): string[] => hub.requests.filter(({ place }) => place === 'hub').map(({ path }) => path);
const withFile = (path: string, content: HubContent | null): Map<string, HubContent> => {
  const files = new Map(draft);
  if (content) files.set(path, content);
  else files.delete(path);
  return files;
};

describe('a repository', () => {
  test('brings files that were compared with its list, small ones by the hash that git has of them', async () => {
    const files = await load();
    expect(files).toMatchObject({
      id: 'o/m',
      title: 'm',
      dtype: 'q4',
      verified: true,
      sha256: weights.sha256,
    });
    expect(Buffer.compare(files.onnx, readFileSync(new URL(onnxPath, draftFolder)))).toBe(0);
  });

  test.each([...draft.keys()])(
    'fails when %s is altered on its way, and keeps no copy of it',
    async (path) => {
      // Once more where the parts are put together anew.
      hub.inject({ path, place: path === onnxPath ? 'cdn' : 'hub' }, { kind: 'wrong-bytes' });
      expect(await failure(load())).toMatchObject({ code: 'integrity', details: { reason: 'hash' } });
      expect((await store.paths()).filter((stored) => stored.endsWith(`/${path}`))).toEqual([]);
      expect((await load()).verified).toBe(true);
    },
  );

  test('is read at one commit, whatever is committed meanwhile', async () => {
    hub.inject({ path: 'config.json' }, { kind: 'status', status: 503 });
    const moveOn: typeof globalThis.fetch = (input, init) => {
      if (String(input).endsWith('config.json')) hub.commit('o/m', withFile('tokenizer.json', null));
      return globalThis.fetch(input, init);
    };
    expect((await load('o/m', { fetch: moveOn })).verified).toBe(true);
  });

  test('of a branch that has moved on is loaded anew, but for what stayed the same', async () => {
    await load();
    const config = JSON.parse(readFileSync(new URL('config.json', draftFolder), 'utf8'));
    const changed = { ...config, max_position_embeddings: 256 };
    hub.commit('o/m', withFile('config.json', contentOfBytes(Buffer.from(JSON.stringify(changed)))));
    const files = await load();
    expect(files.config.contextLength).toBe(256);
    expect(hub.bytesSentOf(onnxPath)).toBe(weights.bytes);
    // One copy of each: the old one is gone.
    expect((await store.list()).filter(({ path }) => path === 'config.json')).toHaveLength(1);
  });

  test('asks one question on a second visit', async () => {
    await load();
    hub.requests.length = 0;
    await load();
    expect(hubPaths()).toEqual(['api/revision']);
  });

  test('loads again without the network', async () => {
    await load();
    await hub.stop();
    expect(await load()).toMatchObject({ verified: true, sha256: weights.sha256 });
  });

  const unavailable: readonly (readonly [string, HubFault])[] = [
    ['answers 500', { kind: 'status', status: 500 }],
    ['answers 429', { kind: 'status', status: 429, retryAfter: '3600' }],
    ['answers 403', { kind: 'status', status: 403 }],
    ['shows a page', { kind: 'html-page' }],
  ];

  test.each(unavailable)('loads again while the hub %s, without waiting', async (_, fault) => {
    await load();
    for (const path of ['api/revision', 'api/tree']) hub.inject({ path }, fault, Infinity);
    expect(await load()).toMatchObject({ verified: true, sha256: weights.sha256 });
    expect(timer.pauses).toEqual([]);
  });

  /** The branch moves on to another config.json and other weights. */
  function moveOn(): void {
    const config = JSON.parse(readFileSync(new URL('config.json', draftFolder), 'utf8'));
    const changed = contentOfBytes(Buffer.from(JSON.stringify({ ...config, max_position_embeddings: 256 })));
    const { onnx } = withDataBeside(readFileSync(new URL(onnxPath, draftFolder)), 'model_q4.onnx_data');
    const files = withFile('config.json', changed).set(onnxPath, contentOfBytes(onnx));
    hub.commit('o/m', files.set(`${onnxPath}_data`, weights));
  }

  test.each(unavailable)(
    'that has moved on loads as it was while the server %s in place of new weights, and anew afterwards',
    async (_, fault) => {
      await load();
      const before = await store.paths();
      moveOn();
      hub.inject({ path: onnxPath, place: 'cdn' }, fault, Infinity);
      expect(await load()).toMatchObject({ sha256: weights.sha256, config: { contextLength: 512 } });
      // Nor does the newer list of files hide what is stored from those who cannot reach the hub.
      const fetch = () => Promise.reject(new TypeError('no network'));
      expect(await load('o/m', { fetch })).toMatchObject({ sha256: weights.sha256 });
      expect(await store.paths()).toEqual(expect.arrayContaining(before));

      hub.clearFaults();
      const files = await load();
      expect(files.config.contextLength).toBe(256);
      expect(files.externalFiles).toHaveLength(1);
      // Of what has changed the older copies are gone.
      expect((await store.list()).filter(({ path }) => path === onnxPath)).toHaveLength(1);
      expect(await load('o/m', { fetch })).toMatchObject({ config: { contextLength: 256 } });
    },
  );

  test('that has moved on keeps what has arrived of its new files while it loads as it was', async () => {
    await load();
    const changed = readFileSync(new URL(onnxPath, draftFolder));
    changed[changed.length - 1]! ^= 1;
    hub.commit('o/m', withFile(onnxPath, contentOfBytes(changed)));
    const pattern = { path: onnxPath, place: 'cdn' } as const;
    hub.inject(pattern, { kind: 'cut', afterBytes: 300_000 });
    hub.inject(pattern, { kind: 'status', status: 503 }, Infinity);
    expect(await load()).toMatchObject({ sha256: weights.sha256 });
    const parts = (await store.list()).filter(({ complete }) => !complete);
    expect(parts).toMatchObject([{ path: onnxPath, bytes: 300_000 }]);
  });

  test('that has moved on and was never stored whole says why its new files do not come', async () => {
    await load();
    await store.remove((await store.list()).find(({ path }) => path === 'tokenizer.json')!.key);
    moveOn();
    hub.inject({ path: 'config.json' }, { kind: 'status', status: 503 }, Infinity);
    const error = await failure(load());
    expect(error).toMatchObject({ code: 'download', details: { status: 503 } });
    expect(error.message).toContain('config.json');
  });

  test('with a JSON file that is none names it, also where its hash agrees', async () => {
    hub.commit('o/m', withFile('tokenizer.json', contentOfBytes(Buffer.from('{"a":'))));
    const error = await failure(load());
    expect(error).toMatchObject({ code: 'integrity', details: { reason: 'not-json' } });
    expect(error.message).toContain('tokenizer.json');
  });

  test('at a commit asks nothing at all on a second visit', async () => {
    await load({ repo: 'o/m', revision: commit });
    hub.requests.length = 0;
    expect((await load(`o/m@${commit}`)).id).toBe(`o/m@${commit}`);
    expect(hub.requests).toEqual([]);
  });

  test('at another revision is another model', async () => {
    hub.commit('o/m', withFile('generation_config.json', null), { branch: 'refs/pr/1' });
    expect(await load('o/m@refs/pr/1')).toMatchObject({ id: 'o/m@refs/pr/1', eosTokenIds: [0] });
    expect(hubPaths()).not.toContain('generation_config.json');
  });

  test('on another host is loaded from there', async () => {
    const files = await load({ repo: 'o/m', host: hub.url, dtype: 'q4' }, { hubUrl: 'http://127.0.0.1:9' });
    expect(files.id).toBe(`hub+${hub.url}/o/m:q4`);
  });

  test('waits for a hub that is busy', async () => {
    hub.inject({ path: 'api/revision' }, { kind: 'status', status: 429, retryAfter: '3' });
    hub.inject({ path: 'api/tree' }, { kind: 'status', status: 502 });
    expect((await load()).verified).toBe(true);
    expect(timer.pauses).toEqual([3000, 1000]);
  });

  test('gives way to an id of a catalogue with the same name', async () => {
    const catalogue = JSON.parse(readFileSync(new URL('../catalogue.json', draftFolder), 'utf8'));
    const entry = catalogue.models.find(({ id }: { id: string }) => id === 'story-draft');
    const named = JSON.stringify({ version: 1, models: [{ ...entry, id: 'o/m' }] });
    const fetch: typeof globalThis.fetch = async (input) => {
      const path = String(input).replace('http://x/models/', '');
      if (path === 'catalogue.json') return new Response(named);
      const content = draft.get(path.replace('story-draft/', ''));
      if (!content) return new Response(null, { status: 404 });
      return new Response(readFileSync(new URL(path.replace('story-draft/', ''), draftFolder)));
    };
    expect(await load('o/m', { modelsUrl: 'http://x/models/', fetch })).toMatchObject({ title: entry.title });
    expect(hub.requests).toEqual([]);
  });
});

describe('a repository that is not there', () => {
  test.each<[string, string, Partial<EngineError>, RegExp]>([
    ['by its name', 'o/nothing', { code: 'download' }, /o\/nothing is private, gated, or does not exist/],
    ['at that revision', 'o/m@v9', { code: 'model-load' }, /no repository o\/m with a revision "v9"/],
    ['with those weights', 'o/m:fp16', { code: 'model-unsupported' }, /no weights of dtype fp16. It has q4/],
  ])('%s is refused', async (_, model, expected, message) => {
    const error = await failure(load(model));
    expect(error).toMatchObject(expected);
    expect(error.message).toMatch(message);
  });

  test('as a model has no tokenizer.json, and says so before any weights', async () => {
    hub.commit('o/m', withFile('tokenizer.json', null));
    const error = await failure(load());
    expect(error).toMatchObject({ code: 'model-unsupported', details: { path: 'tokenizer.json' } });
  });

  test.each<[string, HubFault]>([
    ['answers with an error', { kind: 'status', status: 200 }],
    ['shows a page', { kind: 'html-page' }],
  ])('because the host is no hub, and %s', async (_, fault) => {
    hub.inject({ path: 'api/revision' }, fault);
    const error = await failure(load());
    expect(error).toMatchObject({ code: 'integrity', details: { reason: 'not-json' } });
    expect(error.message).toContain('does not answer like a Hugging Face hub for o/m');
  });
});

describe('a token', () => {
  const token = 'secret-of-mine';
  beforeEach(() => void hub.commit('o/private', draft, { token }));

  test('opens a private repository, and goes to the hub alone', async () => {
    await load('o/private', { token });
    const seen = (place: 'hub' | 'cdn') =>
      new Set(
        hub.requests.filter((request) => request.place === place).map((request) => request.authorization),
      );
    expect(seen('hub')).toEqual(new Set([`Bearer ${token}`]));
    expect(seen('cdn')).toEqual(new Set([null]));
  });

  test('is nowhere in what is stored', async () => {
    await load('o/private', { token });
    for (const bytes of store.directory.files.values()) {
      expect(Buffer.from(bytes).includes(token)).toBe(false);
    }
  });

  test.each([undefined, 'of-somebody-else'])(
    'that is %s leaves it closed, and is not in the error',
    async (given) => {
      const error = await failure(load('o/private', { token: given }));
      expect(error.message).toContain('o/private');
      expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain(
        'somebody-else',
      );
    },
  );

  test('is asked for by name where a repository is gated', async () => {
    hub.commit('o/gated', draft, { isGated: true });
    const error = await failure(load('o/gated'));
    expect(error).toMatchObject({ code: 'download', details: { reason: 'access', status: 401 } });
    expect(error.message).toMatch(/gated.*Accept its terms at .*o\/gated, then give a token/);
  });

  test('is not shown to hosts of other models', async () => {
    await failure(load('nobody', { token, modelsUrl: hub.url }));
    expect(hub.requests.length).toBeGreaterThan(0);
    expect(hub.requests.every(({ authorization }) => authorization === null)).toBe(true);
  });

  test('is not sent in the clear', async () => {
    const error = await failure(load({ repo: 'o/m', host: 'http://hub.example' }, { token }));
    expect(error).toMatchObject({ code: 'invalid-request', details: { field: 'token' } });
  });
});

describe('weights', () => {
  const exports = (...dtypes: string[]) =>
    new Map([
      ...withFile(onnxPath, null),
      ...dtypes.map((suffix) => [`onnx/model${suffix}.onnx`, weights] as const),
    ]);

  test.each<[string, string[], FetchModelOptions['target'], string]>([
    ['q4 on WASM', ['_q4f16', '_q4', ''], { backend: 'wasm', hasShaderF16: false }, 'q4'],
    ['q4f16 on a GPU with float16', ['_q4', '_q4f16'], { backend: 'webgpu', hasShaderF16: true }, 'q4f16'],
    ['q4 on a GPU without', ['_q4f16', '_q4'], { backend: 'webgpu', hasShaderF16: false }, 'q4'],
    ['fp32 rather than int8', ['_quantized', ''], { backend: 'wasm', hasShaderF16: false }, 'fp32'],
    [
      'what a GPU without float16 can run',
      ['_q4f16', '_quantized'],
      { backend: 'webgpu', hasShaderF16: false },
      'q8',
    ],
    ['int8 where there is nothing else', ['_int8'], { backend: 'wasm', hasShaderF16: false }, 'int8'],
  ])('are %s', async (_, dtypes, target, chosen) => {
    hub.commit('o/m', exports(...dtypes));
    expect((await load('o/m', { target })).dtype).toBe(chosen);
  });

  const beside = withDataBeside(readFileSync(new URL(onnxPath, draftFolder)), 'model_q4.onnx_data');
  const withBeside = (data: HubContent | null, onnx = beside.onnx) => {
    const files = withFile(onnxPath, contentOfBytes(onnx));
    if (data) files.set(`${onnxPath}_data`, data);
    return files;
  };

  test('beside the ONNX file come with it, are counted, and are checked', async () => {
    hub.commit('o/m', withBeside(weights));
    const reports: LoadProgress[] = [];
    const files = await load('o/m', { onProgress: (report) => reports.push(report) });
    expect(files.externalFiles.map(({ path }) => path)).toEqual(['model_q4.onnx_data']);
    expect(Buffer.compare(files.externalFiles[0]!.data, beside.externalFiles[0]!.data)).toBe(0);
    expect(files.verified).toBe(true);
    expect(files.sha256).not.toBe(contentOfBytes(beside.onnx).sha256);
    expect(reports.every(({ bytesTotal }) => bytesTotal === files.bytes)).toBe(true);
    expect(reports.at(-1)).toMatchObject({ filesDone: 6, bytesLoaded: files.bytes });
  });

  test('beside the ONNX file count before anything is downloaded', async () => {
    hub.commit('o/m', withBeside(weights));
    expect(await describeModel('o/m', loadOptions())).toMatchObject({
      dtype: 'q4',
      weightBytes: weights.bytes + beside.onnx.byteLength,
    });
    expect(hubPaths()).not.toContain(onnxPath);
  });

  test('that are refused once they are described are not downloaded', async () => {
    const refuse = () => {
      throw new EngineError('out-of-memory', 'too large');
    };
    const options = { ...loadOptions(), onDescription: refuse };
    expect((await failure(fetchModelFiles('o/m', options))).code).toBe('out-of-memory');
    expect(hubPaths()).not.toContain(onnxPath);
  });

  test('beside the ONNX file that are missing are named', async () => {
    hub.commit('o/m', withBeside(null));
    const error = await failure(load());
    expect(error).toMatchObject({ code: 'model-unsupported', details: { path: `${onnxPath}_data` } });
  });

  test('in a file outside the folder are refused', async () => {
    const elsewhere = withDataBeside(readFileSync(new URL(onnxPath, draftFolder)), '../../config.json');
    hub.commit('o/m', withBeside(weights, elsewhere.onnx));
    expect(await failure(load())).toMatchObject({ code: 'model-unsupported' });
  });
});
