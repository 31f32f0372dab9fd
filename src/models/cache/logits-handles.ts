import type { OwnedBuffer } from '../../gpu/buffer-registry.ts';
import type { EngineDevice } from '../../gpu/device.ts';
import type { ReadbackTally } from '../../gpu/readback-counter.ts';
import type { DeviceLogits, HostLogits } from '../causal-model.ts';
import { ortQueue } from '../ort/ort.ts';

/** data [rows, width] */
export function hostLogits(data: Float32Array, rows: number, width: number): HostLogits {
  if (data.length !== rows * width) {
    throw new Error(`Logits have ${data.length} entries, expected ${rows} rows of ${width}`);
  }
  return { kind: 'host', rows, width, data, toHost: async () => data, dispose: () => undefined };
}

/** Logits in a GPU buffer that the handle owns and releases. */
export class OwnedDeviceLogits implements DeviceLogits {
  readonly kind = 'device';
  readonly rows: number;
  readonly width: number;
  readonly #device: EngineDevice;
  readonly #readbacks: ReadbackTally;
  readonly #owned: OwnedBuffer;

  /** @param parts.owned [rows, width] of f32, with COPY_SRC among its usages */
  constructor(parts: {
    readonly device: EngineDevice;
    readonly readbacks: ReadbackTally;
    readonly owned: OwnedBuffer;
    readonly rows: number;
    readonly width: number;
  }) {
    this.#device = parts.device;
    this.#readbacks = parts.readbacks;
    this.#owned = parts.owned;
    this.rows = parts.rows;
    this.width = parts.width;
  }

  get buffer(): GPUBuffer {
    return this.#owned.buffer;
  }

  /** One mapAsync. Throws `device-lost`, `out-of-memory`. */
  toHost(): Promise<Float32Array> {
    return ortQueue.run(() => this.#readbacks.of(() => this.#readBack()));
  }

  async #readBack(): Promise<Float32Array> {
    this.#device.throwIfUnusable();
    const bytes = this.rows * this.width * Float32Array.BYTES_PER_ELEMENT;
    const staging = this.#device.buffers.create({
      owner: 'read-back',
      label: 'OwnedDeviceLogits.staging',
      bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      const encoder = this.#device.gpu.createCommandEncoder({ label: 'OwnedDeviceLogits.toHost' });
      encoder.copyBufferToBuffer(this.buffer, 0, staging.buffer, 0, bytes);
      this.#device.gpu.queue.submit([encoder.finish()]);
      await staging.buffer.mapAsync(GPUMapMode.READ);
      // Errors of the pass that filled the buffer have arrived by now.
      this.#device.throwIfUnusable();
      return new Float32Array(staging.buffer.getMappedRange(0, bytes).slice(0));
    } catch (error) {
      throw await this.#device.errorOf(error);
    } finally {
      staging.release();
    }
  }

  dispose(): void {
    this.#owned.release();
  }
}
