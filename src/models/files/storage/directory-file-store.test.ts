import { beforeEach, expect, test } from 'vitest';
import { fileStoreSuite } from '../../testing/file-store-suite.ts';
import { MemoryDirectory } from '../../testing/memory-directory.ts';
import { DirectoryFileStore } from './directory-file-store.ts';
import type { FileKey } from './file-store.ts';

let directory: MemoryDirectory;
beforeEach(() => {
  directory = new MemoryDirectory();
});

fileStoreSuite('a store on a folder', async () => new DirectoryFileStore(directory));

const key: FileKey = { url: 'https://models.example/m/model.onnx', content: 'sha256:aa' };
const label = { model: 'm', path: 'model.onnx' };

/** A store in which a download of three bytes was cut off, as its tab died. */
async function cutOff(): Promise<DirectoryFileStore> {
  const reception = await new DirectoryFileStore(directory).receive(key, label);
  await reception.restart({ etag: '"v1"', lastModified: null });
  await reception.append(Uint8Array.of(1, 2, 3));
  directory.abandon();
  return new DirectoryFileStore(directory);
}

test('a part that was cut off goes on, with its bytes and what the server said of them', async () => {
  const store = await cutOff();
  const reception = await store.receive(key, label);
  expect(reception).toMatchObject({ received: 3, validators: { etag: '"v1"' } });
  const pieces: number[] = [];
  for await (const piece of reception.pieces()) pieces.push(...piece);
  expect(pieces).toEqual([1, 2, 3]);
  await reception.append(Uint8Array.of(4));
  const { blob } = await reception.complete('hash');
  expect(new Uint8Array(await blob.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3, 4));
});

test('a part is listed as one, and can be removed', async () => {
  const store = await cutOff();
  expect(await store.list()).toEqual([{ key, ...label, bytes: 3, complete: false }]);
  await store.remove(key);
  expect(directory.files.size).toBe(0);
});

test('a file that somebody receives cannot be received twice', async () => {
  const store = new DirectoryFileStore(directory);
  await store.receive(key, label);
  await expect(store.receive(key, label)).rejects.toThrow('is open');
});

test('bytes whose record was cut short begin anew', async () => {
  const store = await cutOff();
  for (const [name, bytes] of directory.files) {
    if (name.endsWith('.json')) directory.files.set(name, bytes.slice(0, 20));
  }
  expect((await store.receive(key, label)).received).toBe(0);
});

test('a whole file that lost its end is not found', async () => {
  const store = await cutOff();
  await (await store.receive(key, label)).complete('hash');
  for (const [name, bytes] of directory.files) {
    if (name.endsWith('.bytes')) directory.files.set(name, bytes.slice(0, 2));
  }
  expect(await store.find(key)).toBeNull();
});

/** The folder hands out a record just before it is written anew, as other downloads may: `times` times. */
function outrunRecords(times: number): void {
  const read = directory.read;
  let left = times;
  directory.read = async (name) => {
    const blob = await read(name);
    if (blob === null || !name.endsWith('.json') || left-- <= 0) return blob;
    const text = () => Promise.reject(new DOMException('the file has changed', 'NotReadableError'));
    return Object.assign(blob, { text });
  };
}

test('a record that is written while it is read is read again', async () => {
  const store = await cutOff();
  outrunRecords(2);
  expect(await store.list()).toMatchObject([{ key, complete: false }]);
});

test('a file can be received while the record of another one cannot be read', async () => {
  const store = await cutOff();
  outrunRecords(Number.POSITIVE_INFINITY);
  const other: FileKey = { url: 'https://models.example/m/other.onnx', content: null };
  const reception = await store.receive(other, label);
  await reception.restart({ etag: null, lastModified: null });
  await reception.append(Uint8Array.of(7));
  expect((await reception.complete('hash')).blob.size).toBe(1);
});

/** Puts a whole file of these bytes into the store. */
async function put(store: DirectoryFileStore, ...bytes: number[]): Promise<void> {
  const reception = await store.receive(key, label);
  await reception.restart({ etag: null, lastModified: null });
  await reception.append(Uint8Array.from(bytes));
  await reception.complete(`hash of ${bytes}`);
}

test('where an old copy could not be removed, the newest one is found, whichever place it is in', async () => {
  const store = new DirectoryFileStore(directory);
  const { remove } = directory;
  await put(store, 1);
  directory.remove = () => Promise.reject(new DOMException('in use', 'NoModificationAllowedError'));
  await put(store, 2, 2);
  expect((await store.find(key))?.sha256).toBe('hash of 2,2');
  await put(store, 3, 3, 3);
  expect((await store.find(key))?.sha256).toBe('hash of 3,3,3');
  directory.remove = remove;
  await put(store, 4);
  expect((await store.find(key))?.sha256).toBe('hash of 4');
  expect(await store.list()).toHaveLength(1);
});

test('a copy that a version without numbers has left is found and replaced', async () => {
  const store = new DirectoryFileStore(directory);
  await put(store, 1);
  for (const [name, bytes] of directory.files) {
    if (!name.endsWith('.json')) continue;
    const { generation, ...record } = JSON.parse(new TextDecoder().decode(bytes));
    expect(generation).toBe(1);
    directory.files.set(name, new TextEncoder().encode(JSON.stringify(record)));
  }
  expect((await store.find(key))?.sha256).toBe('hash of 1');
  await put(store, 2);
  expect((await store.find(key))?.sha256).toBe('hash of 2');
});
