import { utf8ToBytes } from '@noble/hashes/utils.js';
import { host } from '#host';
import type { Hasher } from '../../../host/host.ts';

/**
 * What vouches for a content: its SHA-256, or the name that git gives it, which is all that a hub knows of small files:
 * the SHA-1 of "blob", the length and the bytes (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects). Lower-case
 * hex.
 */
export interface ContentHash {
  readonly kind: 'sha256' | 'git-blob';
  readonly hex: string;
}

export const hashName = ({ kind, hex }: ContentHash): string => `${kind}:${hex}`;

/** Hashes a file as it arrives. */
export class IncrementalHash {
  readonly #sha256 = host.hasher('sha256');
  readonly #gitBlob: Hasher | null = null;
  readonly #expected: ContentHash | null;

  /** @param expected what the file is to be compared with; its length goes into git's hash */
  constructor(expected: { readonly bytes: number; readonly hash: ContentHash } | null) {
    this.#expected = expected?.hash ?? null;
    if (expected?.hash.kind !== 'git-blob') return;
    this.#gitBlob = host.hasher('sha1');
    this.#gitBlob.update(utf8ToBytes(`blob ${expected.bytes}\0`));
  }

  update(bytes: Uint8Array): void {
    this.#sha256.update(bytes);
    this.#gitBlob?.update(bytes);
  }

  /** Ends the hash. `differs` is null where the content is the expected one, or none is expected. */
  finish(): { readonly sha256: string; readonly differs: ContentHash | null } {
    const sha256Hex = this.#sha256.hex();
    const seen: ContentHash = this.#gitBlob
      ? { kind: 'git-blob', hex: this.#gitBlob.hex() }
      : { kind: 'sha256', hex: sha256Hex };
    const isExpected = this.#expected === null || this.#expected.hex === seen.hex;
    return { sha256: sha256Hex, differs: isExpected ? null : seen };
  }
}
