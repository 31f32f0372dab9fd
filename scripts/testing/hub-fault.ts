/** What a server does instead of answering as it should. */
export type HubFault =
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Its Retry-After header. */
      readonly retryAfter?: string;
      /** Its X-Error-Code header: RepoNotFound, GatedRepo … */
      readonly code?: string;
    }
  /** Hangs up after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Sends so many bytes of the body and then nothing. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Turns over one bit in the middle of what it sends. */
  | { readonly kind: 'wrong-bytes' }
  /** A page with status 200 in place of the file. */
  | { readonly kind: 'html-page' }
  /** A Git LFS pointer with status 200 in place of the file. */
  | { readonly kind: 'lfs-pointer' }
  /** The file compressed on the way, under its own type; another origin is not told. */
  | { readonly kind: 'gzip' }
  /** The whole file, whatever part was asked for. */
  | { readonly kind: 'no-ranges' }
  /** The part that was asked for, under a Content-Range that begins so much later. */
  | { readonly kind: 'wrong-content-range'; readonly shift: number }
  /** Another ETag than before, as if the content had changed. */
  | { readonly kind: 'new-etag' };

/** Which requests are meant. */
export interface HubRequestPattern {
  /** The hub itself, or the other origin that it sends downloads to. */
  readonly place?: 'hub' | 'cdn';
  /** In the repository; "api/revision" and "api/tree" for the hub's API. */
  readonly path: string;
}

/** A request that has been answered, or is. */
export interface HubRequest extends Required<HubRequestPattern> {
  readonly method: string;
  readonly repo: string;
  readonly range: string | null;
  readonly authorization: string | null;
  status: number;
  /** Of the body, as far as they were handed to the connection. */
  bytesSent: number;
}
