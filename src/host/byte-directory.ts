/** A file that is open for writing; nobody else can open it meanwhile. */
export interface ByteFile {
  getSize(): Promise<number>;
  /** Fills `into` from position `at` on; answers how many bytes there were. */
  read(into: Uint8Array, options: { readonly at: number }): Promise<number>;
  /** Answers how many bytes were taken. Rejects with a QuotaExceededError where storage is full. */
  write(bytes: Uint8Array, options: { readonly at: number }): Promise<number>;
  truncate(size: number): Promise<void>;
  /** Puts what was written on disk, and lets others open the file. */
  close(): Promise<void>;
}

/** A flat folder of files. */
export interface ByteDirectory {
  /** True where nobody can write a file that is open here; false where locks alone keep others from it. */
  readonly isExclusive: boolean;
  names(): Promise<string[]>;
  /** The content as it is; null where there is no such file. */
  read(name: string): Promise<Blob | null>;
  /** Opens a file, and makes an empty one where there is none. Rejects where it is open already. */
  open(name: string): Promise<ByteFile>;
  /** Does nothing where there is no such file. Rejects where it is open. */
  remove(name: string): Promise<void>;
  /** Bytes that may still be written; null where nobody knows. */
  room(): Promise<number | null>;
}
