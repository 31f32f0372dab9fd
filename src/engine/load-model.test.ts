import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EngineError, type EngineErrorCode } from '../errors/engine-error.ts';
import { webLocks } from '../models/files/download/file-locks.ts';
import { browserTimer } from '../models/files/download/timer.ts';
import type { ModelRuntime } from '../models/session/runtime.ts';
import { FileServer, file } from '../models/testing/file-server.ts';
import { MemoryFileStore } from '../models/testing/memory-file-store.ts';
import { loadModel } from './load-model.ts';

const draftFolder = new URL('../../public/models/story-draft/', import.meta.url);
const paths = ['config.json', 'onnx/model_q4.onnx', 'tokenizer.json', 'tokenizer_config.json'];

let server: FileServer;
beforeEach(async () => {
  server = await FileServer.start();
  for (const path of paths) server.answers.set(`/m/${path}`, file(readFileSync(new URL(path, draftFolder))));
});
afterEach(() => server.stop());

/** A runtime on which no model starts: what takes a GPU away cannot be called up here. */
const failingRuntime = (code: EngineErrorCode) =>
  ({
    weightsTarget: { backend: 'wasm', hasShaderF16: false },
    loadModel: () => Promise.reject(new EngineError(code, 'no model starts here')),
  }) as unknown as ModelRuntime;

test.each<[EngineErrorCode, 'stay' | 'go']>([
  ['out-of-memory', 'stay'],
  ['device-lost', 'stay'],
  ['model-load', 'go'],
  ['integrity', 'go'],
])('when a model that no list vouches for fails with %s, its stored files %s', async (code, fate) => {
  const store = new MemoryFileStore();
  const loading = loadModel(`${server.origin}/m`, 'm', {
    ...{ modelsUrl: server.origin, catalogueUrl: '', hubUrl: server.origin, baseUrl: server.origin },
    token: undefined,
    store,
    locks: webLocks,
    timer: browserTimer,
    runtime: failingRuntime(code),
    memoryTarget: { backend: 'wasm', takenBytes: 0, unpackedBytesLimit: 0, deviceMemory: null },
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  await expect(loading).rejects.toMatchObject({ code });
  expect(await store.paths()).toEqual(fate === 'stay' ? paths.map((path) => `/m/${path}`) : []);
});
