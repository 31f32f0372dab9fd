import type { ByteDirectory } from './byte-directory.ts';

/** ONNX Runtime's builds: how compiled code waits for the GPU. `plain` cannot: it has the CPU's kernels alone. */
export type OrtBuild = 'jspi' | 'asyncify' | 'plain';

/** Addresses of a build's glue code, which fetches and starts the WebAssembly, and of the latter; absolute. */
export interface OrtBuildFiles {
  readonly mjs: string;
  readonly wasm: string;
}

/** What everything of this site, or this user, has stored, and what it may; null where nobody knows. */
export interface StorageUse {
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
}

/** Bytes that may still be written; null where nobody knows. */
export const roomIn = ({ usedBytes, quotaBytes }: StorageUse): number | null =>
  usedBytes === null || quotaBytes === null ? null : Math.max(0, quotaBytes - usedBytes);

/** Hashes what comes piece by piece. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Ends the hash: lower-case hex. */
  hex(): string;
}

/** Small values that survive a restart, by a key that is a path of URL-encoded parts. */
export interface KeptValues {
  /** What JSON says under `key`, unchecked; null where there is nothing. Never fails. */
  read(key: string): Promise<unknown>;
  /** Keeps what JSON can hold. Never fails: without storage it does nothing. */
  write(key: string, value: unknown): Promise<void>;
}

/**
 * Where the engine runs: a worker of a web page, or a process of Node.js. What differs between them stands behind this
 * interface and nowhere else. `#host` names the implementation, which package.json chooses by the condition `node`.
 */
export interface Host {
  /** Rejects, with a reason that completes "WebGPU is not used: …", where there is none. */
  gpu(): Promise<GPU>;
  /** The fastest of the builds that can run here. */
  readonly bestOrtBuild: (needsGpu: boolean) => OrtBuild;
  readonly ortFiles: (build: OrtBuild) => OrtBuildFiles;
  /** Threads that WASM may use. */
  readonly threads: () => number;
  /** In GiB; null where it is not known. */
  readonly deviceMemory: () => number | null;
  /** A folder that is kept between visits; null where there is none, or it is denied. */
  openDirectory(name: string): Promise<ByteDirectory | null>;
  /** A place for whole files where there are no folders; null where there is none either. */
  openCache(name: string): Promise<Cache | null>;
  storageUse(): Promise<StorageUse>;
  /** True where what is stored is promised to stay. */
  isStoragePersisted(): Promise<boolean>;
  readonly keptValues: KeptValues;
  /**
   * Resolves in a new task, so that messages waiting at this thread are delivered first. On WASM an awaited run resolves in
   * a microtask: a loop of runs alone would never hear an abort.
   */
  nextTask(): Promise<void>;
  readonly hasher: (algorithm: 'sha256' | 'sha1') => Hasher;
  /**
   * Locks between all who share the storage; undefined where there are none. Throws, or rejects, where they are denied.
   * https://developer.mozilla.org/docs/Web/API/LockManager
   */
  locks(): Pick<LockManager, 'request'> | undefined;
  readonly fetch: typeof globalThis.fetch;
  /** True for the address of a file of this machine: it is read where it lies, and no copy is kept. */
  readonly isLocal: (url: string) => boolean;
  /**
   * The address of what `path` names on this machine, as its user writes it; null where it is no such path.
   * @param baseUrl what paths are relative to
   */
  localUrl(path: string, baseUrl: string | undefined): string | null;
  /** Such a file, unread; null where there is none. */
  openLocal(url: string): Promise<Blob | null>;
  /** What relative addresses are relative to; undefined where there is nothing. */
  readonly baseUrl: () => string | undefined;
}
