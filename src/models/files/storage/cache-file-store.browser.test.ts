import { beforeEach, expect, test } from 'vitest';
import { fileStoreSuite } from '../../testing/file-store-suite.ts';
import { CacheFileStore } from './cache-file-store.ts';
import { openCacheFileStore, openFileStore } from './open-file-store.ts';

const storeName = 'antiphon-cache-store-test';
beforeEach(async () => void (await caches.delete(storeName)));

fileStoreSuite('a store in the Cache API', async () => (await openCacheFileStore(storeName))!);

test('a page, which has no synchronous files, keeps them in the Cache API', async () => {
  expect(await openFileStore(storeName)).toBeInstanceOf(CacheFileStore);
});
