import { beforeEach, describe, expect, test } from 'vitest';
import type { FileKey, FileStore } from '../files/storage/file-store.ts';

const url = 'https://models.example/folder/model.onnx';
const key: FileKey = { url, content: 'sha256:aa' };
const label = { model: 'folder', path: 'model.onnx' };
const validators = { etag: '"v1"', lastModified: null };
const encode = (text: string) => new TextEncoder().encode(text);

/** Puts `text` into the store as one download does. */
async function put(store: FileStore, at: FileKey, text: string): Promise<void> {
  const reception = await store.receive(at, label);
  await reception.restart(validators);
  for (const letter of text) await reception.append(encode(letter));
  await reception.complete('hash of it');
}

async function textAt(store: FileStore, at: FileKey): Promise<string | null> {
  return (await store.find(at))?.blob.text() ?? null;
}

/** What every FileStore that keeps files does. `open` answers a handle on one and the same empty store. */
export function fileStoreSuite(name: string, open: () => Promise<FileStore>): void {
  describe(name, () => {
    let store: FileStore;
    beforeEach(async () => {
      store = await open();
    });

    test('keeps files', () => expect(store.persistent).toBe(true));

    test('a file comes back as it was received, through another handle too', async () => {
      await put(store, key, 'weights');
      const again = await (await open()).find(key);
      expect(await again?.blob.text()).toBe('weights');
      expect(again).toMatchObject({ sha256: 'hash of it', ...validators });
    });

    test('an address has separate places for its content with and without a hash, and for its queries', async () => {
      await put(store, key, 'weights');
      expect(await store.find({ url, content: null })).toBeNull();
      expect(await store.find({ url, content: 'sha256:bb' })).toBeNull();
      expect(await store.find({ url: `${url}?revision=2`, content: key.content })).toBeNull();
    });

    test('contents of one address lie side by side until the others are removed', async () => {
      const other: FileKey = { url: `${url}?revision=2`, content: 'sha256:cc' };
      const newer: FileKey = { url, content: 'sha256:bb' };
      await put(store, key, 'old');
      await put(store, other, 'other');
      await put(store, newer, 'new');
      expect(await textAt(store, key)).toBe('old');
      await store.removeOthers([newer]);
      expect(await textAt(store, key)).toBeNull();
      expect(await textAt(store, newer)).toBe('new');
      expect(await textAt(store, other)).toBe('other');
    });

    test('a whole copy stays as it is until another one is complete, and is then replaced', async () => {
      await put(store, key, 'old');
      const reception = await store.receive(key, label);
      expect(reception).toMatchObject({ received: 0, replacedBytes: 3 });
      await reception.restart({ etag: '"v2"', lastModified: null });
      await reception.append(encode('newer'));
      expect(await textAt(store, key)).toBe('old');
      await reception.complete('hash of the new one');
      expect(await textAt(await open(), key)).toBe('newer');
      expect(await store.find(key)).toMatchObject({ sha256: 'hash of the new one', etag: '"v2"' });
      expect(await store.list()).toEqual([{ key, ...label, bytes: 5, complete: true }]);
    });

    test('a whole copy outlives receptions that come to nothing', async () => {
      await put(store, key, 'old');
      for (const end of ['suspend', 'discard'] as const) {
        const reception = await store.receive(key, label);
        await reception.restart(validators);
        await reception.append(encode('bad'));
        await reception[end]();
        expect(await textAt(store, key)).toBe('old');
      }
    });

    test('a reception can make room: what it replaces goes first', async () => {
      const newer: FileKey = { url, content: 'sha256:bb' };
      await put(store, key, 'old');
      await put(store, newer, 'damaged');
      const reception = await store.receive(newer, label);
      expect(reception.replacedBytes).toBe(10);
      await reception.restart(validators);
      await reception.removeReplaced();
      expect(reception.replacedBytes).toBe(0);
      expect(await store.find(key)).toBeNull();
      expect(await store.find(newer)).toBeNull();
      await reception.append(encode('new'));
      await reception.complete('hash of it');
      expect(await textAt(store, newer)).toBe('new');
    });

    test('a removed file is gone', async () => {
      await put(store, key, 'weights');
      await store.remove(key);
      expect(await store.find(key)).toBeNull();
      expect(await store.list()).toEqual([]);
    });

    test('a part is not found, and what was let go of does not come back', async () => {
      const reception = await store.receive(key, label);
      await reception.restart(validators);
      await reception.append(encode('first'));
      await reception.restart({ etag: '"v2"', lastModified: null });
      await reception.append(encode('second'));
      expect(reception).toMatchObject({ received: 6, validators: { etag: '"v2"' } });
      expect(await textAt(store, key)).toBeNull();
      await reception.complete('hash of it');
      expect(await textAt(store, key)).toBe('second');
    });

    test('what is discarded leaves nothing', async () => {
      const reception = await store.receive(key, label);
      await reception.restart(validators);
      await reception.append(encode('bad'));
      await reception.discard();
      expect(await store.list()).toEqual([]);
    });

    test('the list tells model, path and bytes', async () => {
      await put(store, key, 'weights');
      expect(await store.list()).toEqual([{ key, ...label, bytes: 7, complete: true }]);
    });
  });
}
