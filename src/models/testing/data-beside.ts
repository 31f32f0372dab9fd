import { EditableModel } from '../onnx/prepare/editable-model.ts';
import { ModelEditor } from '../onnx/prepare/model-editor.ts';
import type { ExternalFile } from '../onnx/prepare/prepare-graph.ts';

/** The same model as an exporter writes large ones: a graph, and its large weights in the file `name` beside it. */
export function withDataBeside(
  onnx: Uint8Array,
  name: string,
): { readonly onnx: Uint8Array; readonly externalFiles: readonly ExternalFile[] } {
  const model = new EditableModel(onnx);
  // The file may hold anything between the weights: here, the rest of the model.
  return {
    onnx: model.write(new ModelEditor(model).edits, name),
    externalFiles: [{ path: name, data: onnx }],
  };
}
