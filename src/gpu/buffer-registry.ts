export interface BufferRequest {
  /** Who releases it, for example `story-base#2.kv`: shown when buffers are found alive that should not be. */
  readonly owner: string;
  /** Class.field, for the browser's own messages. */
  readonly label: string;
  readonly bytes: number;
  readonly usage: GPUBufferUsageFlags;
}

export interface OwnedBuffer {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  /** Destroys the buffer; further calls do nothing. */
  release(): void;
}

/**
 * Kernels read whole vectors of four 32-bit values, and ONNX Runtime binds what it is given in multiples of their size
 * (`NormalizeBufferSize` of its WebGPU provider), so a buffer that ends in the middle of one is refused or read past.
 */
const bufferStep = 16;

/** Creates every GPUBuffer of a device and knows which ones are alive, so that leaks show as a number. */
export class BufferRegistry {
  readonly #device: GPUDevice;
  readonly #live = new Map<GPUBuffer, BufferRequest>();
  #liveBytes = 0;
  #createdBuffers = 0;

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  get liveBuffers(): number {
    return this.#live.size;
  }

  get liveBytes(): number {
    return this.#liveBytes;
  }

  /** Buffers created so far, alive or not: what stays the same from round to round allocates nothing. */
  get createdBuffers(): number {
    return this.#createdBuffers;
  }

  /** Owners of the buffers alive, one entry per buffer. */
  owners(): string[] {
    return Array.from(this.#live.values(), (request) => request.owner);
  }

  /** @returns a buffer of `bytes` bytes or up to 15 more: `OwnedBuffer.bytes` counts all of them */
  create(request: BufferRequest): OwnedBuffer {
    const bytes = Math.ceil(request.bytes / bufferStep) * bufferStep;
    const buffer = this.#device.createBuffer({
      label: request.label,
      size: bytes,
      usage: request.usage,
    });
    this.#createdBuffers += 1;
    this.#live.set(buffer, request);
    this.#liveBytes += bytes;
    return {
      buffer,
      bytes,
      release: () => {
        if (!this.#live.delete(buffer)) return;
        this.#liveBytes -= bytes;
        // Work already submitted keeps what it needs: destroying here is safe.
        buffer.destroy();
      },
    };
  }

  /** Destroys everything that is still alive. */
  releaseAll(): void {
    for (const buffer of this.#live.keys()) buffer.destroy();
    this.#live.clear();
    this.#liveBytes = 0;
  }
}
