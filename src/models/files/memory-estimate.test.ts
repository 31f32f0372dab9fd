import { describe, expect, test } from 'vitest';
import type { EngineError } from '../../errors/engine-error.ts';
import { estimateMemory, type MemoryTarget, requireMemory } from './memory-estimate.ts';
import type { ModelDescription } from './model-files.ts';

/** As SmolLM2-135M. */
const small: ModelDescription = {
  id: 'o/m',
  title: 'm',
  dtype: 'q4',
  weightBytes: 180e6,
  config: {
    modelType: 'llama',
    contextLength: 8192,
    vocabSize: 49152,
    layers: 30,
    width: 576,
    heads: 9,
    kvHeads: 3,
    headSize: 64,
    innerWidth: 1536,
  },
};
const wasm: MemoryTarget = {
  backend: 'wasm',
  takenBytes: 0,
  unpackedBytesLimit: 2 ** 30,
  deviceMemory: null,
};
const webgpu: MemoryTarget = { ...wasm, backend: 'webgpu' };

/** Products of 135 million weights: 30 layers of attention and feed-forward, and the head. */
const linear = 30 * (2 * 576 * 64 * 12 + 3 * 576 * 1536) + 49152 * 576;

describe('on WASM', () => {
  test('weights are unpacked, and cache and logits lie on both sides of the heap', () => {
    expect(estimateMemory(small, wasm)).toEqual({
      backend: 'wasm',
      weightBytes: 180e6 + 1.5 * 4 * linear,
      cacheBytes: 2 * (2 * 30 * 3 * 64 * 2048 * 4),
      cacheTokens: 2048,
      logitsBytes: 2 * 48 * 49152 * 4,
      totalBytes: 180e6 + 6 * linear + 4 * (30 * 3 * 64 * 2048 * 4) + 2 * 48 * 49152 * 4,
      availableBytes: 2 ** 32,
      fits: true,
    });
  });

  test('weights stay packed where unpacking them takes too much', () => {
    expect(estimateMemory(small, { ...wasm, unpackedBytesLimit: 1e8 }).weightBytes).toBe(180e6);
    expect(estimateMemory({ ...small, dtype: 'fp32' }, wasm).weightBytes).toBe(180e6);
  });

  test('a heap has 4 GiB, less what other models take, and no more than the device', () => {
    expect(estimateMemory(small, { ...wasm, takenBytes: 1e9 }).availableBytes).toBe(2 ** 32 - 1e9);
    expect(estimateMemory(small, { ...wasm, deviceMemory: 2 }).availableBytes).toBe(2 ** 31);
    expect(estimateMemory(small, { ...wasm, takenBytes: 2 ** 33 })).toMatchObject({
      availableBytes: 0,
      fits: false,
    });
  });
});

describe('on WebGPU', () => {
  test('weights are as they are, and the cache of float16 models is half as large', () => {
    const whole = estimateMemory(small, webgpu);
    expect(whole).toMatchObject({ weightBytes: 180e6, cacheBytes: 2 * 30 * 3 * 64 * 2048 * 4 });
    expect(estimateMemory({ ...small, dtype: 'q4f16' }, webgpu).cacheBytes).toBe(whole.cacheBytes! / 2);
  });

  test('the device may have any amount of memory where browsers stop counting', () => {
    expect(estimateMemory(small, { ...webgpu, deviceMemory: 8 })).toMatchObject({
      availableBytes: null,
      fits: true,
    });
    expect(estimateMemory(small, { ...webgpu, deviceMemory: 0.25 })).toMatchObject({ fits: false });
  });
});

test('a short context has a small cache', () => {
  const config = { ...small.config, contextLength: 512 };
  expect(estimateMemory({ ...small, config }, webgpu)).toMatchObject({
    cacheTokens: 512,
    cacheBytes: 2 * 30 * 3 * 64 * 512 * 4,
  });
});

test('what is not known is not counted', () => {
  const unknown = { ...small, weightBytes: null, config: { ...small.config, layers: null } };
  expect(estimateMemory(unknown, webgpu)).toMatchObject({
    weightBytes: null,
    cacheBytes: null,
    totalBytes: 48 * 49152 * 4,
  });
});

test('a model that does not fit is refused with the numbers', () => {
  const estimate = estimateMemory({ ...small, weightBytes: 5e9, dtype: 'fp32' }, wasm);
  const refusing = () => requireMemory(small, estimate);
  expect(refusing).toThrow(
    /o\/m \(q4\) needs about 5\.\d\d GB on WASM \(weights 5\.00 GB.*4\.29 GB is available/,
  );
  try {
    refusing();
  } catch (error) {
    const { code, details } = error as EngineError;
    expect(code).toBe('out-of-memory');
    expect(details).toMatchObject({
      weightBytes: 5e9,
      availableBytes: 2 ** 32,
      totalBytes: estimate.totalBytes,
    });
  }
});
