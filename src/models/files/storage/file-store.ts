/** Which content: the address alone, or the address with the only content that is accepted from it. */
export interface FileKey {
  /** Absolute. */
  readonly url: string;
  /** Hash of the content as `hashName` writes it; null where the content of the address is not fixed. */
  readonly content: string | null;
}

/** What a file belongs to, for the list of what is stored. */
export interface FileLabel {
  /** What the model is called in `load`, without a dtype; null for files of no model, as a catalogue. */
  readonly model: string | null;
  /** Inside the model's folder. */
  readonly path: string;
}

/** What the server said of a content; null where it did not. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** A whole file in the store. It may have been damaged there: whoever reads `blob` compares it with `sha256`. */
export interface StoredFile extends Validators {
  readonly blob: Blob;
  /** Of the bytes as they were received, lower-case hex. */
  readonly sha256: string;
}

/**
 * A file on its way into the store: what earlier attempts left, and what is added now. Owned by one download. It lies
 * beside the whole copies of the same address, which stay as they are until it is complete.
 */
export interface Reception {
  /** Bytes that are here. */
  readonly received: number;
  /** Of the answer that these bytes came from; null where there are none. */
  readonly validators: Validators | null;
  /** Of the address's other contents, whole ones and parts; 0 where there are none, or they have been removed. */
  readonly replacedBytes: number;
  /** Removes those others before this one is complete, where there is no room for both. */
  removeReplaced(): Promise<void>;
  /** What is here already, in order, in pieces; for the hash of a download that goes on. */
  pieces(): AsyncIterable<Uint8Array>;
  /** Lets go of what is here, and begins with the bytes of another answer. */
  restart(validators: Validators): Promise<void>;
  /** All or nothing. Rejects with a QuotaExceededError where storage is full. */
  append(bytes: Uint8Array): Promise<void>;
  /** All bytes are here, and they are the right ones: from now on they are what `find` answers under this key. */
  complete(sha256: string): Promise<StoredFile>;
  /** Keeps what is here for a later attempt, where the store can. */
  suspend(): Promise<void>;
  /** Removes what is here. */
  discard(): Promise<void>;
}

/** One file of the store, for lists. */
export interface StoredFileInfo extends FileLabel {
  readonly key: FileKey;
  /** On disk; less than the file has where `complete` is false. */
  readonly bytes: number;
  /** False for a download that was cut off. */
  readonly complete: boolean;
}

/** Keeps downloaded files between visits. Its methods may reject (denied, in use): callers go on without it. */
export interface FileStore {
  /** False where nothing is kept, as outside a secure context. */
  readonly persistent: boolean;
  /** False where others may write a file while it is received here: its bytes are then hashed again when they are read. */
  readonly isExclusive: boolean;
  /** The whole file; null where there is none, or a part of it only. */
  find(key: FileKey): Promise<StoredFile | null>;
  /** A place for the file, with the part of it that an earlier download left. Nothing else is touched. */
  receive(key: FileKey, label: FileLabel): Promise<Reception>;
  remove(key: FileKey): Promise<void>;
  /** Removes what is kept of the addresses of `keys` under any other key. */
  removeOthers(keys: readonly FileKey[]): Promise<void>;
  list(): Promise<StoredFileInfo[]>;
  /** Bytes that may still be written, as the browser estimates; null where nobody knows. */
  room(): Promise<number | null>;
}
