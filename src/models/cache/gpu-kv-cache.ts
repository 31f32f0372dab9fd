import type { OwnedBuffer } from '../../gpu/buffer-registry.ts';
import type { EngineDevice } from '../../gpu/device.ts';
import { bytesPerElement, type CacheLayout, firstCacheRows } from '../onnx/cache-layout.ts';
import { OrtTensor } from '../ort/ort.ts';
import type { CacheBinding, KvCache } from './kv-cache.ts';
import { headCopies } from './kv-rows.ts';

interface GpuKvTensors {
  readonly rows: number;
  /** In the order of the layout. */
  readonly buffers: readonly OwnedBuffer[];
  readonly binding: CacheBinding;
}

/**
 * Cache in GPU memory for graphs with GroupQueryAttention: each buffer is bound as past and as present, the
 * new rows are written behind the valid ones, and nothing is copied. A failed pass leaves the valid rows as
 * they were.
 */
export class GpuKvCache implements KvCache {
  readonly #device: EngineDevice;
  readonly #layout: CacheLayout;
  readonly #owner: string;
  readonly #maxRows: number;
  readonly #firstRows: number;
  #tensors: GpuKvTensors | null = null;
  #length = 0;

  /** `firstRows`: rows to start with, for tests of growing. */
  constructor(
    device: EngineDevice,
    layout: CacheLayout,
    owner: string,
    maxRows: number,
    firstRows: number = firstCacheRows,
  ) {
    this.#device = device;
    this.#layout = layout;
    this.#owner = owner;
    this.#maxRows = maxRows;
    this.#firstRows = firstRows;
  }

  get length(): number {
    return this.#length;
  }

  async bind(newRows: number): Promise<CacheBinding> {
    const total = this.#length + newRows;
    let tensors = this.#tensors;
    if (!tensors || total > tensors.rows) {
      let rows = tensors ? tensors.rows * 2 : this.#firstRows;
      while (rows < total) rows *= 2;
      tensors = await this.#grow(Math.min(rows, this.#maxRows));
    }
    return tensors.binding;
  }

  commit(_outputs: Readonly<Record<string, OrtTensor>>, newRows: number): void {
    this.#length += newRows;
  }

  rollback(length: number): void {
    this.#length = length;
  }

  async copyFrom(source: GpuKvCache, rows: number): Promise<void> {
    this.#length = 0;
    await this.bind(rows);
    if (source.#tensors && this.#tensors) this.#copyRows(source.#tensors, this.#tensors, rows);
    this.#length = rows;
  }

  dispose(): void {
    for (const buffer of this.#tensors?.buffers ?? []) buffer.release();
    this.#tensors = null;
    this.#length = 0;
  }

  async #grow(rows: number): Promise<GpuKvTensors> {
    const elementBytes = bytesPerElement(this.#layout.type);
    const bytes = this.#layout.tensors.map(({ heads, headSize }) => heads * rows * headSize * elementBytes);
    const created: OwnedBuffer[] = [];
    try {
      await this.#device.allocating(
        bytes.reduce((sum, some) => sum + some, 0),
        () => {
          for (const some of bytes) {
            created.push(
              this.#device.buffers.create({
                owner: this.#owner,
                label: 'GpuKvCache.buffers',
                bytes: some,
                usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
              }),
            );
          }
        },
      );
    } catch (error) {
      for (const buffer of created) buffer.release();
      throw error;
    }
    const grown = { rows, buffers: created, binding: bindingOf(this.#layout, created, rows) };
    if (this.#tensors) this.#copyRows(this.#tensors, grown, this.#length);
    for (const buffer of this.#tensors?.buffers ?? []) buffer.release();
    this.#tensors = grown;
    return grown;
  }

  #copyRows(from: GpuKvTensors, to: GpuKvTensors, count: number): void {
    const encoder = this.#device.gpu.createCommandEncoder({ label: 'GpuKvCache.copyRows' });
    for (const [index, { heads, headSize }] of this.#layout.tensors.entries()) {
      const rowBytes = headSize * bytesPerElement(this.#layout.type);
      for (const copy of headCopies(heads, rowBytes, from.rows, to.rows, count)) {
        encoder.copyBufferToBuffer(
          from.buffers[index]!.buffer,
          copy.fromByte,
          to.buffers[index]!.buffer,
          copy.toByte,
          copy.byteCount,
        );
      }
    }
    this.#device.gpu.queue.submit([encoder.finish()]);
  }
}

function bindingOf(layout: CacheLayout, buffers: readonly OwnedBuffer[], rows: number): CacheBinding {
  const feeds: Record<string, OrtTensor> = {};
  const fetches: Record<string, OrtTensor> = {};
  for (const [index, { pastName, presentName, heads, headSize }] of layout.tensors.entries()) {
    const tensor = () =>
      OrtTensor.fromGpuBuffer(buffers[index]!.buffer, {
        dataType: layout.type,
        dims: [1, heads, rows, headSize],
      });
    feeds[pastName] = tensor();
    fetches[presentName] = tensor();
  }
  return { feeds, fetches };
}
