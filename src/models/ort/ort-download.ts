import { presumedLength } from '../files/download/request-file.ts';

/** Of ONNX Runtime's WebAssembly, bytes without transport compression; the total is null where nobody told it. */
export type OrtDownloadListener = (bytesLoaded: number, bytesTotal: number | null) => void;

/** Each report crosses the worker's port. */
const reportEveryBytes = 256 * 1024;

const listeners = new Set<OrtDownloadListener>();

/** Told while this thread fetches ONNX Runtime, which its first session does. @returns ends that */
export function onOrtDownload(listener: OrtDownloadListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Counts the bytes of ONNX Runtime's WebAssembly as its own code fetches it: 14 to 27 MB that would else arrive in
 * silence. Given the file instead (`env.wasm.wasmBinary`), it would not compile while it streams, and the browser would
 * not keep what it compiled. So the one fetch of that address is watched, and the response goes on as it came; a copy of
 * its body is counted.
 * @param url absolute
 */
export function watchOrtDownload(url: string, scope: Pick<typeof globalThis, 'fetch'> = globalThis): void {
  const original = scope.fetch;
  const watching: typeof fetch = async (input, init) => {
    const response = await original.call(globalThis, input, init);
    const asked = input instanceof Request ? input.url : String(input);
    if (asked !== url || !response.ok) return response;
    if (scope.fetch === watching) scope.fetch = original;
    void count(response.clone());
    return response;
  };
  scope.fetch = watching;
}

async function count(response: Response): Promise<void> {
  const total = presumedLength(response);
  const reader = response.body?.getReader();
  let loaded = 0;
  let reported = 0;
  const report = (): void => {
    if (loaded === reported) return;
    reported = loaded;
    // More than the total: that counts compressed bytes.
    for (const listener of listeners) listener(loaded, total !== null && loaded > total ? null : total);
  };
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      loaded += read.value.byteLength;
      if (loaded - reported >= reportEveryBytes) report();
    }
    report();
  } catch {
    // Whoever waits for the response itself is told.
  }
}
