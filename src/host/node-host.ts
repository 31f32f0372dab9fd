import { createHash } from 'node:crypto';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { bestOrtBuild } from './best-ort-build.ts';
import type { Host } from './host.ts';
import { bytesIn, fileBlob, freeBytes, NodeDirectory } from './node-directory.ts';
import { cacheFolder, subfolder } from './node-folder.ts';
import { nodeGpu } from './node-gpu.ts';
import { nodeKeptValues } from './node-kept-values.ts';
import { nodeLocks } from './node-locks.ts';
import { isBundled, nodeOrtFiles } from './node-ort-files.ts';
import { localUrl } from './node-paths.ts';
import { threadCount } from './thread-count.ts';

/** A process of Node.js. */
export const host: Host = {
  gpu: nodeGpu,
  bestOrtBuild,
  ortFiles: nodeOrtFiles,
  // ONNX Runtime starts its threads only as the build of the package changes it: see vite.node.config.ts.
  threads: () =>
    threadCount({
      crossOriginIsolated: isBundled,
      navigator: { hardwareConcurrency: Number(process.env.ANTIPHON_THREADS) || availableParallelism() },
    }),
  deviceMemory: () => totalmem() / 2 ** 30,
  openDirectory: async (name) => {
    try {
      return new NodeDirectory(subfolder(name));
    } catch {
      return null;
    }
  },
  openCache: async () => null,
  storageUse: async () => {
    const usedBytes = await bytesIn(cacheFolder());
    const free = await freeBytes(cacheFolder());
    return { usedBytes, quotaBytes: free === null ? null : usedBytes + free };
  },
  isStoragePersisted: async () => true,
  keptValues: nodeKeptValues,
  // Not a MessageChannel: Node.js delivers up to a thousand messages of one port before it looks at anything else.
  nextTask: () => new Promise((resolve) => setImmediate(resolve)),
  hasher: (algorithm) => {
    const hash = createHash(algorithm);
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
  },
  locks: () => nodeLocks,
  fetch: (input, init) => globalThis.fetch(input, init),
  isLocal: (url) => url.startsWith('file:'),
  localUrl,
  openLocal: (url) => fileBlob(fileURLToPath(url)),
  baseUrl: () => undefined,
};
