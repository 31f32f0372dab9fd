import { afterAll, beforeAll, expect, test } from 'vitest';
import philox from '../../random/philox.wgsl?raw';
import drawWords from './testing/draw-words.wgsl?raw';
import { type GpuBench, openGpuBench } from './testing/gpu-bench.ts';

let bench: GpuBench;
beforeAll(async () => {
  bench = await openGpuBench();
});
afterAll(() => bench.device.close());

interface Drawn {
  readonly words: Uint32Array;
  readonly times: Float32Array;
}

/** counters [count, 4], keys [count, 2] */
async function draw(counters: readonly number[], keys: readonly number[]): Promise<Drawn> {
  const { gpu, buffers } = bench.device;
  const count = counters.length / 4;
  const create = (bytes: number) =>
    buffers.create({
      owner: 'test',
      label: 'test.draw',
      bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  const owned = [create(count * 16), create(count * 8), create(count * 32)];
  gpu.queue.writeBuffer(owned[0].buffer, 0, Uint32Array.from(counters));
  gpu.queue.writeBuffer(owned[1].buffer, 0, Uint32Array.from(keys));
  const module = gpu.createShaderModule({ label: 'test.drawWords', code: `${philox}\n${drawWords}` });
  const pipeline = await gpu.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const encoder = gpu.createCommandEncoder({ label: 'test.draw' });
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: owned.map(({ buffer }, binding) => ({ binding, resource: { buffer } })),
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(count / 64));
  pass.end();
  gpu.queue.submit([encoder.finish()]);
  const bytes = await bench.read(owned[2].buffer, 0, count * 32);
  for (const buffer of owned) buffer.release();
  const words = new Uint32Array(count * 4);
  const times = new Float32Array(count * 4);
  for (let index = 0; index < count; index++) {
    words.set(new Uint32Array(bytes, index * 32, 4), index * 4);
    times.set(new Float32Array(bytes, index * 32 + 16, 4), index * 4);
  }
  return { words, times };
}

const hex = (words: Iterable<number>) =>
  [...words].map((word) => word.toString(16).padStart(8, '0')).join(' ');

test('Philox on the GPU equals the published known answers', async () => {
  // kat_vectors of Random123 for philox4x32 with 10 rounds.
  const ones = 0xffffffff;
  const { words } = await draw(
    [0, 0, 0, 0, ones, ones, ones, ones, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0, 0, ones, ones, 0xa4093822, 0x299f31d0],
  );
  expect(hex(words.subarray(0, 4))).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
  expect(hex(words.subarray(4, 8))).toBe('408f276d 41c83b0e a20bc7c6 6d5451fd');
  expect(hex(words.subarray(8, 12))).toBe('d16cfe09 94fdcceb 5001e420 24126ea1');
});

test('exponentials keep f32 precision for every word, next to 0 and next to 2^32 too', async () => {
  const bits = [0, 1, 2, 3, 0xffffffff, 0xfffffffe, 0xfffffff0, 0xfff00000, 0x7fffffff, 0x80000000];
  for (let index = 0; bits.length < 4096; index++) bits.push((index * 0x9e3779b1) >>> 0);
  const { times } = await draw(
    bits,
    bits.slice(bits.length / 2).map(() => 0),
  );
  let largest = 0;
  for (const [index, word] of bits.entries()) {
    // Double precision tells u from 1 down to 2^-33, but its logarithm there needs 1 - u as well.
    const expected = -Math.log1p(-(2 ** 32 - word - 0.5) / 2 ** 32);
    largest = Math.max(largest, Math.abs(times[index] / expected - 1));
  }
  // A unit in the last place of f32 is 1.2e-7; the built-in logarithm may err by three of them.
  console.log(`exponentials: relative error at most ${largest.toExponential(2)}`);
  expect(largest).toBeLessThan(1e-6);
});
