import type { OwnedBuffer } from '../../../gpu/buffer-registry.ts';
import { type EngineDevice, openDevice } from '../../../gpu/device.ts';
import type { DeviceLogits } from '../../../models/causal-model.ts';
import { SamplerKernels } from '../sampler-kernels.ts';

/** A device of any kind, software included, with the sampler's kernels on it. */
export interface GpuBench {
  readonly device: EngineDevice;
  readonly kernels: SamplerKernels;
  /** A forward's answer as a model leaves it: rows [rows, width] in a buffer of its own. */
  deviceLogits(rows: readonly Float32Array[]): DeviceLogits;
  /** Reads part of a buffer; has a read-back of its own. */
  read(buffer: GPUBuffer, fromByte: number, bytes: number): Promise<ArrayBuffer>;
}

export async function openGpuBench(): Promise<GpuBench> {
  const answer = await openDevice({ allowSoftware: true, subgroups: 'auto' });
  if (answer.kind === 'none') throw new Error(answer.reason);
  const { device } = answer;
  const kernels = await SamplerKernels.create(device);
  const create = (label: string, bytes: number, usage: GPUBufferUsageFlags): OwnedBuffer =>
    device.buffers.create({ owner: 'test', label, bytes, usage });
  return {
    device,
    kernels,
    deviceLogits(rows) {
      const width = rows[0].length;
      const owned = create(
        'test.logits',
        rows.length * width * 4,
        GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      );
      for (const [index, row] of rows.entries()) {
        device.gpu.queue.writeBuffer(owned.buffer, index * width * 4, new Float32Array(row));
      }
      return {
        kind: 'device',
        rows: rows.length,
        width,
        buffer: owned.buffer,
        toHost: () => Promise.reject(new Error('logits were read back')),
        dispose: () => owned.release(),
      };
    },
    async read(buffer, fromByte, bytes) {
      const staging = create('test.staging', bytes, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
      const encoder = device.gpu.createCommandEncoder({ label: 'test.read' });
      encoder.copyBufferToBuffer(buffer, fromByte, staging.buffer, 0, bytes);
      device.gpu.queue.submit([encoder.finish()]);
      await staging.buffer.mapAsync(GPUMapMode.READ);
      const copied = staging.buffer.getMappedRange(0, bytes).slice(0);
      staging.release();
      device.throwIfUnusable();
      return copied;
    },
  };
}
