import { expect, test } from 'vitest';
import type { MemoryEstimate } from '../../engine/engine-api.ts';
import { fitText } from './fit-text.ts';

const memory: MemoryEstimate = {
  backend: 'wasm',
  weightBytes: 1e9,
  cacheBytes: 1e8,
  cacheTokens: 2048,
  logitsBytes: 1e7,
  totalBytes: 1.11e9,
  availableBytes: 4e9,
  fits: true,
};
const model = { id: 'o/m', title: 'm', dtype: 'q4', downloadBytes: 2e8, contextLength: 8192 } as const;

test.each([
  [{}, 'm (q4): a download of 200 MB; takes about 1.11 GB on WebAssembly, of 4.00 GB: it fits.'],
  [
    { fits: false },
    'm (q4): a download of 200 MB; takes about 1.11 GB on WebAssembly, of 4.00 GB: it does not fit.',
  ],
  [
    { backend: 'webgpu', availableBytes: null },
    'm (q4): a download of 200 MB; takes about 1.11 GB on WebGPU: the available memory is unknown.',
  ],
] as const)('%j is told in a sentence', (over, text) => {
  expect(fitText({ ...model, memory: { ...memory, ...over } })).toBe(text);
});

test('sizes that nobody tells are not made up', () => {
  const text = fitText({ ...model, downloadBytes: null, memory: { ...memory, weightBytes: null } });
  expect(text).toMatch(/size unknown; takes at least/);
});
