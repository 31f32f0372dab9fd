import { EngineError } from '../../errors/engine-error.ts';
import type { FileStore, Reception, StoredFile } from '../storage/file-store.ts';
import { isQuotaExceeded, requireRoom, storageFull } from '../storage/storage-room.ts';
import { contentProblem, startsLikeMarkup } from './check-content.ts';
import { IncrementalHash } from './content-hash.ts';
import { canContinue, isTheRest, type PartReceived, rangeHeaders } from './content-range.ts';
import {
  htmlPageError,
  interruptedError,
  lengthError,
  stalledError,
  statusError,
} from './download-errors.ts';
import type { RemoteFile } from './remote-file.ts';
import { announcedLength, type RequestOptions, requestFile } from './request-file.ts';
import { Retries } from './retries.ts';

export interface ReceiveOptions extends RequestOptions {
  readonly store: FileStore;
  /** How the browser's HTTP cache takes part. */
  readonly cache: RequestCache;
  /** Bytes of the file so far, without transport compression; the total is null where nobody told it. */
  readonly onBytes?: ((bytesLoaded: number, bytesTotal: number | null) => void) | undefined;
}

/** A connection that brings nothing for so long is given up. */
export const stallMs = 30_000;

const headBytes = 64;

/** What became of one attempt. */
type Attempt =
  | { readonly kind: 'all'; readonly contentType: string }
  /** What is here does not go with what the server has now. */
  | { readonly kind: 'begin-anew' }
  | { readonly kind: 'failed'; readonly error: EngineError; readonly retryAfter: string | null };

