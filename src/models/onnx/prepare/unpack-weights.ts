/** Weights of MatMulNBits: rows of blocks that share a scale and a zero point. */
export interface PackedWeights {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly rows: number;
  readonly columns: number;
  /** [rows, blocks a row, blockSize * bits / 8]; of two values in a byte the first has the low bits. */
  readonly packed: Uint8Array;
  /** [rows, blocks a row] */
  readonly scales: Float32Array;
  /** [rows, bytes for the blocks of a row], packed alike, each row beginning in a byte of its own; null: the middle. */
  readonly zeroPoints: Uint8Array | null;
}

export function blocksOfRow({ columns, blockSize }: Pick<PackedWeights, 'columns' | 'blockSize'>): number {
  return Math.ceil(columns / blockSize);
}

/**
 * Writes (value - zero point) * scale of every weight into `unpacked` [rows, columns]. The last block of a row may be
 * filled in part: with 24 columns in blocks of 16, 8 of its values are padding.
 */
export function unpackWeights(weights: PackedWeights, unpacked: Float32Array): void {
  const { bits, blockSize, rows, columns, packed, scales, zeroPoints } = weights;
  const blocks = blocksOfRow(weights);
  const blockBytes = (blockSize * bits) / 8;
  const zeroPointRowBytes = Math.ceil((blocks * bits) / 8);
  const middle = 2 ** (bits - 1);
  if (unpacked.length !== rows * columns) {
    throw new RangeError(`${unpacked.length} values for [${rows}, ${columns}] weights`);
  }
  let out = 0;
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const scale = scales[row * blocks + block]!;
      let zeroPoint = middle;
      if (zeroPoints) {
        zeroPoint =
          bits === 8
            ? zeroPoints[row * zeroPointRowBytes + block]!
            : (zeroPoints[row * zeroPointRowBytes + (block >> 1)]! >> ((block & 1) * 4)) & 15;
      }
      const first = (row * blocks + block) * blockBytes;
      const count = Math.min(blockSize, columns - block * blockSize);
      if (bits === 8) {
        for (let index = 0; index < count; index++) {
          unpacked[out++] = (packed[first + index]! - zeroPoint) * scale;
        }
      } else {
        const pairs = count >> 1;
        for (let pair = 0; pair < pairs; pair++) {
          const both = packed[first + pair]!;
          unpacked[out++] = ((both & 15) - zeroPoint) * scale;
          unpacked[out++] = ((both >> 4) - zeroPoint) * scale;
        }
        if (count & 1) unpacked[out++] = ((packed[first + pairs]! & 15) - zeroPoint) * scale;
      }
    }
  }
}
