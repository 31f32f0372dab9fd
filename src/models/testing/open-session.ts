import type { EngineDevice } from '../../gpu/device.ts';
import { contextLimit } from '../onnx/context-limit.ts';
import { readOnnxGraph } from '../onnx/onnx-graph.ts';
import { prepareGraph } from '../onnx/prepare/prepare-graph.ts';
import { ModelSession } from '../session/model-session.ts';
import type { ModelSource } from '../session/runtime.ts';

/** A model's session as the runtime opens it, unchecked: prepared for WASM, or for the device. */
export function openSession(
  { id, onnx, externalFiles = [], contextLength }: ModelSource,
  place: 'prepared' | 'as exported' | EngineDevice,
): Promise<ModelSession> {
  const prepared =
    place === 'as exported'
      ? { onnx, externalFiles }
      : prepareGraph(onnx, {
          externalFiles,
          unpackedBytesLimit: 2 ** 30,
          ...(place !== 'prepared' && { steps: ['logits'] }),
        });
  return ModelSession.open({
    modelId: id,
    ...prepared,
    graph: readOnnxGraph(prepared.onnx),
    contextLength: contextLimit({ onnx, contextLength }).contextLength,
    device: typeof place === 'string' ? null : place,
  });
}