/**
 * Downloads one file into the store, hashing it as it arrives, and checks it. Goes on where an earlier download broke
 * off, in this tab or in one that is gone, as long as the answers fit together; begins anew where they do not.
 * Failures that may pass are tried again, with pauses. What fails its check is removed, never answered; what broke off
 * stays in the store for the next time.
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
  #totalBytes: number | null;
  /** True while some of the bytes come from another answer than the last one. */
  #joined = false;
  /** What is here is of no use, or has no room: it is to be removed. */
  #isSpoiled = false;

  constructor(file: RemoteFile, reception: Reception, options: ReceiveOptions) {
    this.#file = file;
    this.#reception = reception;
    this.#options = options;
    this.#retries = new Retries(options.timer, options.signal);
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
    await this.#takeUp();
    let restarts = 0;
    for (;;) {
      const before = this.#reception.received;
      const attempt = await this.#attempt();
      this.#retries.brought(this.#reception.received - before);
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
      await this.#empty();
      if (restarts > 2)
        throw interruptedError(this.#file.url, 0, this.#totalBytes, 'its parts do not fit together');
    }
  }

  /** Hashes what an earlier download left, if it is of use. */
  async #takeUp(): Promise<void> {
    if (this.#reception.received === 0) return;
    const isTooLong = this.#totalBytes !== null && this.#reception.received > this.#totalBytes;
    if (isTooLong || !this.canContinue) return this.#empty();
    for await (const piece of this.#reception.pieces()) this.#takeIn(piece);
    this.#joined = true;
  }

  async #empty(): Promise<void> {
    await this.#begin({ etag: null, lastModified: null });
  }

  async #begin(validators: { etag: string | null; lastModified: string | null }): Promise<void> {
    this.#hash = new IncrementalHash(this.#file.expected);
    this.#head = new Uint8Array(0);
    this.#totalBytes = this.#file.expected?.bytes ?? null;
    this.#joined = false;
    this.#isSpoiled = false;
    await this.#writing(() => this.#reception.restart(validators));
  }

  async #attempt(): Promise<Attempt> {
    const { url } = this.#file;
    const part = this.#part;
    const continues = part.received > 0;
    if (continues && part.received === part.totalBytes) return { kind: 'all', contentType: '' };
    // A connection that has stalled is closed, and not only left.
    const connection = new AbortController();
    const signal = this.#options.signal
      ? AbortSignal.any([this.#options.signal, connection.signal])
      : connection.signal;
    try {
      const response = await this.#whileMoving(
        requestFile(
          url,
          {
            method: 'GET',
            cache: this.#options.cache,
            headers: continues ? rangeHeaders(part, isSameOrigin(url)) : {},
          },
          { fetch: this.#options.fetch, signal },
        ),
      );
      this.#retries.answered();
      const answer = await this.#readAnswer(response, part, continues);
      if (answer !== null) return answer;
      await this.#readBody(response);
      return { kind: 'all', contentType: response.headers.get('content-type') ?? '' };
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      if (!(error instanceof EngineError)) throw error;
      if (error.code === 'download') return { kind: 'failed', error, retryAfter: null };
      if (this.#isSpoiled && this.#joined) return { kind: 'begin-anew' };
      throw error;
    } finally {
      connection.abort();
    }
  }

  /** Looks at status and headers; null where the body is to be read. */
  async #readAnswer(response: Response, part: PartReceived, continues: boolean): Promise<Attempt | null> {
    const { url, expected } = this.#file;
    if (continues && response.status === 416) return { kind: 'begin-anew' };
    if (!response.ok) {
      const error = statusError(url, response.status, response.statusText);
      return { kind: 'failed', error, retryAfter: response.headers.get('retry-after') };
    }
    const length = announcedLength(response);
    if (continues && response.status === 206) {
      if (!isTheRest(response, part)) return { kind: 'begin-anew' };
      if (length !== null) this.#totalBytes ??= part.received + length;
      if (length !== null) await requireRoom(this.#options.store, length, url);
      return null;
    }
    // Looked at before what is here is let go of: a login page is no reason to lose half a gigabyte.
    const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
    const isOtherLength = expected !== null && length !== null && length !== expected.bytes;
    if (isPage && (isOtherLength || continues)) throw htmlPageError(this.#file);
    if (isOtherLength) throw lengthError(url, length, expected.bytes);
    await this.#begin({
      etag: response.headers.get('etag'),
      lastModified: response.headers.get('last-modified'),
    });
    this.#totalBytes ??= length;
    if (this.#totalBytes !== null) await requireRoom(this.#options.store, this.#totalBytes, url);
    return null;
  }

  async #readBody(response: Response): Promise<void> {
    const { url, expected } = this.#file;
    const reader = response.body?.getReader();
    while (reader !== undefined) {
      const { done, value } = await this.#whileMoving(reader.read()).catch((cause: unknown) => {
        if (cause instanceof EngineError) throw cause;
        throw interruptedError(url, this.#reception.received, this.#totalBytes, cause);
      });
      if (done) return;
      if (expected !== null && this.#reception.received + value.byteLength > expected.bytes) {
        this.#isSpoiled = true;
        if (startsLikeMarkup(this.#head, this.#file.kind)) throw htmlPageError(this.#file);
        throw lengthError(url, `more than ${expected.bytes}`, expected.bytes);
      }
      await this.#writing(() => this.#reception.append(value));
      this.#takeIn(value);
      this.#options.onBytes?.(this.#reception.received, this.#totalBytes);
    }
  }

  #takeIn(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    if (this.#head.byteLength < headBytes) {
      this.#head = Uint8Array.of(...this.#head, ...bytes.subarray(0, headBytes - this.#head.byteLength));
    }
  }

  /** `step`, unless nothing happens for too long. */
  async #whileMoving<T>(step: Promise<T>): Promise<T> {
    const arrived = new AbortController();
    const stall = this.#options.timer.wait(stallMs, arrived.signal).then(() => {
      throw stalledError(this.#file.url, stallMs / 1000, this.#reception.received, this.#totalBytes);
    });
    stall.catch(() => {});
    try {
      return await Promise.race([step, stall]);
    } finally {
      step.catch(() => {});
      arrived.abort();
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

/** Node has no location, and no origins to cross. */
function isSameOrigin(url: string): boolean {
  const { origin } = (globalThis as { location?: { readonly origin: string } }).location ?? {};
  return origin === undefined || new URL(url).origin === origin;
}
