import type { Dtype } from '../files/dtype.ts';
import type { PreparationStep } from '../onnx/prepare/prepare-graph.ts';

/** How close a fixture's logits come to PyTorch's, by what rounds its activations. */
export interface Tolerance {
  /** Between logits of one pass and the reference. */
  readonly reference: number;
  /** Between logits of one pass and those of narrower passes. */
  readonly passes: number;
}

/** A tiny model of fixtures/graphs, made by scripts/graph-fixtures, and what is known of it. docs/models.md shows this table. */
export interface GraphFixture {
  /** NAME.onnx, and NAME.logits: what PyTorch computes with the file's weights, float32 [tokens, vocabSize]. */
  readonly name: string;
  readonly family: string;
  readonly exporter: 'Optimum' | 'onnxruntime-genai';
  readonly dtype: Dtype;
  readonly vocabSize: number;
  readonly tolerance: Tolerance;
  /** What is prepared for WASM. */
  readonly steps: readonly PreparationStep[];
  /** An operator for which WASM has no kernel in the builds that have WebGPU, so that it runs there prepared only. */
  readonly missingOnWasm?: string;
  /** Between logits on WebGPU and the reference. */
  readonly webgpuTolerance: number;
  /** On WebGPU without shader-f16, which is what tests have: seen to run, or why it is refused there. */
  readonly webgpu: 'runs' | 'needs shader-f16' | 'leaves out softcap';
}

/** float32 throughout; logits are up to 10. Narrow and wide passes take other kernels, whose sums round elsewhere. */
const exact: Tolerance = { reference: 1e-4, passes: 1e-4 };
/** Activations of 11 bits, and so are keys and values. */
const half: Tolerance = { reference: 5e-2, passes: 5e-2 };
/**
 * Activations of 8 bits. PyTorch rounds them alike, but where a float32 sum falls on the other side of a half the next
 * product moves by a step. One scale serves a whole pass, so narrower passes round with finer ones.
 */
const int8: Tolerance = { reference: 5e-2, passes: 1 };

/** What all graphs were run on: 40 tokens of any vocabulary here. */
export const graphFixtureTokens: readonly number[] = Array.from(
  { length: 40 },
  (_, index) => ((index * 61 + 17) % 158) + 2,
);

export const graphFixtureContext = 96;

/** Optimum's graphs compute sines and cosines of positions, which WGSL promises to 2^-11; others look them up. */
const optimum = { exporter: 'Optimum', vocabSize: 160, webgpu: 'runs', webgpuTolerance: 2e-2 } as const;
const genai = {
  exporter: 'onnxruntime-genai',
  vocabSize: 160,
  webgpu: 'runs',
  webgpuTolerance: 1e-3,
} as const;
const f16 = { tolerance: half, webgpuTolerance: half.reference, webgpu: 'needs shader-f16' } as const;
const f32 = { tolerance: exact } as const;
const i8 = { tolerance: int8, webgpuTolerance: int8.reference } as const;
const allSteps = ['logits', 'weights', 'attention'] as const;

export const graphFixtures: readonly GraphFixture[] = [
  { ...optimum, ...f32, name: 'llama-optimum-fp32', family: 'Llama', dtype: 'fp32', steps: ['logits'] },
  {
    ...optimum,
    ...i8,
    // Its sines, too: they move more activations over a half, each by a step of int8 (measured: 0.19).
    webgpuTolerance: 0.5,
    name: 'llama-optimum-q8',
    family: 'Llama',
    dtype: 'q8',
    steps: [],
  },
  { ...genai, ...f32, name: 'llama-genai-q4', family: 'Llama', dtype: 'q4', steps: allSteps },
  { ...genai, ...f16, name: 'llama-genai-q4f16', family: 'Llama', dtype: 'q4f16', steps: allSteps },
  {
    ...genai,
    ...f32,
    name: 'llama-tied-genai-q4',
    family: 'Llama, one packed table for embedding and head',
    dtype: 'q4',
    steps: ['logits', 'weights', 'lookups', 'attention'],
    missingOnWasm: 'GatherBlockQuantized',
  },
  {
    ...optimum,
    ...f32,
    name: 'qwen2-optimum-q4',
    family: 'Qwen2',
    dtype: 'q4',
    steps: ['logits', 'weights'],
  },
  {
    ...genai,
    ...f16,
    name: 'qwen2-genai-fp16',
    family: 'Qwen2',
    dtype: 'fp16',
    steps: ['logits', 'attention'],
  },
  {
    ...optimum,
    ...f16,
    name: 'qwen3-optimum-q4f16',
    family: 'Qwen3',
    dtype: 'q4f16',
    steps: ['logits', 'weights'],
  },
  { ...genai, ...f32, name: 'qwen3-genai-q4', family: 'Qwen3', dtype: 'q4', steps: allSteps },
  { ...optimum, ...f32, name: 'gemma2-optimum-fp32', family: 'Gemma 2', dtype: 'fp32', steps: ['logits'] },
  {
    ...genai,
    ...f32,
    webgpu: 'leaves out softcap',
    name: 'gemma2-genai-q4',
    family: 'Gemma 2',
    dtype: 'q4',
    steps: allSteps,
  },
  {
    ...optimum,
    ...f16,
    name: 'gemma3-optimum-fp16',
    family: 'Gemma 3',
    dtype: 'fp16',
    vocabSize: 384,
    steps: ['logits'],
  },
  {
    ...optimum,
    ...f32,
    name: 'gemma3-optimum-q4',
    family: 'Gemma 3',
    dtype: 'q4',
    vocabSize: 384,
    steps: ['logits', 'weights'],
  },
  {
    ...genai,
    ...f32,
    name: 'gemma3-genai-q4',
    family: 'Gemma 3',
    dtype: 'q4',
    vocabSize: 384,
    steps: allSteps,
  },
  {
    ...optimum,
    ...f32,
    name: 'phi3-optimum-q4',
    family: 'Phi-3',
    dtype: 'q4',
    steps: ['logits', 'weights'],
  },
  {
    ...genai,
    ...f32,
    name: 'phi3-genai-fp32',
    family: 'Phi-3',
    dtype: 'fp32',
    steps: ['logits', 'attention'],
  },
  { ...genai, ...f32, name: 'phi3-genai-q8', family: 'Phi-3', dtype: 'q8', steps: allSteps },
  { ...optimum, ...f32, name: 'gpt2-optimum-fp32', family: 'GPT-2', dtype: 'fp32', steps: ['logits'] },
  { ...optimum, ...i8, name: 'gpt2-optimum-q8', family: 'GPT-2', dtype: 'q8', steps: [] },
  {
    ...optimum,
    ...f16,
    name: 'gpt_neox-optimum-fp16',
    family: 'GPT-NeoX',
    dtype: 'fp16',
    steps: ['logits'],
  },
  {
    ...optimum,
    ...f32,
    name: 'gpt_neox-optimum-q4',
    family: 'GPT-NeoX',
    dtype: 'q4',
    steps: ['logits', 'weights'],
  },
];
