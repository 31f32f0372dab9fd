import { readdirSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EngineError } from '../../errors/engine-error.ts';
import { withDataBeside } from '../testing/data-beside.ts';
import { type Answer, FileServer, file, htmlPage, stalled, status } from '../testing/file-server.ts';
import { MemoryFileStore } from '../testing/memory-file-store.ts';
import { TestTimer } from '../testing/test-timer.ts';
import { readCatalogue } from './catalogue.ts';
import type { FetchModelOptions } from './folder-fetch.ts';
import type { LoadProgress } from './load-progress.ts';
import { describeModel, fetchModelFiles, type ModelFiles } from './model-files.ts';

const modelsFolder = new URL('../../../public/models/', import.meta.url);
const draftFolder = new URL('story-draft/', modelsFolder);
const catalogueBytes = readFileSync(new URL('catalogue.json', modelsFolder));
const catalogue = readCatalogue(JSON.parse(catalogueBytes.toString()), 'catalogue.json');
const draftEntry = catalogue.models.find(({ id }) => id === 'story-draft')!;
const draftFiles = readdirSync(draftFolder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  statSync(new URL(path, draftFolder)).isFile(),
);
const draftBytes = (path: string): Uint8Array => readFileSync(new URL(path, draftFolder));
const onnx = draftBytes('onnx/model_q4.onnx');
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

let server: FileServer;
let store: MemoryFileStore;
beforeEach(async () => {
  server = await FileServer.start();
  store = new MemoryFileStore();
});
afterEach(() => server.stop());

/** Serves the files of story-draft as the folder `path`. */
function serveDraft(path: string): void {
  for (const name of draftFiles) server.answers.set(`${path}/${name}`, file(draftBytes(name)));
}

const serveCatalogue = (path = '/models/catalogue.json'): void =>
  void server.answers.set(path, file(catalogueBytes));

const options = (more: Partial<FetchModelOptions> = {}): FetchModelOptions => ({
  modelsUrl: `${server.origin}/models`,
  store,
  timer: new TestTimer(),
  target: { backend: 'wasm', hasShaderF16: false },
  ...more,
});

/** A promise, and the function that resolves it. */
function signalOnce(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function failure(promise: Promise<ModelFiles>): Promise<EngineError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof EngineError) return error;
  throw error;
}

