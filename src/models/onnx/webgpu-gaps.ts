import type { OnnxGraph } from './onnx-graph.ts';

/**
 * What a graph asks of its operators that ONNX Runtime's WebGPU kernels leave out without a word (1.30): every pass
 * computes the same wrong thing, so that the self-check finds nothing. Gemma 2's capped scores were off by 3 in a logit.
 */
export function webgpuGaps(graph: OnnxGraph): readonly string[] {
  const softcap = graph.nodes
    .filter(({ opType }) => opType === 'GroupQueryAttention')
    .map(({ floatAttributes }) => floatAttributes.get('softcap') ?? 0)
    .find((cap) => cap !== 0);
  if (softcap === undefined) return [];
  return [`GroupQueryAttention caps its scores at ${softcap}, which ONNX Runtime omits on WebGPU`];
}
