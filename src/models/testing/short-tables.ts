import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { readTensor, writeTensor } from '../onnx/prepare/onnx-tensor.ts';
import { graphField, modelField, wireType } from '../onnx/prepare/onnx-wire.ts';
import { eachRawField } from '../onnx/prepare/raw-fields.ts';

/** The same model with its tables `names` cut to their first `rows` rows. Their values must lie in the file. */
export function withShortTables(onnx: Uint8Array, names: readonly string[], rows: number): Uint8Array {
  const left = new Set(names);
  const model = new BinaryWriter();
  eachRawField(onnx, (field, value, raw) => {
    if (field !== modelField.graph || !value) {
      model.raw(raw);
      return;
    }
    const graph = new BinaryWriter();
    eachRawField(value, (part, content, rawPart) => {
      const tensor = part === graphField.initializer && content ? readTensor(content, new Map()) : null;
      if (!tensor || !left.delete(tensor.name)) graph.raw(rawPart);
      else {
        const { shape, rawData } = tensor;
        const rowBytes = rawData!.byteLength / shape[0]!;
        graph.raw(
          writeTensor({ ...tensor, shape: [rows, ...shape.slice(1)] }, rawData!.slice(0, rows * rowBytes)),
        );
      }
    });
    model.tag(modelField.graph, wireType.bytes).bytes(graph.finish());
  });
  if (left.size > 0) throw new Error(`the model has no table ${[...left].join(', ')}`);
  return model.finish();
}
