import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { pathToFileURL } from 'node:url';
import { bestOrtBuild } from './best-ort-build.ts';
import type { Host } from './host.ts';
import { threadCount } from './thread-count.ts';

const require = createRequire(import.meta.url);

/** A process of Node.js. */
export const host: Host = {
  name: `Node.js ${process.versions.node}`,
  gpu: async () => {
    throw new Error('the package "webgpu" is not installed');
  },
  bestOrtBuild,
  ortFiles: (build) => {
    const address = (ending: string) =>
      pathToFileURL(require.resolve(`onnxruntime-web/ort-wasm-simd-threaded.${build}.${ending}`)).href;
    return { mjs: address('mjs'), wasm: address('wasm') };
  },
  threads: () =>
    threadCount({ crossOriginIsolated: true, navigator: { hardwareConcurrency: availableParallelism() } }),
  deviceMemory: () => null,
  openDirectory: async () => null,
  openCache: async () => null,
  storageUse: async () => ({ usedBytes: null, quotaBytes: null }),
  isStoragePersisted: async () => true,
  keptValues: { read: async () => null, write: async () => {} },
  locks: () => undefined,
  fetch: (input, init) => globalThis.fetch(input, init),
  baseUrl: () => undefined,
};
