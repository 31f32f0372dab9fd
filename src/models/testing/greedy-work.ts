import type { OrtBuild } from '../../host/host.ts';

/** What greedy-worker.ts posts. */
export interface GreedyWork {
  readonly tokenIds: readonly number[];
  readonly threads: number;
  readonly isolated: boolean;
  /** WebAssembly files that it fetched, without their folders. */
  readonly wasmFiles: readonly string[];
}

/** Lets a worker of its own write eight tokens with story-draft, on WASM. */
export async function greedyWork(build?: OrtBuild): Promise<GreedyWork> {
  const worker = new Worker(new URL('./greedy-worker.ts', import.meta.url), {
    type: 'module',
    name: build ?? '',
  });
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  } finally {
    worker.terminate();
  }
}