describe('an id of the catalogue', () => {
  test('brings verified files and what they say', async () => {
    serveCatalogue();
    serveDraft('/models/story-draft');
    const files = await fetchModelFiles('story-draft', options());
    expect(files).toMatchObject({
      id: 'story-draft',
      title: draftEntry.title,
      config: { contextLength: 512, vocabSize: 1846, layers: 1 },
      eosTokenIds: [0],
      bosTokenId: 0,
      dtype: 'q4',
      verified: true,
      bytes: draftEntry.files.reduce((sum, { bytes }) => sum + bytes, 0),
      sha256: draftEntry.files.find(({ path }) => path.endsWith('.onnx'))!.sha256,
    });
    expect(Buffer.compare(files.onnx, onnx)).toBe(0);
    expect(files.onnx.byteOffset).toBe(0);
    expect(files.tokenizerConfig).toMatchObject({ model_max_length: 512 });
    const asked = ['catalogue.json', ...draftFiles.map((path) => `story-draft/${path}`)];
    expect(server.requests.toSorted()).toEqual(asked.map((path) => `GET /models/${path}`).toSorted());
  });

  test('loads again without the network', async () => {
    serveCatalogue();
    serveDraft('/models/story-draft');
    await fetchModelFiles('story-draft', options());
    const offline = options();
    await server.stop();
    const reports: LoadProgress[] = [];
    const files = await fetchModelFiles('story-draft', {
      ...offline,
      onProgress: (report) => reports.push(report),
    });
    expect(files.verified).toBe(true);
    expect(reports.at(-1)).toMatchObject({ stage: 'verify', cached: true, filesDone: 5 });
  });

  test('reports files and bytes up to the totals of the catalogue', async () => {
    serveCatalogue();
    serveDraft('/models/story-draft');
    const reports: LoadProgress[] = [];
    const { bytes } = await fetchModelFiles(
      'story-draft',
      options({ onProgress: (report) => reports.push(report) }),
    );
    expect(reports.every(({ bytesTotal, filesTotal }) => bytesTotal === bytes && filesTotal === 5)).toBe(
      true,
    );
    expect(reports.every((report, i) => i === 0 || report.bytesLoaded >= reports[i - 1]!.bytesLoaded)).toBe(
      true,
    );
    expect(reports.at(-1)).toEqual({
      modelId: 'story-draft',
      stage: 'verify',
      file: null,
      filesDone: 5,
      filesTotal: 5,
      bytesLoaded: bytes,
      bytesTotal: bytes,
      cached: false,
    });
  });

  test.each(draftFiles)(
    'fails when %s is altered, keeps no copy of it, and loads once it is restored',
    async (name) => {
      serveCatalogue();
      serveDraft('/models/story-draft');
      const path = `/models/story-draft/${name}`;
      const altered = Uint8Array.from(draftBytes(name));
      altered[altered.length >> 1]! ^= 1;
      server.answers.set(path, file(altered));
      expect(await failure(fetchModelFiles('story-draft', options()))).toMatchObject({ code: 'integrity' });
      expect(await store.paths()).not.toContain(path);

      server.answers.set(path, file(draftBytes(name)));
      expect((await fetchModelFiles('story-draft', options())).verified).toBe(true);
    },
  );

  test.each(draftFiles)('fails when %s is missing, also where other models can do without', async (name) => {
    serveCatalogue();
    serveDraft('/models/story-draft');
    server.answers.delete(`/models/story-draft/${name}`);
    const error = await failure(fetchModelFiles('story-draft', options()));
    expect(error).toMatchObject({ code: 'download', details: { status: 404 } });
  });

  test('ends the other downloads when one fails', async () => {
    serveCatalogue();
    serveDraft('/models/story-draft');
    const halfSent = signalOnce();
    const connectionClosed = signalOnce();
    server.answers.set('/models/story-draft/tokenizer.json', (response, request) => {
      void halfSent.promise.then(() => status(403)(response, request));
    });
    server.answers.set('/models/story-draft/onnx/model_q4.onnx', (response, request) => {
      response.on('close', connectionClosed.resolve);
      stalled(onnx, halfSent.resolve)(response, request);
    });
    expect((await failure(fetchModelFiles('story-draft', options()))).details.status).toBe(403);
    await connectionClosed.promise;
  });

  test('aborted in the middle throws the reason', async () => {
    serveCatalogue();
    serveDraft('/models/story-draft');
    const controller = new AbortController();
    server.answers.set(
      '/models/story-draft/onnx/model_q4.onnx',
      stalled(onnx, () => controller.abort()),
    );
    const loading = fetchModelFiles('story-draft', options({ signal: controller.signal }));
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('is downloaded again after `forget`', async () => {
    serveCatalogue();
    serveDraft('/models/story-draft');
    const files = await fetchModelFiles('story-draft', options());
    await files.forget();
    expect(await store.paths()).toEqual(['/models/catalogue.json']);
  });
});

test('a catalogue of another form is refused and not kept', async () => {
  const path = '/models/catalogue.json';
  server.answers.set(path, file(text({ version: 2, models: [] })));
  await expect(fetchModelFiles('story-draft', options())).rejects.toMatchObject({ code: 'integrity' });
  expect(server.requests).toContain(`GET ${path}`);
  expect(await store.paths()).not.toContain(path);
});

describe('a folder of models without a catalogue', () => {
  test('finds a model by the name of its folder', async () => {
    serveDraft('/models/my-model');
    const files = await fetchModelFiles('my-model', options());
    expect(files).toMatchObject({ id: 'my-model', title: 'my-model', verified: false });
  });

  test('verifies ids that the bundled catalogue knows', async () => {
    serveDraft('/models/story-draft');
    serveCatalogue('/bundled/catalogue.json');
    const withBundled = options({ bundledCatalogueUrl: `${server.origin}/bundled/catalogue.json` });
    expect(await fetchModelFiles('story-draft', withBundled)).toMatchObject({ verified: true });

    const altered = Uint8Array.from(onnx);
    altered[altered.length >> 1]! ^= 1;
    server.answers.set('/models/story-draft/onnx/model_q4.onnx', file(altered));
    store.directory.files.clear();
    expect(await failure(fetchModelFiles('story-draft', withBundled))).toMatchObject({ code: 'integrity' });
  });

  test('leaves the bundled catalogue alone while its own knows the id', async () => {
    serveCatalogue();
    serveDraft('/models/story-draft');
    await fetchModelFiles(
      'story-draft',
      options({ bundledCatalogueUrl: `${server.origin}/bundled/catalogue.json` }),
    );
    expect(server.requests).not.toContain('GET /bundled/catalogue.json');
  });
});

describe('an unknown id', () => {
  test.each([
    ['404', status(404)],
    ['its own page, as servers of single-page apps do', htmlPage],
  ])('is refused with the known ids where the server answers %s', async (_, answer) => {
    serveCatalogue();
    server.fallback = answer;
    const error = await failure(fetchModelFiles('story-bass', options()));
    expect(error.code).toBe('model-load');
    expect(error.message).toContain('"story-bass"');
    expect(error.message).toContain('story-base, story-fairy, story-space, story-draft');
  });

  test('loads if a folder beside the catalogue has its name', async () => {
    serveCatalogue();
    serveDraft('/models/newcomer');
    expect(await fetchModelFiles('newcomer', options())).toMatchObject({ verified: false });
  });

  test.each(['', '..', 'a b', 'x?y', 'a/../b', 'a//b', 'a/b/c', 'a/b@', 'a/b@../c', 'hub+ftp://h/a/b'])(
    '%j asks for no folder',
    async (id) => {
      serveCatalogue();
      expect((await failure(fetchModelFiles(id, options()))).code).toBe('model-load');
      expect(server.requests).toEqual(['GET /models/catalogue.json']);
    },
  );

  test('with a dtype that does not exist is refused with the known ones', async () => {
    const error = await failure(fetchModelFiles('story-base:q9', options()));
    expect(error).toMatchObject({
      code: 'invalid-request',
      message: expect.stringMatching(/"q9".*q4, q4f16/),
    });
  });
});

test('a catalogue that is an HTML page is an integrity error', async () => {
  server.answers.set('/models/catalogue.json', htmlPage);
  expect(await failure(fetchModelFiles('story-draft', options()))).toMatchObject({ code: 'integrity' });
});

describe('the URL of a folder', () => {
  test.each([
    ['absolute', (origin: string) => `${origin}/far/away`],
    ['absolute with a dtype', (origin: string) => `${origin}/far/away:q4`],
    ['absolute with a slash', (origin: string) => `${origin}/far/away/`],
    ['from the root', () => '/far/away'],
    ['relative to the page', () => './away'],
    ['relative to the folder above', () => '../far/away'],
  ])('may be %s', async (_, address) => {
    serveDraft('/far/away');
    const model = address(server.origin);
    const files = await fetchModelFiles(model, options({ baseUrl: `${server.origin}/far/page.html` }));
    expect(files).toMatchObject({ id: model, title: 'away', dtype: 'q4', verified: false });
    expect(server.requests).not.toContain('GET /models/catalogue.json');
  });

  test('needs neither generation_config.json nor tokenizer_config.json', async () => {
    serveDraft('/m');
    server.answers.delete('/m/generation_config.json');
    server.answers.delete('/m/tokenizer_config.json');
    server.answers.set(
      '/m/config.json',
      file(text({ vocab_size: 1846, max_position_embeddings: 64, eos_token_id: 5 })),
    );
    const reports: LoadProgress[] = [];
    const files = await fetchModelFiles(
      `${server.origin}/m`,
      options({ onProgress: (report) => reports.push(report) }),
    );
    expect(files).toMatchObject({ eosTokenIds: [5], bosTokenId: null, tokenizerConfig: {} });
    expect(reports.at(-1)).toMatchObject({ filesDone: 3, filesTotal: 3, bytesTotal: files.bytes });
  });

  test.each([403, 400, 404])(
    'lacks files that the server answers with %d, as storage services do, once config.json could be read',
    async (code) => {
      serveDraft('/m');
      server.fallback = status(code);
      for (const path of ['generation_config.json', 'tokenizer_config.json', 'onnx/model_q4.onnx']) {
        server.answers.delete(`/m/${path}`);
      }
      server.answers.set('/m/onnx/model.onnx', file(onnx));
      const files = await fetchModelFiles(`${server.origin}/m`, options());
      expect(files).toMatchObject({ dtype: 'fp32', tokenizerConfig: {}, templateFile: null });
      // The catalogue is one of them.
      expect(await fetchModelFiles('m', options({ modelsUrl: server.origin }))).toMatchObject({ id: 'm' });
    },
  );

  test.each(['config.json', 'tokenizer.json', 'onnx/model_q4.onnx'])(
    'cannot do without %s, which the server refuses',
    async (path) => {
      serveDraft('/m');
      server.fallback = status(403);
      server.answers.set(`/m/${path}`, status(403));
      const error = await failure(fetchModelFiles(`${server.origin}/m`, options()));
      expect(error).toMatchObject({ code: 'download', details: { reason: 'access', status: 403 } });
      expect(error.message).toContain(`/m/${path}`);
    },
  );

  test('may hold the numbers that Python writes into JSON', async () => {
    serveDraft('/m');
    const edited = (path: string, from: RegExp, to: string): void => {
      const before = Buffer.from(draftBytes(path)).toString();
      expect(before).toMatch(from);
      server.answers.set(`/m/${path}`, file(new TextEncoder().encode(`\uFEFF${before.replace(from, to)}`)));
    };
    edited('config.json', /^\{/, '{"rope_scaling": NaN, "initializer_range": Infinity,');
    edited('generation_config.json', /^\{/, '{"length_penalty": -Infinity,');
    edited('tokenizer.json', /^\{/, '{"score": NaN,');
    edited('tokenizer_config.json', /"model_max_length": \d+/, '"model_max_length": Infinity');
    const files = await fetchModelFiles(`${server.origin}/m`, options());
    expect(files).toMatchObject({
      config: { contextLength: 512 },
      eosTokenIds: [0],
      tokenizerJson: { score: Number.NaN },
      tokenizerConfig: { model_max_length: Infinity },
    });
  });

  test.each([
    ['are no ONNX file', Uint8Array.of(8, 7, 18), 'integrity'],
    ['lie outside of the folder', withDataBeside(onnx, '../weights').onnx, 'model-unsupported'],
  ])('with weights that %s names them, and does not keep them', async (_, bytes, code) => {
    serveDraft('/m');
    server.answers.set('/m/onnx/model_q4.onnx', file(bytes));
    const error = await failure(fetchModelFiles(`${server.origin}/m`, options()));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(`${server.origin}/m/onnx/model_q4.onnx`);
    expect(await store.paths()).not.toContain('/m/onnx/model_q4.onnx');
  });

  test('whose graph names a file that is not there asks for the graph again the next time', async () => {
    serveDraft('/m');
    server.answers.set('/m/onnx/model_q4.onnx', file(withDataBeside(onnx, 'absent').onnx));
    const error = await failure(fetchModelFiles(`${server.origin}/m`, options()));
    expect(error).toMatchObject({ code: 'download', message: expect.stringContaining('/m/onnx/absent') });
    expect(await store.paths()).not.toContain('/m/onnx/model_q4.onnx');
  });

  test.each<[string, Answer]>([
    ['is busy', status(503)],
    ['refuses everything', status(403)],
    ['shows its page for everything', htmlPage],
  ])('loads what is stored while the server %s, without waiting', async (_, answer) => {
    serveDraft('/m');
    server.answers.delete('/m/generation_config.json');
    server.answers.delete('/m/onnx/model_q4.onnx');
    server.answers.set('/m/onnx/model.onnx', file(onnx));
    const url = `${server.origin}/m`;
    await fetchModelFiles(url, options());
    const before = await store.paths();
    server.answers.clear();
    server.fallback = answer;
    const timer = new TestTimer();
    expect(await fetchModelFiles(url, options({ timer }))).toMatchObject({ dtype: 'fp32' });
    expect(timer.pauses).toEqual([]);
    expect(await store.paths()).toEqual(before);
  });

  test.each([
    {
      path: 'chat_template.jinja',
      content: '<|im_start|>',
      expected: { kind: 'jinja', text: '<|im_start|>' },
    },
    {
      path: 'chat_template.json',
      content: '{"chat_template":"t"}',
      expected: { kind: 'json', json: { chat_template: 't' } },
    },
  ])('may keep its chat template in $path', async ({ path, content, expected }) => {
    serveDraft('/m');
    const url = `${server.origin}/m`;
    expect((await fetchModelFiles(url, options())).templateFile).toBeNull();
    server.answers.set(`/m/${path}`, file(new TextEncoder().encode(content)));
    expect((await fetchModelFiles(url, options())).templateFile).toEqual(expected);
  });

  test('has its chat template in a file of its own, whatever the tokenizer says', async () => {
    serveDraft('/m');
    server.answers.set('/m/tokenizer_config.json', file(text({ chat_template: 't' })));
    server.answers.set('/m/chat_template.jinja', file(new TextEncoder().encode('own')));
    const { templateFile } = await fetchModelFiles(`${server.origin}/m`, options());
    expect(templateFile).toEqual({ kind: 'jinja', text: 'own' });
  });

  test('is not asked for what the tokenizer has said already', async () => {
    serveDraft('/m');
    const config = { chat_template: 't', added_tokens_decoder: {}, bos_token: '<s>' };
    server.answers.set('/m/tokenizer_config.json', file(text(config)));
    server.answers.set('/m/chat_template.json', file(text({ chat_template: 'u' })));
    server.answers.set('/m/special_tokens_map.json', file(text({ bos_token: '<t>' })));
    expect(await fetchModelFiles(`${server.origin}/m`, options())).toMatchObject({
      templateFile: null,
      tokenizerConfig: config,
    });
    expect(server.requests).not.toContain('GET /m/chat_template.json');
    expect(server.requests).not.toContain('GET /m/special_tokens_map.json');
  });

  test('has special tokens in a file of their own, which wins over an older tokenizer_config.json', async () => {
    serveDraft('/m');
    server.answers.set('/m/tokenizer_config.json', file(text({ bos_token: '<s>', chat_template: 't' })));
    server.answers.set('/m/special_tokens_map.json', file(text({ bos_token: '<t>', eos_token: '</t>' })));
    const files = await fetchModelFiles(`${server.origin}/m`, options());
    expect(files.tokenizerConfig).toEqual({ bos_token: '<t>', eos_token: '</t>', chat_template: 't' });
    await files.forget();
    expect(await store.paths()).toEqual([]);
  });

  test('is described without its weights, their size as the server says', async () => {
    serveDraft('/m');
    expect(await describeModel(`${server.origin}/m`, options())).toMatchObject({
      title: 'm',
      dtype: 'q4',
      weightBytes: onnx.byteLength,
    });
    expect(server.requests).toEqual(['GET /m/config.json', 'HEAD /m/onnx/model_q4.onnx']);
    server.answers.set('/m/onnx/model_q4.onnx', htmlPage);
    expect((await describeModel(`${server.origin}/m`, options())).weightBytes).toBeNull();
  });

  test('falls back on model.onnx without q4 weights', async () => {
    serveDraft('/m');
    server.answers.delete('/m/onnx/model_q4.onnx');
    server.answers.set('/m/onnx/model.onnx', file(onnx));
    expect(await fetchModelFiles(`${server.origin}/m`, options())).toMatchObject({ dtype: 'fp32' });
  });

  test.each([
    ['q8', 'model_quantized.onnx'],
    ['fp32', 'model.onnx'],
    ['fp16', 'model_fp16.onnx'],
    ['q4f16', 'model_q4f16.onnx'],
  ])('takes the weights of ":%s" from %s and from nowhere else', async (dtype, name) => {
    serveDraft('/m');
    expect((await failure(fetchModelFiles(`${server.origin}/m:${dtype}`, options()))).details.status).toBe(
      404,
    );
    server.answers.set(`/m/onnx/${name}`, file(onnx));
    expect(await fetchModelFiles(`${server.origin}/m:${dtype}`, options())).toMatchObject({ dtype });
  });

  test('loads again without the network, also with files missing', async () => {
    serveDraft('/m');
    server.answers.delete('/m/generation_config.json');
    server.answers.delete('/m/onnx/model_q4.onnx');
    server.answers.set('/m/onnx/model.onnx', file(onnx));
    const url = `${server.origin}/m`;
    const offline = options();
    await fetchModelFiles(url, offline);
    await server.stop();
    expect(await fetchModelFiles(url, offline)).toMatchObject({ dtype: 'fp32' });
  });

  test('without weights names the file that is missing', async () => {
    serveDraft('/m');
    server.answers.delete('/m/onnx/model_q4.onnx');
    const error = await failure(fetchModelFiles(`${server.origin}/m`, options()));
    expect(error).toMatchObject({
      code: 'download',
      message: expect.stringContaining('/m/onnx/model_q4.onnx'),
    });
  });

  test('of a folder that does not exist is a download error', async () => {
    const error = await failure(fetchModelFiles(`${server.origin}/nowhere`, options()));
    expect(error).toMatchObject({ code: 'download', details: { status: 404 } });
  });

  test('with the config of another kind of model is refused, and the config is not kept', async () => {
    serveDraft('/m');
    server.answers.set('/m/config.json', file(text({ model_type: 'resnet', num_labels: 1000 })));
    for (const attempt of [fetchModelFiles, describeModel]) {
      const refused = attempt(`${server.origin}/m`, options());
      await expect(refused).rejects.toMatchObject({
        code: 'model-unsupported',
        message: expect.stringContaining('vocab_size'),
      });
      expect(await store.paths()).not.toContain('/m/config.json');
    }
  });
});
