import type { ChildProcess, ForkOptions } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { contentsOfFolder } from '../../scripts/testing/hub-content.ts';
import { HubServer } from '../../scripts/testing/hub-server.ts';
import type { EngineError } from '../errors/engine-error.ts';
import { FileServer } from '../models/testing/file-server.ts';
import type { ConnectedEngine } from '../openai/connected-engine.ts';
import { connect, type NodeConnectOptions } from './connect.ts';
import { exitOf, modelsFolder, temporaryFolder, write } from './testing/engines.ts';

/**
 * Processes that were started. V8 compiles ONNX Runtime in each of them; its optimising compiler, which pays off later than
 * these tests end, is most of what they would take.
 */
const processes: ChildProcess[] = vi.hoisted(() => []);
vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>();
  const fork = ((path: string, args: readonly string[], options: ForkOptions) => {
    const child = real.fork(path, args, { ...options, execArgv: ['--liftoff-only'] });
    processes.push(child);
    return child;
  }) as typeof real.fork;
  return { ...real, fork };
});

afterEach(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await Promise.all(processes.splice(0).map(exitOf));
  vi.unstubAllEnvs();
});

const folderOf = (model: string) => join(modelsFolder, model);
const weights = 'onnx/model_q4.onnx';
const draft = await contentsOfFolder(folderOf('story-draft'));
const draftBytes = draft.get(weights)!.bytes;

const open = (options: NodeConnectOptions = {}): Promise<ConnectedEngine> =>
  connect({ backend: 'wasm', ...options });

async function startHub(): Promise<HubServer> {
  const hub = await HubServer.start();
  onTestFinished(() => hub.stop());
  return hub;
}

/** A cache of this test's own. */
function ownCache(): string {
  const cache = temporaryFolder('cache', onTestFinished);
  vi.stubEnv('ANTIPHON_CACHE', cache);
  return cache;
}

test('two models of the package write together what they write in Chromium', async () => {
  const engine = await open();
  await engine.load('story-fairy');
  await engine.load('story-space');
  const run = engine.decode({
    prompt: 'Once upon a time',
    maxTokens: 40,
    sampling: { temperature: 0 },
    method: {
      kind: 'collaborative',
      members: [{ model: 'story-fairy' }, { model: 'story-space' }],
      combine: { kind: 'weighted', weights: [0.5, 0.5] },
    },
  });
  let text = '';
  for await (const round of run) text += round.text;
  const result = await run.result;
  // By `npm run demo -- --browser --json` with these members at temperature 0.
  expect(result.tokenIds.join(' ')).toBe(
    '14 352 281 260 496 1646 335 740 16 390 351 315 260 505 1191 331 265 480 16 437 324 740 612 260 1263 301 1667 377 260 1435 16 294 885 450 485 1434 317 283 302 16',
  );
  expect(result).toMatchObject({ text, finishReason: 'length', backend: 'wasm', lossy: false });
  expect((await engine.info()).threads).toBeGreaterThanOrEqual(1);
});

