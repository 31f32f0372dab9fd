import { afterEach, expect, test } from 'vitest';
import { type EngineDevice, openDevice } from '../../gpu/device.ts';
import type { CacheLayout } from '../onnx/cache-layout.ts';
import { GpuKvCache } from './gpu-kv-cache.ts';

const heads = 2;
const headSize = 4;
const layout: CacheLayout = {
  kind: 'in-place',
  type: 'float32',
  tensors: [{ pastName: 'past_key_values.0.key', presentName: 'present.0.key', heads, headSize }],
};

let device: EngineDevice | null = null;
afterEach(() => device?.close());

async function openSoftwareDevice(): Promise<EngineDevice> {
  const answer = await openDevice({ allowSoftware: true, subgroups: 'never' });
  if (answer.kind === 'none') throw new Error(answer.reason);
  device = answer.device;
  return answer.device;
}

async function floatsOf({ gpu, buffers }: EngineDevice, buffer: GPUBuffer): Promise<Float32Array> {
  const staging = buffers.create({
    owner: 'test',
    label: 'test',
    bytes: buffer.size,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const encoder = gpu.createCommandEncoder();
  encoder.copyBufferToBuffer(buffer, 0, staging.buffer, 0, buffer.size);
  gpu.queue.submit([encoder.finish()]);
  await staging.buffer.mapAsync(GPUMapMode.READ);
  const floats = new Float32Array(staging.buffer.getMappedRange().slice(0));
  staging.release();
  return floats;
}

test('past and present are one buffer', async () => {
  const cache = new GpuKvCache(await openSoftwareDevice(), layout, 'test', 64, 4);
  const { feeds, fetches } = await cache.bind(3);
  expect(fetches['present.0.key']!.gpuBuffer).toBe(feeds['past_key_values.0.key']!.gpuBuffer);
  expect(feeds['past_key_values.0.key']!.dims).toEqual([1, heads, 4, headSize]);
});

test('growing doubles the rows and keeps the valid ones of every head', async () => {
  const opened = await openSoftwareDevice();
  const cache = new GpuKvCache(opened, layout, 'test', 64, 4);
  const first = (await cache.bind(4)).feeds['past_key_values.0.key']!;
  opened.gpu.queue.writeBuffer(
    first.gpuBuffer as GPUBuffer,
    0,
    Float32Array.from({ length: heads * 4 * headSize }, (_, index) => index + 1),
  );
  cache.commit({}, 4);
  cache.rollback(3);
  const grown = (await cache.bind(2)).feeds['past_key_values.0.key']!;
  expect(grown.dims).toEqual([1, heads, 8, headSize]);
  const values = await floatsOf(opened, grown.gpuBuffer as GPUBuffer);
  const kept = 3 * headSize;
  const rest = Array.from({ length: 5 * headSize }, () => 0);
  expect([...values]).toEqual([
    ...Array.from({ length: kept }, (_, index) => index + 1),
    ...rest,
    ...Array.from({ length: kept }, (_, index) => 4 * headSize + index + 1),
    ...rest,
  ]);
  expect(opened.buffers.liveBuffers).toBe(1);
  cache.dispose();
  expect(opened.buffers.liveBuffers).toBe(0);
});

test('the first rows of another cache are copied, whatever the sizes of the two', async () => {
  const opened = await openSoftwareDevice();
  const [source, cache] = [4, 2].map((rows) => new GpuKvCache(opened, layout, 'test', 64, rows));
  const from = (await source.bind(4)).feeds['past_key_values.0.key']!;
  const held = Float32Array.from({ length: heads * 4 * headSize }, (_, index) => index + 1);
  opened.gpu.queue.writeBuffer(from.gpuBuffer as GPUBuffer, 0, held);
  source.commit({}, 4);
  cache.commit({}, 1);
  await cache.copyFrom(source, 3);
  expect([source.length, cache.length]).toEqual([4, 3]);
  const { dims, gpuBuffer } = (await cache.bind(1)).feeds['past_key_values.0.key']!;
  expect(dims).toEqual([1, heads, 4, headSize]);
  const values = await floatsOf(opened, gpuBuffer as GPUBuffer);
  const kept = (all: Float32Array) =>
    Array.from({ length: heads }, (_, head) => [
      ...all.subarray(head * 4 * headSize).subarray(0, 3 * headSize),
    ]);
  expect(kept(values)).toEqual(kept(held));
  cache.dispose();
  source.dispose();
  expect(opened.buffers.liveBuffers).toBe(0);
});

test('growing ends at the context, however far it was from there', async () => {
  const cache = new GpuKvCache(await openSoftwareDevice(), layout, 'test', 50, 4);
  expect((await cache.bind(49)).feeds['past_key_values.0.key']!.dims).toEqual([1, heads, 50, headSize]);
});

test('a cache larger than the GPU allows is an out-of-memory error, and nothing stays behind', async () => {
  const opened = await openSoftwareDevice();
  const tooManyRows = Math.ceil(opened.gpu.limits.maxBufferSize / (heads * headSize * 4)) + 1;
  const cache = new GpuKvCache(opened, layout, 'test', tooManyRows, tooManyRows);
  await expect(cache.bind(1)).rejects.toMatchObject({ code: 'out-of-memory' });
  expect(opened.buffers.liveBuffers).toBe(0);
});
