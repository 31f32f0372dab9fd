import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ModelRuntime } from '../models/session/runtime.ts';
import { type Answer, FileServer, file, status } from '../models/testing/file-server.ts';
import { Engine } from './engine.ts';
import { bundledModels } from './testing/bundled-models.ts';

const draftFolder = new URL('../../public/models/story-draft/', import.meta.url);
const paths = ['config.json', 'onnx/model_q4.onnx', 'tokenizer.json', 'tokenizer_config.json'];

let server: FileServer;
let engine: Engine;
beforeEach(async () => {
  server = await FileServer.start();
  engine = new Engine(bundledModels('wasm'));
});
afterEach(async () => {
  await engine.close();
  await server.stop();
});

function serve(folder: string, wrap: (answer: Answer) => Answer): string {
  for (const path of paths)
    server.answers.set(`/${folder}/${path}`, wrap(file(readFileSync(new URL(path, draftFolder)))));
  return `${server.origin}/${folder}`;
}

test('a caller’s token counts, also where a load without one is in progress', async () => {
  const model = serve('gated', (answer) => (response, request) => {
    const isAllowed = request.headers.authorization === 'Bearer key';
    (isAllowed ? answer : status(401))(response, request);
  });
  const [without, withToken] = await Promise.allSettled([
    engine.load(model),
    engine.load(model, { token: 'key' }),
  ]);
  expect(without).toMatchObject({ status: 'rejected', reason: { code: 'download' } });
  expect(withToken).toMatchObject({ status: 'fulfilled', value: { id: model } });
});

test('to unload a model that is still downloading holds up no decode', async () => {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const slow = serve('slow', (answer) => (response, request) => {
    void arrived.then(() => answer(response, request));
  });
  await engine.load('story-draft');
  const loading = engine.load(slow);
  const unloading = engine.unload(slow);
  const run = engine.decode({
    prompt: 'Once',
    maxTokens: 3,
    method: { kind: 'plain', model: 'story-draft' },
  });
  expect((await run.result).tokenIds).toHaveLength(3);
  arrive();
  await Promise.all([loading, unloading]);
  expect((await engine.info()).models.map(({ id }) => id)).toEqual(['story-draft']);
});

// The error of an abort keeps its call stack, and with it the request that waited for the load, as long as the model.
test('a load that has ended is not aborted when its callers leave', async () => {
  const loadModel = vi.spyOn(ModelRuntime.prototype, 'loadModel');
  await Promise.all([engine.load('story-draft'), engine.load('story-draft')]);
  expect(loadModel.mock.calls.map(([, options]) => options?.signal?.aborted)).toEqual([false]);
  loadModel.mockRestore();
});
