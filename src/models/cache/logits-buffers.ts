import { sizeText } from '../../errors/byte-text.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { OwnedBuffer } from '../../gpu/buffer-registry.ts';
import type { EngineDevice } from '../../gpu/device.ts';

/** Buffers for more rows than this are freed when they are given back: only prefill of some exports needs them. */
const maxKeptRows = 32;

/**
 * GPU buffers for the logits of one sequence. Those that are given back serve later passes, so that in steady state
 * nothing is allocated. A pass may follow at once: what was submitted before it reads the old rows first.
 */
export class LogitsBuffers {
  readonly #device: EngineDevice;
  readonly #owner: string;
  readonly #width: number;
  /** Idle buffers by the rows they hold. */
  readonly #idle = new Map<number, OwnedBuffer[]>();
  #disposed = false;

  /** @param width entries of a row */
  constructor(device: EngineDevice, owner: string, width: number) {
    this.#device = device;
    this.#owner = owner;
    this.#width = width;
  }

  /**
   * A buffer of at least [rows, width] of f32, lent until `release`. Throws `out-of-memory` where the GPU cannot bind that
   * many bytes.
   */
  take(rows: number): OwnedBuffer {
    // Powers of two: passes of many widths then share a few sizes.
    const heldRows = rows > maxKeptRows ? rows : 2 ** Math.ceil(Math.log2(rows));
    const owned = this.#idle.get(heldRows)?.pop() ?? this.#create(heldRows);
    let lent = true;
    return {
      buffer: owned.buffer,
      bytes: owned.bytes,
      release: () => {
        if (lent) this.#takeBack(owned, heldRows);
        lent = false;
      },
    };
  }

  /** Frees the idle buffers now, and those that are lent when they come back. */
  dispose(): void {
    this.#disposed = true;
    for (const buffers of this.#idle.values()) for (const owned of buffers) owned.release();
    this.#idle.clear();
  }

  #takeBack(owned: OwnedBuffer, heldRows: number): void {
    if (this.#disposed || heldRows > maxKeptRows) {
      owned.release();
      return;
    }
    const sameSize = this.#idle.get(heldRows) ?? [];
    this.#idle.set(heldRows, sameSize);
    sameSize.push(owned);
  }

  #create(rows: number): OwnedBuffer {
    const bytes = rows * this.#width * Float32Array.BYTES_PER_ELEMENT;
    const limit = this.#device.gpu.limits.maxStorageBufferBindingSize;
    if (bytes > limit) {
      throw new EngineError(
        'out-of-memory',
        `Logits of ${rows} × ${this.#width} entries need ${sizeText(bytes)}, but the GPU binds at most ${sizeText(limit)}; feed fewer tokens per pass.`,
        { details: { rows, width: this.#width, bytes, limit } },
      );
    }
    return this.#device.buffers.create({
      owner: this.#owner,
      label: 'LogitsBuffers.idle',
      bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  }
}
