import type { OnnxGraph } from './onnx-graph.ts';

/** accuracy_level of MatMulNBits: 0 leaves it to the kernel, 1 is float32 activations, 4 is int8. */
const float32Activations = 1;

/**
 * The same model with float32 activations in every MatMulNBits. Kernels that honour a lower precision give a
 * pass over k tokens other logits than k passes over one (total variation 0.03 on SmolLM2-135M), and
 * speculative decoding would then follow a noisier distribution than plain decoding. Answers `onnx` itself
 * where nothing has to change, else an altered copy.
 */
export function withFloat32Activations(onnx: Uint8Array, graph: OnnxGraph): Uint8Array {
  const offsets: number[] = [];
  for (const node of graph.nodes) {
    const level = node.opType === 'MatMulNBits' ? node.intAttributes.get('accuracy_level') : undefined;
    if (level && level.value > float32Activations) offsets.push(level.byteOffset);
  }
  if (offsets.length === 0) return onnx;
  const altered = onnx.slice();
  // Levels are below 128, so both values are varints of one byte.
  for (const offset of offsets) altered[offset] = float32Activations;
  return altered;
}

/** Operators that round activations to int8, which no attribute can change. */
export function quantisedActivationOperators(graph: OnnxGraph): string[] {
  const operators = [
    'DynamicQuantizeLinear',
    'DynamicQuantizeMatMul',
    'MatMulInteger',
    'MatMulIntegerToFloat',
  ];
  return operators.filter((operator) => graph.nodes.some((node) => node.opType === operator));
}
