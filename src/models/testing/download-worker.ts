import { expose } from 'comlink';
import type { EngineError } from '../../errors/engine-error.ts';
import { type FetchedFile, fetchFile } from '../files/download/fetch-file.ts';
import type { RemoteFile } from '../files/download/remote-file.ts';
import { sha256Hex } from '../files/download/sha256.ts';
import { openFileStore } from '../files/storage/open-file-store.ts';

export interface DownloadReport {
  readonly source: FetchedFile['source'];
  readonly sha256: string;
  /** Range headers of the requests, in order. */
  readonly ranges: readonly (string | null)[];
  /** Of bodies, over the network. */
  readonly bytesFetched: number;
}

/** What one tab does with the browser's own storage. */
export class DownloadWorker {
  readonly #storeName: string;

  constructor(storeName: string) {
    this.#storeName = storeName;
  }

  async kind(): Promise<string> {
    return (await openFileStore(this.#storeName)).constructor.name;
  }

  /** @param stopAfter the connection brings so many bytes and then nothing; `onStopped` is called when they are stored */
  async download(file: RemoteFile, stopAfter = Infinity, onStopped = () => {}): Promise<DownloadReport> {
    const ranges: (string | null)[] = [];
    let bytesFetched = 0;
    const fetch: typeof globalThis.fetch = async (input, init) => {
      ranges.push(new Headers(init?.headers).get('range'));
      const response = await globalThis.fetch(input, init);
      const body = response.body!.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          transform(bytes, controller) {
            const part = bytes.subarray(0, stopAfter - bytesFetched);
            bytesFetched += part.byteLength;
            controller.enqueue(part);
            if (bytesFetched >= stopAfter) return new Promise(() => {});
          },
        }),
      );
      return new Response(body, response);
    };
    const store = await openFileStore(this.#storeName);
    const onBytes = (bytes: number) => void (bytes === stopAfter && onStopped());
    const fetched = await fetchFile(file, { store, fetch, onBytes });
    return {
      source: fetched.source,
      sha256: await sha256Hex(await fetched.bytes()),
      ranges,
      bytesFetched,
    };
  }

  /** How the download of a file without an end ends: the code of its error, and the bytes that arrived till then. */
  async downloadEndless(file: RemoteFile): Promise<{ readonly code: string; readonly bytesFetched: number }> {
    let bytesFetched = 0;
    const fetch = async () =>
      new Response(
        new ReadableStream<Uint8Array>({
          pull(controller) {
            const blanks = new Uint8Array(2 ** 20).fill(32);
            bytesFetched += blanks.byteLength;
            controller.enqueue(blanks);
          },
        }),
      );
    const store = await openFileStore(this.#storeName);
    const code = await fetchFile(file, { store, fetch }).then(
      () => 'none',
      (error: EngineError) => error.code,
    );
    return { code, bytesFetched };
  }

  async list() {
    return (await openFileStore(this.#storeName)).list();
  }
}

if (self.name.startsWith('download ')) expose(new DownloadWorker(self.name.slice('download '.length)));
