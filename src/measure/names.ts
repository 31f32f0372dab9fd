import type { BackendKind } from '../models/causal-model.ts';

export const backendNames: Readonly<Record<BackendKind, string>> = { wasm: 'WebAssembly', webgpu: 'WebGPU' };

/** The methods that a device is measured with, and what they are compared with. */
export const methodNames = { speculative: 'speculative decoding', turns: 'taking turns' } as const;
export const referenceNames = {
  speculative: 'plain decoding',
  turns: 'asking every model for every token',
} as const;
