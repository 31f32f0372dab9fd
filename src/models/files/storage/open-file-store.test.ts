import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { host } from '#host';
import { host as browserHost } from '../../../host/browser-host.ts';
import { keepNothing } from './no-file-store.ts';
import { openFileStore } from './open-file-store.ts';

// These tests run in Node.js, and are about browsers.
beforeEach(() => {
  vi.spyOn(host, 'openDirectory').mockImplementation(browserHost.openDirectory);
  vi.spyOn(host, 'openCache').mockImplementation(browserHost.openCache);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const refusal = (): DOMException => new DOMException('Access is denied.', 'SecurityError');

function throwRefusal(): never {
  throw refusal();
}

test.each<[string, () => unknown]>([
  ['rejects', () => Promise.reject(refusal())],
  ['throws', throwRefusal],
])(
  'where the browser %s at every way to store, a store that keeps nothing takes its place',
  async (_, deny) => {
    vi.stubGlobal(
      'FileSystemFileHandle',
      class {
        createSyncAccessHandle() {}
      },
    );
    vi.stubGlobal('navigator', { storage: { getDirectory: deny } });
    vi.stubGlobal('caches', { open: deny });
    expect(await openFileStore()).toBe(keepNothing);
  },
);

test('where the browser denies the Cache API by its name already, a store that keeps nothing takes its place', async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'caches');
  Object.defineProperty(globalThis, 'caches', { get: throwRefusal, configurable: true });
  try {
    expect(await openFileStore()).toBe(keepNothing);
  } finally {
    if (before) Object.defineProperty(globalThis, 'caches', before);
    else Reflect.deleteProperty(globalThis, 'caches');
  }
});
