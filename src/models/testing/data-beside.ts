import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { EditableModel } from '../onnx/prepare/editable-model.ts';
import { ModelEditor } from '../onnx/prepare/model-editor.ts';
import { readTensor, writeExternalTensor } from '../onnx/prepare/onnx-tensor.ts';
import {
  attributeField,
  attributeType,
  elementType,
  graphField,
  modelField,
  nodeField,
  wireType,
} from '../onnx/prepare/onnx-wire.ts';
import type { ExternalFile } from '../onnx/prepare/prepare-graph.ts';
import { eachRawField } from '../onnx/prepare/raw-fields.ts';

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

/** The same model with its float32 weights as Constant nodes, whose values lie in the file `name` beside it. */
export function withConstantsBeside(onnx: Uint8Array, name: string): ReturnType<typeof withDataBeside> {
  const model = new BinaryWriter();
  eachRawField(onnx, (field, value, raw) => {
    if (field !== modelField.graph || value === null) return void model.raw(raw);
    model.tag(modelField.graph, wireType.bytes).fork();
    eachRawField(value, (graphPart, message, rawPart) => {
      const tensor = graphPart === graphField.initializer && message ? readTensor(message, new Map()) : null;
      const { rawData } = tensor ?? {};
      if (!tensor || !rawData || tensor.elementType !== elementType.float32) return void model.raw(rawPart);
      const values = { path: name, offset: rawData.byteOffset - onnx.byteOffset, length: rawData.byteLength };
      model.tag(graphField.node, wireType.bytes).fork();
      model.tag(nodeField.output, wireType.bytes).string(tensor.name);
      model.tag(nodeField.opType, wireType.bytes).string('Constant');
      model.tag(nodeField.attribute, wireType.bytes).fork();
      model.tag(attributeField.name, wireType.bytes).string('value');
      model.tag(attributeField.type, wireType.varint).int32(attributeType.tensor);
      eachRawField(writeExternalTensor(tensor, values), (_, written) => {
        if (written) model.tag(attributeField.tensor, wireType.bytes).bytes(written);
      });
      model.join().join();
    });
    model.join();
  });
  return { onnx: model.finish(), externalFiles: [{ path: name, data: onnx }] };
}
