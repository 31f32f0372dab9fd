import { host } from '#host';
import { EngineError } from '../../../errors/engine-error.ts';
import type { FileStore, Reception, StoredFile } from '../storage/file-store.ts';
import { isQuotaExceeded, storageFull } from '../storage/storage-room.ts';
import { contentProblem, headBytes, openingProblem, startsLikeMarkup } from './check-content.ts';
import { IncrementalHash } from './content-hash.ts';
import { canContinue, isTheRest, type PartReceived, rangeHeaders } from './content-range.ts';
import {
  failureOf,
  htmlPageError,
  interruptedError,
  lengthError,
  stalledError,
  statusError,
} from './download-errors.ts';
import type { RemoteFile } from './remote-file.ts';
import {
  announcedLength,
  presumedLength,
  type RequestOptions,
  requestFile,
  stallMs,
  unlessStalled,
} from './request-file.ts';
import { Retries } from './retries.ts';
import { requireWithinLimit } from './size-limit.ts';

export interface ReceiveOptions extends RequestOptions {
  readonly store: FileStore;
  /** How the browser's HTTP cache takes part. */
  readonly cache: RequestCache;
  /** False where a server that is busy before it has brought anything is not worth waiting for. */
  readonly isPatient: boolean;
  /** Bytes of the file so far, without transport compression; the total is null where nobody told it. */
  readonly onBytes?: ((bytesLoaded: number, bytesTotal: number | null) => void) | undefined;
}

type BodyReader = ReadableStreamDefaultReader<Uint8Array> | undefined;

/** What became of one attempt. */
type Attempt =
  | { readonly kind: 'all'; readonly contentType: string }
  /** What is here does not go with what the server has now. */
  | { readonly kind: 'begin-anew' }
  | { readonly kind: 'failed'; readonly error: EngineError; readonly retryAfter: string | null };

/**
 * Downloads one file into the store, hashing it as it arrives, and checks it. Goes on where an earlier download broke
 * off, in this tab or in one that is gone, as long as the answers fit together; begins anew where they do not, and lets
 * go of what is here only when the new content begins to arrive. Failures that may pass are tried again, with pauses.
 * What fails its check is removed, never answered; what broke off stays in the store for the next time.
 *
 * Throws EngineError `download` (no connection, HTTP status, connection lost), `integrity` (other length or hash than
 * expected, an HTML page, no JSON where JSON is wanted), `storage-full`; an abort throws the signal's reason.
 */
export async function receiveFile(
  file: RemoteFile,
  reception: Reception,
  options: ReceiveOptions,
): Promise<StoredFile> {
  const receiving = new Receiving(file, reception, options);
  try {
    return await receiving.run();
  } catch (error) {
    if (receiving.isSpoiled || !receiving.canContinue) await reception.discard().catch(() => {});
    else await reception.suspend().catch(() => {});
    throw error;
  }
}

class Receiving {
  readonly #file: RemoteFile;
  readonly #reception: Reception;
  readonly #options: ReceiveOptions;
  readonly #retries: Retries;
  #hash: IncrementalHash;
  #head: Uint8Array = new Uint8Array(0);
  /** Length of the whole file; null while nobody knows for sure. */
  #totalBytes: number | null;
  /** True while some of the bytes come from another answer than the last one. */
  #joined = false;
  /** What is here is of no use, or has no room: it is to be removed. */
  #isSpoiled = false;
  /** What is here does not go with what the server has: the whole is asked for, and takes its place when it comes. */
  #wantsWhole = false;
  /** Bytes that have been here at once: what comes again is no gain. */
  #maxReceived = 0;
  /** Answers in a row that were to be the rest, and failed before their first byte. */
  #emptyRests = 0;

  constructor(file: RemoteFile, reception: Reception, options: ReceiveOptions) {
    this.#file = file;
    this.#reception = reception;
    this.#options = options;
    this.#retries = new Retries(options.timer, options.signal, options.isPatient);
    this.#hash = new IncrementalHash(file.expected);
    this.#totalBytes = file.expected?.bytes ?? null;
  }

  get isSpoiled(): boolean {
    return this.#isSpoiled;
  }

