import { sizeText } from '../../errors/byte-text.ts';
import { EngineError } from '../../errors/engine-error.ts';
import type { OwnedBuffer } from '../../gpu/buffer-registry.ts';
import type { EngineDevice } from '../../gpu/device.ts';

export interface GrowingBufferOptions {
  readonly device: EngineDevice;
  readonly owner: string;
  readonly label: string;
  readonly usage: GPUBufferUsageFlags;
  /** Bytes before the first element, and of an element. */
  readonly headerBytes?: number;
  readonly elementBytes: number;
  /** Elements to begin with. */
  readonly capacity: number;
  /** True where growing must carry the content over. */
  readonly keepsContent: boolean;
}

/** A buffer of equal elements that doubles when it is too small, so that a steady state allocates nothing. */
export class GrowingBuffer {
  readonly #options: GrowingBufferOptions;
  #owned: OwnedBuffer;
  #capacity: number;

  constructor(options: GrowingBufferOptions) {
    this.#options = options;
    this.#capacity = options.capacity;
    this.#owned = this.#create(options.capacity);
  }

  get buffer(): GPUBuffer {
    return this.#owned.buffer;
  }

  /** Elements there is room for. */
  get capacity(): number {
    return this.#capacity;
  }

  bytesOf(elements: number): number {
    return (this.#options.headerBytes ?? 0) + elements * this.#options.elementBytes;
  }

  /**
   * Makes room for `elements`. Commands that name the old buffer must have been submitted.
   * Throws `out-of-memory` where the device binds no buffer of that size.
   */
  grow(elements: number): void {
    let capacity = this.#capacity;
    while (capacity < elements) capacity *= 2;
    const before = this.#owned;
    this.#owned = this.#create(capacity);
    this.#capacity = capacity;
    const { device, keepsContent, label } = this.#options;
    if (keepsContent) {
      const encoder = device.gpu.createCommandEncoder({ label: `${label}.grow` });
      encoder.copyBufferToBuffer(before.buffer, 0, this.#owned.buffer, 0, before.bytes);
      device.gpu.queue.submit([encoder.finish()]);
    }
    before.release();
  }

  release(): void {
    this.#owned.release();
  }

  #create(capacity: number): OwnedBuffer {
    const { device, owner, label, usage } = this.#options;
    const bytes = this.bytesOf(capacity);
    const limit = Math.min(device.gpu.limits.maxStorageBufferBindingSize, device.gpu.limits.maxBufferSize);
    if (bytes > limit) {
      throw new EngineError(
        'out-of-memory',
        `The sampler's ${label} needs ${sizeText(bytes)}, but the GPU binds at most ${sizeText(limit)}; use shorter drafts or fewer members.`,
        { details: { bytes, limit } },
      );
    }
    return device.buffers.create({ owner, label, bytes, usage });
  }
}
