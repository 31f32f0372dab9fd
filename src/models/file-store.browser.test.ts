import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FileKey, type FileStore, openFileStore, type StoredFile } from './file-store.ts';

const STORE_NAME = 'antiphon-file-store-test';
const url = 'https://models.example/folder/model.onnx';
const hash = (digit: string): string => digit.repeat(64);

const fileOf = (text: string, sha256: string): StoredFile => ({
  bytes: new TextEncoder().encode(text),
  sha256,
  etag: '"v1"',
  lastModified: null,
});

let store: FileStore;
beforeEach(async () => {
  store = await openFileStore(STORE_NAME);
});
afterEach(() => caches.delete(STORE_NAME));

test('a secure context keeps files', () => {
  expect(store.persistent).toBe(true);
});

test('a file comes back as it was written, through another handle too', async () => {
  const key: FileKey = { url, sha256: hash('a') };
  await store.write(key, fileOf('weights', hash('a')));
  const again = await openFileStore(STORE_NAME);
  expect(await again.read(key)).toEqual(fileOf('weights', hash('a')));
});

test('an address has separate places for its content with and without a hash, and for its queries', async () => {
  await store.write({ url, sha256: hash('a') }, fileOf('weights', hash('a')));
  expect(await store.read({ url, sha256: null })).toBeNull();
  expect(await store.read({ url, sha256: hash('b') })).toBeNull();
  expect(await store.read({ url: `${url}?revision=2`, sha256: hash('a') })).toBeNull();
});

test('a new content replaces the old one of the same address and no other', async () => {
  const other: FileKey = { url: `${url}?revision=2`, sha256: hash('c') };
  await store.write({ url, sha256: hash('a') }, fileOf('old', hash('a')));
  await store.write(other, fileOf('other', hash('c')));
  await store.write({ url, sha256: hash('b') }, fileOf('new', hash('b')));
  expect(await store.read({ url, sha256: hash('a') })).toBeNull();
  expect(await store.read({ url, sha256: hash('b') })).toEqual(fileOf('new', hash('b')));
  expect(await store.read(other)).toEqual(fileOf('other', hash('c')));
});

test('a removed file is gone', async () => {
  const key: FileKey = { url, sha256: null };
  await store.write(key, fileOf('text', hash('a')));
  await store.remove(key);
  expect(await store.read(key)).toBeNull();
});
