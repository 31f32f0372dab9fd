/** Where the kept rows of one head lie before and after its tensor gets another number of rows. */
export interface HeadCopy {
  readonly fromByte: number;
  readonly toByte: number;
  readonly byteCount: number;
}

/**
 * Copies that keep the first `keptRows` rows of every head. Heads lie one behind the other, so each starts
 * elsewhere when the number of rows changes: with 2 heads, rows 4 → 8, 3 kept and 10 bytes a row, bytes 0..29
 * stay and 40..69 move to 80..109.
 */
export function headCopies(
  heads: number,
  rowBytes: number,
  fromRows: number,
  toRows: number,
  keptRows: number,
): HeadCopy[] {
  if (keptRows > fromRows || keptRows > toRows) {
    throw new RangeError(`${keptRows} rows cannot be kept from ${fromRows} to ${toRows} rows`);
  }
  return Array.from({ length: heads }, (_, head) => ({
    fromByte: head * fromRows * rowBytes,
    toByte: head * toRows * rowBytes,
    byteCount: keptRows * rowBytes,
  }));
}

/**
 * A copy of `source` [heads, fromRows, rowBytes] as [heads, toRows, rowBytes]: the first `keptRows` rows of
 * every head, then zeros.
 */
export function withRows(
  source: Uint8Array,
  heads: number,
  rowBytes: number,
  fromRows: number,
  toRows: number,
  keptRows: number,
): Uint8Array {
  const copy = new Uint8Array(heads * toRows * rowBytes);
  for (const { fromByte, toByte, byteCount } of headCopies(heads, rowBytes, fromRows, toRows, keptRows)) {
    copy.set(source.subarray(fromByte, fromByte + byteCount), toByte);
  }
  return copy;
}
