import { wrap } from 'comlink';
import type { EngineError } from '../../src/errors/engine-error.ts';
import { connect } from '../../src/openai/connect-with-openai.ts';
import type { EngineProbe } from './engine-probe.ts';
import type { Holdings, Reading } from './measures.ts';
import { readEngines } from './read-engines.ts';
import { Soak, type SoakAmounts, type SoakEngine } from './soak.ts';

/** What page.html offers to the script that drives the browser, as `window.soak`. */
export interface SoakPage {
  start(): Promise<void>;
  run(amounts: SoakAmounts): Promise<void>;
  settle(): Promise<void>;
  close(): Promise<void>;
  readEngines(): Promise<Reading>;
  /** What the origin keeps and holds, whichever page it comes from. */
  readOrigin(): Promise<Holdings>;
}

declare global {
  interface Window {
    soak: SoakPage;
    onSoakProgress(text: string): void;
  }
}

let engines: Soak | null = null;
let opened = 0;

async function open(backend: 'wasm' | 'webgpu'): Promise<SoakEngine> {
  const name = `soak-${crypto.randomUUID()}`;
  const worker = new Worker(/* @vite-ignore */ './soak-worker.js', { type: 'module', name });
  let tellLost: (error: EngineError) => void = () => {};
  const lost = new Promise<EngineError>((resolve) => {
    tellLost = resolve;
  });
  const api = await connect({ backend, createWorker: () => worker, onLost: tellLost });
  const channel = new BroadcastChannel(name);
  const probe = wrap<EngineProbe>(channel);
  const isEnding = opened++ % 2 === 0;
  return {
    api,
    probe,
    lost,
    kill: () => (isEnding ? void probe.die() : worker.terminate()),
    release: () => channel.close(),
  };
}

async function filesIn(folder: FileSystemDirectoryHandle): Promise<File[]> {
  const files: File[] = [];
  for await (const handle of folder.values()) {
    if (handle instanceof FileSystemDirectoryHandle) files.push(...(await filesIn(handle)));
    else files.push(await (handle as FileSystemFileHandle).getFile());
  }
  return files;
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function keptValues(): Promise<number> {
  let count = 0;
  for (const { name } of await indexedDB.databases()) {
    const database = await answerOf(indexedDB.open(name!));
    const stores = [...database.objectStoreNames];
    for (const store of stores) {
      count += await answerOf(database.transaction(store).objectStore(store).count());
    }
    database.close();
  }
  return count;
}

window.soak = {
  start: async () => {
    engines = await Soak.start({ open, chatModel: new URL('./chatty/', document.baseURI).href });
  },
  run: async (amounts) => engines?.run(amounts, (text) => window.onSoakProgress(text)),
  settle: async () => engines?.settle(),
  close: async () => {
    await engines?.close();
    engines = null;
  },
  readEngines: async () => (engines ? readEngines(engines) : {}),
  readOrigin: async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    const files = await filesIn(await navigator.storage.getDirectory());
    return {
      locks: held.length,
      'waiting for locks': pending.length,
      'stored files': files.length,
      'stored bytes': files.reduce((sum, { size }) => sum + size, 0),
      'kept values': await keptValues(),
    };
  },
};
