import { inTime } from '../../../concurrency/in-time.ts';
import type {
  FileKey,
  FileLabel,
  FileStore,
  Reception,
  StoredFile,
  StoredFileInfo,
  Validators,
} from './file-store.ts';

/** Longer than a folder of the browser takes to give up one request (`inTurn`), so that others have their turn behind it. */
const patienceSeconds = 30;
/** Storage that is slower than this is as good as hung. */
const minBytesPerSecond = 2 ** 20;

/** How long to wait until a whole file is read or written. */
export const secondsFor = (bytes: number): number => patienceSeconds + Math.ceil(bytes / minBytesPerSecond);

/** @throws DOMException `TimeoutError` */
export function storageAnswers<T>(work: () => Promise<T>): Promise<T> {
  return inTime(work(), patienceSeconds);
}

/**
 * A store that does not keep its callers waiting for ever: what it has not answered in time rejects, and from then on
 * everything does at once, so that a load waits for a hung storage once and not once a file.
 */
export class PatientFileStore implements FileStore {
  readonly #store: FileStore;
  #givenUp: unknown = null;

  constructor(store: FileStore) {
    this.#store = store;
  }

  /** False once it was given up: nothing more is kept, or counts as stored. */
  get persistent(): boolean {
    return this.#store.persistent && this.#givenUp === null;
  }

  get isExclusive(): boolean {
    return this.#store.isExclusive;
  }

  find(key: FileKey): Promise<StoredFile | null> {
    return this.#ask(() => this.#store.find(key));
  }

  async receive(key: FileKey, label: FileLabel): Promise<Reception> {
    // What comes too late lets go of its file, which is open.
    const discard = (late: Reception) => void late.suspend().catch(() => {});
    const reception = await this.#ask(() => this.#store.receive(key, label), patienceSeconds, discard);
    return new PatientReception(reception, (work, seconds) => this.#ask(work, seconds));
  }

  remove(key: FileKey): Promise<void> {
    return this.#ask(() => this.#store.remove(key));
  }

  removeOthers(keys: readonly FileKey[]): Promise<void> {
    return this.#ask(() => this.#store.removeOthers(keys));
  }

  list(): Promise<StoredFileInfo[]> {
    return this.#ask(() => this.#store.list());
  }

  room(): Promise<number | null> {
    return this.#ask(() => this.#store.room());
  }

  async #ask<T>(work: () => Promise<T>, seconds = patienceSeconds, discard?: (late: T) => void): Promise<T> {
    if (this.#givenUp) throw this.#givenUp;
    const answer = work();
    let isAnswered = false;
    const answered = () => {
      isAnswered = true;
    };
    answer.then(answered, answered);
    try {
      return await inTime(answer, seconds, discard);
    } catch (error) {
      // A request that the store itself has given up leaves the others their chance.
      if (!isAnswered) this.#givenUp ??= error;
      throw error;
    }
  }
}

type Ask = <T>(work: () => Promise<T>, seconds?: number) => Promise<T>;

class PatientReception implements Reception {
  readonly #reception: Reception;
  readonly #ask: Ask;

  constructor(reception: Reception, ask: Ask) {
    this.#reception = reception;
    this.#ask = ask;
  }

  get received(): number {
    return this.#reception.received;
  }

  get validators(): Validators | null {
    return this.#reception.validators;
  }

  get replacedBytes(): number {
    return this.#reception.replacedBytes;
  }

  removeReplaced(): Promise<void> {
    return this.#ask(() => this.#reception.removeReplaced());
  }

  async *pieces(): AsyncIterable<Uint8Array> {
    const pieces = this.#reception.pieces()[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await this.#ask(() => pieces.next());
      if (done) return;
      yield value;
    }
  }

  restart(validators: Validators): Promise<void> {
    return this.#ask(() => this.#reception.restart(validators));
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.#ask(() => this.#reception.append(bytes));
  }

  complete(sha256: string): Promise<StoredFile> {
    // Some stores write all of it now.
    return this.#ask(() => this.#reception.complete(sha256), secondsFor(this.received));
  }

  suspend(): Promise<void> {
    return this.#ask(() => this.#reception.suspend());
  }

  discard(): Promise<void> {
    return this.#ask(() => this.#reception.discard());
  }
}
