import type { FileLabel } from '../storage/file-store.ts';
import type { ContentHash } from './content-hash.ts';

/** The only content that is accepted from an address. */
export interface ExpectedContent {
  readonly bytes: number;
  readonly hash: ContentHash;
}

/** A file on a server, and what is known of it before it arrives. */
export interface RemoteFile {
  /** Absolute. */
  readonly url: string;
  /** Where its copy is kept, if not under `url`: an address that stays the same when the file moves. */
  readonly storedAs?: string;
  readonly kind: 'json' | 'onnx' | 'weights' | 'text';
  /** null where the address alone is known. */
  readonly expected: ExpectedContent | null;
  readonly label: FileLabel;
}