describe('a model is found', () => {
  test('by its id, the path of its folder, relative and absolute, and the address of one', async () => {
    const copy = join(temporaryFolder('a #1 50%', onTestFinished), 'my model');
    cpSync(folderOf('story-draft'), copy, { recursive: true });
    // Other tests leave models in the common one.
    ownCache();
    const relativePath = relative(process.cwd(), folderOf('story-draft'));
    const engine = await open();
    await engine.load('story-draft');
    const { text } = await write(engine, 'story-draft');
    for (const name of [
      `./${relativePath}`,
      folderOf('story-draft'),
      pathToFileURL(folderOf('story-draft')).href,
      `${copy}:q4`,
    ]) {
      const { sha256 } = await engine.load(name);
      expect(sha256, name).toBe(draft.get(weights)!.sha256);
      expect((await write(engine, name)).text, name).toBe(text);
      await engine.unload(name);
    }
    expect((await engine.storedModels()).models).toEqual([]);
  });

  test('in a folder of models that an option names, by a path too', async () => {
    const models = temporaryFolder('models #1', onTestFinished);
    cpSync(folderOf('story-draft'), join(models, 'mine'), { recursive: true });
    const engine = await open({ modelsUrl: models });
    expect(await engine.load('mine')).toMatchObject({ id: 'mine', sha256: draft.get(weights)!.sha256 });
    // Not there, and known from the package's catalogue alone.
    await expect(engine.load('story-fairy')).rejects.toMatchObject({
      code: 'download',
      details: { reason: 'missing' },
    });
    await expect(engine.load('nothing')).rejects.toMatchObject({ code: 'model-load' });
  });

  test('at an address, and in the cache when the server is gone', async () => {
    ownCache();
    const hub = await startHub();
    hub.commit('o/m', draft);
    const name = `${hub.url}/o/m/resolve/main/`;
    const first = await open();
    await first.load(name);
    const { text } = await write(first, name);
    await first.close();
    await hub.stop();
    const second = await open();
    expect((await second.load(name)).sha256).toBe(draft.get(weights)!.sha256);
    expect((await write(second, name)).text).toBe(text);
    expect((await second.storedModels()).models).toMatchObject([{ id: name, complete: true }]);
    expect(await second.deleteStored(name)).toBeGreaterThan(draftBytes);
    expect((await second.storedModels()).models).toEqual([]);
  });

  test('on the hub with a token; what a closed engine has left, the next one goes on with at once', async () => {
    ownCache();
    const token = 'known-to-the-hub-alone';
    const hub = await startHub();
    hub.commit('o/m', draft, { token });
    hub.inject({ place: 'cdn', path: weights }, { kind: 'stall', afterBytes: 700_000 });
    const first = await open({ hubUrl: hub.url });
    await expect(first.load('o/m')).rejects.toMatchObject({
      message: expect.stringContaining('o/m is private'),
    });
    const stalled = new Promise<void>((resolve) => {
      const onProgress = ({ bytesLoaded }: { bytesLoaded: number }) =>
        void (bytesLoaded > 500_000 && resolve());
      first.load('o/m', { token, onProgress }).catch(() => {});
    });
    await stalled;
    await first.close();
    await exitOf(processes[0]!);
    const second = await open({ hubUrl: hub.url });
    await second.load('o/m', { token });
    const [cut, rest] = hub.requests.filter(({ place }) => place === 'cdn');
    const start = Number(/^bytes=(\d+)-$/.exec(rest!.range ?? '')?.[1]);
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThanOrEqual(cut!.bytesSent);
    expect(rest).toMatchObject({ status: 206, bytesSent: draftBytes - start });
    // Node.js takes the token away where the hub sends it to another origin.
    expect(hub.requests.filter((one) => one.place === 'cdn' && one.authorization !== null)).toEqual([]);
    expect((await write(second, 'o/m')).tokenIds).toHaveLength(8);
  });
});

test('two processes that want one model download it once', async () => {
  ownCache();
  const server = await FileServer.start();
  onTestFinished(() => server.stop());
  let letGo = (): void => {};
  const bothAsked = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let sentBytes = 0;
  server.fallback = (response, { url, method }) => {
    const path = url!.slice('/m/'.length);
    if (!draft.has(path)) {
      response.writeHead(404).end();
      return;
    }
    const bytes = readFileSync(join(folderOf('story-draft'), path));
    response.writeHead(200, { 'content-length': bytes.length, etag: '"v1"' });
    if (method === 'HEAD') response.end();
    else if (path !== weights) response.end(bytes);
    else {
      sentBytes += bytes.length;
      response.write(bytes.subarray(0, 1000));
      void bothAsked.then(() => response.end(bytes.subarray(1000)));
    }
  };
  const [one, other] = await Promise.all([open(), open()]);
  const name = `${server.origin}/m/`;
  const seen = new Set<ConnectedEngine>();
  const load = (engine: ConnectedEngine) =>
    engine.load(name, {
      onProgress: ({ file }) => {
        // It is asked for together with the weights.
        if (file === 'tokenizer.json') seen.add(engine);
        if (seen.size === 2) letGo();
      },
    });
  const [first, second] = await Promise.all([load(one), load(other)]);
  expect(sentBytes).toBe(draftBytes);
  expect(second!.sha256).toBe(first!.sha256);
});

