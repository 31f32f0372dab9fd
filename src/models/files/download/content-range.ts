import type { Validators } from '../storage/file-store.ts';
import { announcedLength, isEncoded } from './request-file.ts';

/** What is here, and what is known of the whole. */
export interface PartReceived {
  readonly received: number;
  readonly validators: Validators | null;
  /** Length of the whole file; null where nobody knows for sure. */
  readonly totalBytes: number | null;
  /** True where the whole will be compared with a hash, so that two contents cannot be joined unnoticed. */
  readonly isHashed: boolean;
}

/**
 * What asks for the rest of a file. If-Range makes the server send the whole where the content has changed, but is none
 * of the headers that pages may send everywhere: across origins it costs a question beforehand that many file servers
 * do not answer (https://fetch.spec.whatwg.org/#cors-safelisted-request-header). There the answer's ETag is compared
 * instead, which tells the same.
 */
export function rangeHeaders(part: PartReceived, isSameOrigin: boolean): Record<string, string> {
  const etag = part.validators?.etag ?? null;
  const range = { range: `bytes=${part.received}-` };
  return isSameOrigin && etag !== null && !isWeak(etag) ? { ...range, 'if-range': etag } : range;
}

/** True where a part can be continued at all: something will tell if the content has changed. */
export function canContinue({
  validators,
  isHashed,
}: Omit<PartReceived, 'received' | 'totalBytes'>): boolean {
  const etag = validators?.etag ?? null;
  return isHashed || (etag !== null && !isWeak(etag));
}

/** Whether an answer with status 206 is the rest of the same content. */
export function isTheRest(response: Response, part: PartReceived): boolean {
  // A part of what is compressed begins elsewhere.
  if (isEncoded(response)) return false;
  const etag = response.headers.get('etag');
  const before = part.validators?.etag ?? null;
  if (etag !== null && before !== null && etag !== before) return false;
  if (!part.isHashed && (etag === null || before === null)) return false;
  const range = response.headers.get('content-range');
  if (range === null) {
    // Another origin may keep the header to itself; the length, which it cannot, must fit then.
    const length = announcedLength(response);
    return part.totalBytes !== null && length === part.totalBytes - part.received;
  }
  const fields = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(range);
  if (!fields) return false;
  const [start, end, total] = fields.slice(1).map(Number) as [number, number, number];
  if (start !== part.received || end < start) return false;
  return (
    part.totalBytes === null ||
    (end === part.totalBytes - 1 && (Number.isNaN(total) || total === part.totalBytes))
  );
}

const isWeak = (etag: string): boolean => etag.startsWith('W/');
