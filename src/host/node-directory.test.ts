import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fetchFile } from '../models/files/download/fetch-file.ts';
import { sha256Hex } from '../models/files/download/sha256.ts';
import { DirectoryFileStore } from '../models/files/storage/directory-file-store.ts';
import type { FileKey } from '../models/files/storage/file-store.ts';
import { isQuotaExceeded } from '../models/files/storage/storage-room.ts';
import { fileStoreSuite } from '../models/testing/file-store-suite.ts';
import { OneTabLocks } from '../models/testing/one-tab-locks.ts';
import { bytesIn, fileBlob, freeBytes, NodeDirectory } from './node-directory.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'antiphon-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

fileStoreSuite(
  'a store on a folder of this machine',
  async () => new DirectoryFileStore(new NodeDirectory(folder)),
);

const bytes = (text: string) => new TextEncoder().encode(text);
const key: FileKey = { url: 'https://models.example/m/config.json', content: null };
const label = { model: 'm', path: 'config.json' };

test('a file is read and written at any place, cut, and there for another handle', async () => {
  const directory = new NodeDirectory(folder);
  const file = await directory.open('a');
  expect(await file.write(bytes('Hallo, world'), { at: 0 })).toBe(12);
  expect(await file.write(bytes('e'), { at: 1 })).toBe(1);
  const part = new Uint8Array(4);
  expect(await file.read(part, { at: 10 })).toBe(2);
  expect(await file.read(part, { at: 0 })).toBe(4);
  expect(part).toEqual(bytes('Hell'));
  await file.truncate(5);
  expect(await file.getSize()).toBe(5);
  await file.close();
  expect(await (await new NodeDirectory(folder).read('a'))?.text()).toBe('Hello');
  expect(await directory.names()).toEqual(['a']);
});

test('a file that is open is neither opened again nor removed; a file that is not there is null, and removing it does nothing', async () => {
  const directory = new NodeDirectory(folder);
  const file = await directory.open('a');
  await expect(directory.open('a')).rejects.toMatchObject({ name: 'NoModificationAllowedError' });
  await expect(directory.remove('a')).rejects.toMatchObject({ name: 'NoModificationAllowedError' });
  await file.close();
  await directory.remove('a');
  await directory.remove('a');
  expect(await directory.read('a')).toBeNull();
});

test('a file that cannot be opened does not count as open', async () => {
  const directory = new NodeDirectory(folder);
  await expect(directory.open('missing/a')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(directory.open('missing/a')).rejects.toMatchObject({ code: 'ENOENT' });
});

// It takes no byte, as a full disk.
const full = '/dev/full';

test.skipIf(!existsSync(full))('a full disk is a quota that is exceeded', async () => {
  symlinkSync(full, join(folder, 'a'));
  const file = await new NodeDirectory(folder).open('a');
  const refusal = await file.write(bytes('x'), { at: 0 }).catch((error: unknown) => error);
  expect(isQuotaExceeded(refusal)).toBe(true);
  await file.close().catch(() => {});
});

test('a folder that is missing is refused at once', () => {
  expect(() => new NodeDirectory(join(folder, 'missing'))).toThrow('ENOENT');
});

// Root may write everywhere.
test.skipIf(process.getuid?.() === 0)('a folder that may not be written is refused at once', () => {
  chmodSync(folder, 0o555);
  expect(() => new NodeDirectory(folder)).toThrow('EACCES');
});

test('there is room for what the disk says, and nobody knows of a folder that is missing', async () => {
  expect(await new NodeDirectory(folder).room()).toBeGreaterThan(0);
  expect(await freeBytes(join(folder, 'missing'))).toBeNull();
  expect(await bytesIn(join(folder, 'missing'))).toBe(0);
});

test('a folder is as large as all files below it', async () => {
  const file = await new NodeDirectory(folder).open('a');
  await file.write(bytes('12345'), { at: 0 });
  await file.close();
  expect(await bytesIn(join(folder, '..', folder.split('/').at(-1)!))).toBe(5);
});

test('a folder in the place of a file is no file', async () => {
  expect(await fileBlob(folder)).toBeNull();
  writeFileSync(join(folder, 'file'), '');
  expect(await fileBlob(join(folder, 'file', 'below'))).toBeNull();
});

describe('two processes that receive one file, because one was busy until its lock was taken over', () => {
  const right = JSON.stringify({ from: 'the first', text: 'x'.repeat(5000) });
  const wrong = JSON.stringify({ from: 'the other', text: 'y'.repeat(5000) });

  /** The other process has the same file in its hands while this one's answer is on its way. */
  async function receiveMeanwhile(): Promise<void> {
    const reception = await new DirectoryFileStore(new NodeDirectory(folder)).receive(key, label);
    await reception.restart({ etag: '"other"', lastModified: null });
    await reception.append(bytes(wrong));
    await reception.complete(await sha256Hex(bytes(wrong)));
  }

  test('never read a mixture of both', async () => {
    let requests = 0;
    const fetch: typeof globalThis.fetch = async () => {
      requests += 1;
      const isFirst = requests === 1;
      const pieces = [right.slice(0, 4000), right.slice(4000)].map(bytes);
      // Asked for the second piece when the first one is on disk.
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
        if (isFirst && pieces.length === 1) await receiveMeanwhile();
        const piece = pieces.shift();
        if (piece) controller.enqueue(piece);
        else controller.close();
      };
      const body = new ReadableStream({ pull }, { highWaterMark: 0 });
      return new Response(body, { headers: { 'content-type': 'application/json', etag: '"v"' } });
    };
    const store = new DirectoryFileStore(new NodeDirectory(folder));
    const file = { url: key.url, kind: 'json', expected: null, label } as const;
    const fetched = await fetchFile(file, { store, fetch, locks: new OneTabLocks() });
    expect(await fetched.json()).toEqual(JSON.parse(right));
    expect(requests).toBeGreaterThan(1);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});