test.each<[string, () => string]>([
  [
    'is a file',
    () => {
      const file = join(temporaryFolder('cache', onTestFinished), 'file');
      writeFileSync(file, '');
      return file;
    },
  ],
  // Nobody can make a folder there, not even root.
  ['lies in /proc', () => '/proc/antiphon'],
])('where the cache %s everything works, and nothing is kept', async (_, cache) => {
  vi.stubEnv('ANTIPHON_CACHE', cache());
  const hub = await startHub();
  hub.commit('o/m', draft);
  const engine = await open({ hubUrl: hub.url });
  await engine.load('o/m');
  expect((await write(engine, 'o/m')).tokenIds).toHaveLength(8);
  expect((await engine.storedModels()).models).toEqual([]);
  expect(await engine.deleteStored('o/m')).toBe(0);
  await engine.unload('o/m');
  await engine.load('o/m');
  expect(hub.bytesSentOf(weights)).toBe(2 * draftBytes);
});

describe('the process', () => {
  test('that dies rejects what waits for it, and is told once', async () => {
    const lost: EngineError[] = [];
    const engine = await open({ onLost: (error) => lost.push(error) });
    await engine.load('story-draft');
    const { result } = engine.decode({
      prompt: '',
      maxTokens: 500,
      method: { kind: 'plain', model: 'story-draft' },
    });
    processes[0]!.kill('SIGKILL');
    await expect(result).rejects.toMatchObject({
      code: 'worker-lost',
      message: expect.stringContaining('SIGKILL'),
    });
    await expect(engine.info()).rejects.toBe(lost[0]);
    await engine.close();
    expect(lost).toHaveLength(1);
  });

  test('ends with close, which is no loss, and rejects what is asked of it then', async () => {
    const lost: EngineError[] = [];
    const engine = await open({ onLost: (error) => lost.push(error) });
    await engine.close();
    await exitOf(processes[0]!);
    await expect(engine.load('story-draft')).rejects.toMatchObject({ code: 'worker-lost' });
    await engine.close();
    expect(lost).toEqual([]);
  });

  test('that cannot be started is told at once', async () => {
    const missing = join(temporaryFolder('none', onTestFinished), 'node');
    const before = process.execPath;
    onTestFinished(() => {
      process.execPath = before;
    });
    process.execPath = missing;
    await expect(open()).rejects.toMatchObject({
      code: 'worker-lost',
      message: expect.stringContaining('ENOENT'),
    });
  });

  test('is not started for an option that is none', async () => {
    await expect(open({ backend: 'cpu' as 'wasm' })).rejects.toMatchObject({ code: 'invalid-request' });
    expect(processes).toEqual([]);
  });
});

test('a custom combination comes from a file, not from a server, and does not end the engine unless it never returns', async () => {
  const folder = temporaryFolder('module', onTestFinished);
  const moduleOf = (name: string, code: string): string => {
    writeFileSync(join(folder, name), code);
    return pathToFileURL(join(folder, name)).href;
  };
  const engine = await open();
  await engine.load('story-draft');
  const decode = (url: string) =>
    write(engine, 'story-draft', {
      method: {
        kind: 'collaborative',
        members: [{ model: 'story-draft' }, { model: 'story-draft' }],
        combine: { kind: 'custom', url },
      },
    });
  const { text } = await write(engine, 'story-draft');
  // As in a worker of a page, a promise that is left behind is reported, and that is all.
  const first = moduleOf(
    'first.mjs',
    `Promise.reject(new Error('left behind by a combination')); export const probabilities = ([row]) => row;`,
  );
  expect((await decode(first)).text).toBe(text);
  expect((await decode(`./${relative(process.cwd(), join(folder, 'first.mjs'))}`)).text).toBe(text);
  await expect(decode('http://127.0.0.1:9/mix.js')).rejects.toMatchObject({
    code: 'invalid-request',
    message: expect.stringMatching(/http:\/\/127\.0\.0\.1:9\/mix\.js.*in Node\.js, a file/),
  });
  const endless = moduleOf(
    'endless.mjs',
    `import { writeFileSync } from 'node:fs';
     export function probabilities() {
       writeFileSync(new URL('running', import.meta.url), '');
       for (;;);
     }`,
  );
  const isRunning = fileIn(folder, 'running');
  const run = decode(endless);
  run.catch(() => {});
  await isRunning;
  await engine.close();
  await expect(run).rejects.toMatchObject({ code: 'worker-lost' });
  await exitOf(processes[0]!);
});

/** Resolves when there is such a file. */
async function fileIn(folder: string, name: string): Promise<void> {
  for await (const { filename } of watch(folder)) if (filename === name) return;
}
