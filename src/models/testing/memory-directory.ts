import type { ByteDirectory, ByteFile } from '../../host/byte-directory.ts';

/** A folder in memory that behaves as the browser's does: a file is open once at a time, and storage has an end. */
export class MemoryDirectory implements ByteDirectory {
  readonly isExclusive = true;
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>();
  /** Bytes that fit. */
  quotaBytes = Infinity;
  /** Writes beyond the end are counted, and lost: seen in Chromium with a quota of its developer tools. */
  losesWrites = false;
  /** What `room` answers beside what is stored; the browser's estimate may be too high. */
  estimatedQuotaBytes: number | null = null;
  /** Of contents that are handed out next: their bytes cannot be read, as on a failing disk. */
  unreadable = 0;
  readonly #open = new Set<string>();

  get usedBytes(): number {
    return [...this.files.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Forgets what is open, as when the tab is gone. */
  abandon(): void {
    this.#open.clear();
  }

  names = async (): Promise<string[]> => [...this.files.keys()];

  read = async (name: string): Promise<Blob | null> => {
    const bytes = this.files.get(name);
    const blob = bytes ? new Blob([bytes]) : null;
    return blob && name.endsWith('.bytes') && this.unreadable-- > 0 ? withoutBytes(blob) : blob;
  };

  open = async (name: string): Promise<ByteFile> => {
    this.#refuseOpen(name);
    this.#open.add(name);
    if (!this.files.has(name)) this.files.set(name, new Uint8Array(0));
    const content = () => this.files.get(name)!;
    return {
      getSize: async () => content().byteLength,
      read: async (into, { at }) => {
        const part = content().subarray(at, at + into.byteLength);
        into.set(part);
        return part.byteLength;
      },
      write: async (bytes, { at }) => {
        const before = content();
        const length = Math.max(before.byteLength, at + bytes.byteLength);
        if (this.usedBytes - before.byteLength + length > this.quotaBytes) {
          if (this.losesWrites) return bytes.byteLength;
          throw new DOMException('no space left', 'QuotaExceededError');
        }
        const after = grown(before, length);
        after.set(bytes, at);
        this.files.set(name, after);
        return bytes.byteLength;
      },
      truncate: async (size) => void this.files.set(name, content().slice(0, size)),
      close: async () => void this.#open.delete(name),
    };
  };

  remove = async (name: string): Promise<void> => {
    this.#refuseOpen(name);
    this.files.delete(name);
  };

  room = async (): Promise<number | null> =>
    this.estimatedQuotaBytes === null ? null : Math.max(0, this.estimatedQuotaBytes - this.usedBytes);

  #refuseOpen(name: string): void {
    if (this.#open.has(name)) throw new DOMException(`${name} is open`, 'NoModificationAllowedError');
  }
}

/** The same bytes and room behind them, in a buffer that doubles. */
function grown(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (length <= bytes.buffer.byteLength) return new Uint8Array(bytes.buffer, 0, length);
  const larger = new Uint8Array(new ArrayBuffer(2 * length), 0, length);
  larger.set(bytes);
  return larger;
}

function withoutBytes(blob: Blob): Blob {
  const slice = () => withoutBytes(blob);
  const arrayBuffer = () =>
    Promise.reject(new DOMException('the file could not be read', 'NotReadableError'));
  return Object.assign(blob, { slice, arrayBuffer });
}
