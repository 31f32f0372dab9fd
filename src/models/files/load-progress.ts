/**
 * Progress of one load; bytes are those of the files on disk or wire. `runtime`: the engine's own WebAssembly is on its
 * way, which the first load fetches; files and bytes are its own then.
 */
export interface LoadProgress {
  readonly modelId: string;
  readonly stage: 'download' | 'verify' | 'runtime' | 'create-session' | 'self-check' | 'ready';
  /** Path of the file inside the model's folder that this report is about; null where it is about all. */
  readonly file: string | null;
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly bytesLoaded: number;
  /** null while the server has not told it. */
  readonly bytesTotal: number | null;
  /** True where the bytes come from the browser's storage. */
  readonly cached: boolean;
}

/** Reports are this far apart at least: each one crosses the worker's port. */
const REPORT_EVERY_BYTES = 128 * 1024;

interface FileState {
  bytesLoaded: number;
  bytesTotal: number | null;
  cached: boolean;
  done: boolean;
}

/** Sums up the progress of a model's files, which arrive side by side. */
export class LoadProgressTracker {
  readonly #modelId: string;
  readonly #report: (progress: LoadProgress) => void;
  readonly #files = new Map<string, FileState>();
  #bytesReported = 0;

  /** `files`: path and, where known, size of each file that is expected. */
  constructor(
    modelId: string,
    files: readonly { readonly path: string; readonly bytes: number | null }[],
    report: (progress: LoadProgress) => void,
  ) {
    this.#modelId = modelId;
    this.#report = report;
    for (const { path, bytes } of files) {
      this.#files.set(path, { bytesLoaded: 0, bytesTotal: bytes, cached: false, done: false });
    }
  }

  loaded(path: string, bytesLoaded: number, bytesTotal: number | null, cached: boolean): void {
    this.#files.set(path, { bytesLoaded, bytesTotal, cached, done: false });
    const sum = this.#sum('bytesLoaded');
    if (sum - this.#bytesReported >= REPORT_EVERY_BYTES) this.#send('download', path);
  }

  done(path: string, bytes: number, cached: boolean): void {
    this.#files.set(path, { bytesLoaded: bytes, bytesTotal: bytes, cached, done: true });
    this.#send('download', path);
  }

  /** The folder has no such file, and the model can do without. */
  absent(path: string): void {
    this.#files.delete(path);
  }

  verified(): void {
    this.#send('verify', null);
  }

  #send(stage: 'download' | 'verify', path: string | null): void {
    const files = [...this.#files.values()];
    this.#bytesReported = this.#sum('bytesLoaded');
    this.#report({
      modelId: this.#modelId,
      stage,
      file: path,
      filesDone: files.filter((file) => file.done).length,
      filesTotal: files.length,
      bytesLoaded: this.#bytesReported,
      bytesTotal: files.some((file) => file.bytesTotal === null) ? null : this.#sum('bytesTotal'),
      cached: path === null ? files.every((file) => file.cached) : (this.#files.get(path)?.cached ?? false),
    });
  }

  #sum(field: 'bytesLoaded' | 'bytesTotal'): number {
    let sum = 0;
    for (const file of this.#files.values()) sum += file[field] ?? 0;
    return sum;
  }
}
