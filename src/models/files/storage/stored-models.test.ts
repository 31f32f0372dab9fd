import { beforeEach, expect, test } from 'vitest';
import { brokenFileStore, MemoryFileStore } from '../../testing/memory-file-store.ts';
import { OneTabLocks } from '../../testing/one-tab-locks.ts';
import type { FileKey } from './file-store.ts';
import { deleteStoredModel, listStoredModels } from './stored-models.ts';

let store: MemoryFileStore;
let locks: OneTabLocks;
beforeEach(() => {
  store = new MemoryFileStore();
  locks = new OneTabLocks();
});

const keyOf = (model: string | null, path: string): FileKey => ({
  url: `https://h/${model}/${path}`,
  content: null,
});

async function put(model: string | null, path: string, bytes: number, isWhole = true): Promise<void> {
  const reception = await store.receive(keyOf(model, path), { model, path });
  await reception.restart({ etag: null, lastModified: null });
  await reception.append(new Uint8Array(bytes));
  await (isWhole ? reception.complete('hash') : reception.suspend());
}

test('models are listed with the bytes of all their files, the largest first', async () => {
  await put(null, 'catalogue.json', 50);
  await put('small', 'config.json', 10);
  await put('small', 'onnx/model_q4.onnx', 100);
  await put('o/large', 'onnx/model_q4.onnx', 500);
  await put('o/large', 'onnx/model.onnx', 900);
  const { models, bytes } = await listStoredModels(store);
  expect(models).toEqual([
    { id: 'o/large', bytes: 1400, weights: ['onnx/model.onnx', 'onnx/model_q4.onnx'], complete: true },
    { id: 'small', bytes: 110, weights: ['onnx/model_q4.onnx'], complete: true },
  ]);
  expect(bytes).toBe(1510);
});

test('a model is in part while a file is, and while it has no weights', async () => {
  await put('cut', 'config.json', 10);
  await put('cut', 'onnx/model_q4.onnx', 100, false);
  await put('begun', 'config.json', 10);
  const { models } = await listStoredModels(store);
  expect(models.map(({ id, complete }) => [id, complete])).toEqual([
    ['cut', false],
    ['begun', false],
  ]);
});

test('a deleted model is gone, parts included, and no other is', async () => {
  await put('gone', 'config.json', 10);
  await put('gone', 'onnx/model_q4.onnx', 100, false);
  await put('stays', 'onnx/model_q4.onnx', 5);
  expect(await deleteStoredModel(store, locks, 'gone')).toBe(110);
  expect((await store.list()).map(({ model }) => model)).toEqual(['stays']);
  expect(await deleteStoredModel(store, locks, 'gone')).toBe(0);
});

test('a model that somebody downloads is not deleted', async () => {
  await put('m', 'onnx/model_q4.onnx', 100);
  let end = (): void => {};
  const download = locks.run(
    keyOf('m', 'onnx/model_q4.onnx'),
    undefined,
    () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  );
  await Promise.resolve();
  await expect(deleteStoredModel(store, locks, 'm')).rejects.toMatchObject({ code: 'invalid-request' });
  end();
  await download;
  expect(await deleteStoredModel(store, locks, 'm')).toBe(100);
});

test('storage that fails is told as an error of the engine', async () => {
  const unreadable = { code: 'integrity', details: { reason: 'unreadable' } };
  await expect(listStoredModels(brokenFileStore)).rejects.toMatchObject(unreadable);
  await expect(deleteStoredModel(brokenFileStore, locks, 'm')).rejects.toMatchObject(unreadable);
  await put('m', 'onnx/model_q4.onnx', 100);
  await store.directory.open((await store.directory.names())[0]!);
  await expect(deleteStoredModel(store, locks, 'm')).rejects.toMatchObject(unreadable);
});