  get canContinue(): boolean {
    return canContinue(this.#part);
  }

  get #part(): PartReceived {
    const { received, validators } = this.#reception;
    return { received, validators, totalBytes: this.#totalBytes, isHashed: this.#file.expected !== null };
  }

  async run(): Promise<StoredFile> {
    this.#options.signal?.throwIfAborted();
    requireWithinLimit(this.#file, this.#totalBytes);
    await this.#takeUp();
    let restarts = 0;
    for (;;) {
      const attempt = await this.#attempt();
      if (attempt.kind === 'failed') {
        await this.#retries.afterFailure(attempt.error, attempt.retryAfter);
        this.#joined = this.#reception.received > 0;
        continue;
      }
      if (attempt.kind === 'all') {
        const hash = this.#hash.finish();
        const problem = await contentProblem(this.#file, {
          bytes: this.#reception.received,
          totalBytes: this.#totalBytes,
          hash,
          contentType: attempt.contentType,
          head: this.#head,
          whole: () => wholeOf(this.#reception),
        });
        if (problem === null) return this.#writing(() => this.#reception.complete(hash.sha256));
        // The fault may lie in the bytes that were here before, or in how they were joined.
        if (!this.#joined) {
          this.#isSpoiled = true;
          throw problem;
        }
      }
      restarts += 1;
      this.#wantsWhole = true;
      if (restarts > 2) {
        this.#isSpoiled = true;
        throw interruptedError(this.#file.url, 0, this.#totalBytes, 'its parts do not fit together');
      }
    }
  }

  /** Hashes what an earlier download left, if it is of use. */
  async #takeUp(): Promise<void> {
    if (this.#reception.received === 0) return;
    this.#maxReceived = this.#reception.received;
    const isTooLong = this.#totalBytes !== null && this.#reception.received > this.#totalBytes;
    this.#wantsWhole = isTooLong || !this.canContinue;
    if (this.#wantsWhole) return;
    try {
      for await (const piece of this.#reception.pieces()) this.#takeIn(piece);
      this.#joined = true;
    } catch {
      // It cannot be read: as good as missing.
      this.#wantsWhole = true;
    }
  }

  async #attempt(): Promise<Attempt> {
    const { url } = this.#file;
    const part = this.#part;
    const continues = part.received > 0 && !this.#wantsWhole;
    if (continues && part.received === part.totalBytes) return { kind: 'all', contentType: '' };
    // A connection that has stalled is closed, and not only left.
    const connection = new AbortController();
    const signal = this.#options.signal
      ? AbortSignal.any([this.#options.signal, connection.signal])
      : connection.signal;
    try {
      const response = await requestFile(
        url,
        {
          method: 'GET',
          cache: this.#options.cache,
          headers: continues ? rangeHeaders(part, isSameOrigin(url)) : {},
        },
        { fetch: this.#options.fetch, timer: this.#options.timer, signal },
      );
      this.#retries.answered();
      if (continues && response.status === 416) return { kind: 'begin-anew' };
      if (!response.ok) {
        const error = statusError(url, response.status, response.statusText);
        return { kind: 'failed', error, retryAfter: response.headers.get('retry-after') };
      }
      const isRest = continues && response.status === 206;
      if (isRest && !isTheRest(response, part)) return { kind: 'begin-anew' };
      await (isRest ? this.#readRest(response) : this.#readWhole(response));
      return { kind: 'all', contentType: contentTypeOf(response) };
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (!(error instanceof EngineError)) throw error;
      if (error.code === 'download') return { kind: 'failed', error, retryAfter: null };
      if (error.code === 'integrity' && this.#isSpoiled && this.#joined) return { kind: 'begin-anew' };
      throw error;
    } finally {
      connection.abort();
    }
  }

  async #readRest(response: Response): Promise<void> {
    const length = announcedLength(response);
    if (length !== null) this.#totalBytes ??= this.#reception.received + length;
    const needsRoom = await this.#needsRoomOfOthers(length, 0);
    const reader = response.body?.getReader();
    let first: Uint8Array | null;
    try {
      first = await this.#nextOf(reader);
      this.#emptyRests = 0;
    } catch (error) {
      // The server sends parts of a compressed file, which no browser can read, unseen by pages of other origins.
      if (failureOf(error) === 'interrupted') this.#emptyRests += 1;
      this.#wantsWhole = this.#emptyRests > 1;
      throw error;
    }
    if (first !== null && needsRoom) await this.#reception.removeReplaced();
    if (first !== null) await this.#readBody(reader, [first], this.#totalBytes);
  }

  /** What is here stays until the new content is seen to be one. */
  async #readWhole(response: Response): Promise<void> {
    const { url, expected } = this.#file;
    const length = announcedLength(response);
    const isOtherLength = expected !== null && length !== null && length !== expected.bytes;
    const wanted = expected?.bytes ?? presumedLength(response);
    const needsRoom = isOtherLength ? false : await this.#needsRoomOfOthers(wanted, this.#reception.received);
    const reader = response.body?.getReader();
    const opening: Uint8Array[] = [];
    let head = new Uint8Array(0);
    while (head.byteLength < headBytes) {
      const value = await this.#nextOf(reader);
      if (value === null) break;
      opening.push(value);
      head = Uint8Array.of(...head, ...value.subarray(0, headBytes - head.byteLength));
    }
    const problem = openingProblem(this.#file, {
      contentType: contentTypeOf(response),
      head,
      isOtherLength,
      replaces: this.#reception.received > 0,
    });
    if (problem !== null) throw problem;
    this.#requireWithinLimit(length);
    if (isOtherLength) throw lengthError(url, length, expected.bytes);
    this.#hash = new IncrementalHash(expected);
    this.#head = new Uint8Array(0);
    this.#totalBytes = expected?.bytes ?? length;
    this.#joined = false;
    this.#isSpoiled = false;
    this.#wantsWhole = false;
    await this.#writing(() =>
      this.#reception.restart({
        etag: response.headers.get('etag'),
        lastModified: response.headers.get('last-modified'),
      }),
    );
    if (needsRoom) await this.#reception.removeReplaced();
    await this.#readBody(reader, opening, wanted);
  }

  /** @param presumedBytes of the whole, for the progress: nobody need know it for sure */
  async #readBody(
    reader: BodyReader,
    opening: readonly Uint8Array[],
    presumedBytes: number | null,
  ): Promise<void> {
    const { url, expected } = this.#file;
    const pieces = [...opening];
    for (;;) {
      const value = pieces.shift() ?? (await this.#nextOf(reader));
      if (value === null) return;
      if (expected !== null && this.#reception.received + value.byteLength > expected.bytes) {
        this.#isSpoiled = true;
        if (startsLikeMarkup(this.#head, this.#file.kind)) throw htmlPageError(this.#file);
        throw lengthError(url, `more than ${expected.bytes}`, expected.bytes);
      }
      this.#requireWithinLimit(this.#reception.received + value.byteLength);
      await this.#writing(() => this.#append(value));
      this.#takeIn(value);
      const { received } = this.#reception;
      this.#retries.brought(Math.max(0, received - this.#maxReceived));
      this.#maxReceived = Math.max(this.#maxReceived, received);
      const isPresumable = presumedBytes !== null && received <= presumedBytes;
      this.#options.onBytes?.(received, this.#totalBytes ?? (isPresumable ? presumedBytes : null));
    }
  }

  #requireWithinLimit(bytes: number | null): void {
    try {
      requireWithinLimit(this.#file, bytes);
    } catch (error) {
      this.#isSpoiled = true;
      throw error;
    }
  }

  /** null at the end. */
  async #nextOf(reader: BodyReader): Promise<Uint8Array | null> {
    if (reader === undefined) return null;
    try {
      const { done, value } = await unlessStalled(reader.read(), this.#options.timer, () =>
        stalledError(this.#file.url, stallMs / 1000, this.#reception.received, this.#totalBytes),
      );
      return done ? null : value;
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      throw interruptedError(this.#file.url, this.#reception.received, this.#totalBytes, cause);
    }
  }

  /**
   * Whether what the file replaces must go before all of it is here. Throws `storage-full` where `bytes` do not fit even
   * then.
   * @param freedBytes of what is let go of anyway
   */
  async #needsRoomOfOthers(bytes: number | null, freedBytes: number): Promise<boolean> {
    const { store } = this.#options;
    const room = bytes !== null && store.persistent ? await store.room().catch(() => null) : null;
    if (bytes === null || room === null || bytes <= room + freedBytes) return false;
    if (bytes <= room + freedBytes + this.#reception.replacedBytes) return true;
    throw storageFull(this.#file.url, bytes, room);
  }

  /** Where the browser's estimate was wrong, what the file replaces makes room. */
  async #append(bytes: Uint8Array): Promise<void> {
    try {
      await this.#reception.append(bytes);
    } catch (error) {
      if (!isQuotaExceeded(error) || this.#reception.replacedBytes === 0) throw error;
      await this.#reception.removeReplaced();
      await this.#reception.append(bytes);
    }
  }

  #takeIn(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    if (this.#head.byteLength < headBytes) {
      this.#head = Uint8Array.of(...this.#head, ...bytes.subarray(0, headBytes - this.#head.byteLength));
    }
  }

  async #writing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      this.#isSpoiled = true;
      if (!isQuotaExceeded(cause)) throw cause;
      throw storageFull(this.#file.url, this.#totalBytes, null, cause);
    }
  }
}

async function wholeOf(reception: Reception): Promise<Uint8Array> {
  const whole = new Uint8Array(reception.received);
  let end = 0;
  for await (const piece of reception.pieces()) {
    whole.set(piece, end);
    end += piece.byteLength;
  }
  return whole;
}

const contentTypeOf = (response: Response): string => response.headers.get('content-type') ?? '';

/** Without a page there are no origins to cross. */
function isSameOrigin(url: string): boolean {
  const page = host.baseUrl();
  return page === undefined || new URL(url).origin === new URL(page).origin;
}
