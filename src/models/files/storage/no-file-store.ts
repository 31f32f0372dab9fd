import { BlobReception } from './blob-reception.ts';
import type { FileStore } from './file-store.ts';

/** The store of those who have none: files pass through it. */
export const keepNothing: FileStore = {
  persistent: false,
  isExclusive: true,
  find: async () => null,
  receive: async () => new BlobReception(),
  remove: async () => {},
  removeOthers: async () => {},
  list: async () => [],
  room: async () => null,
};
