import { EditableModel } from '../onnx/prepare/editable-model.ts';
import { ModelEditor } from '../onnx/prepare/model-editor.ts';
import { writeTensor } from '../onnx/prepare/onnx-tensor.ts';
import { elementType } from '../onnx/prepare/onnx-wire.ts';

/**
 * The same model with an embedding of other values, stored in float16 and widened behind the look-up, as
 * onnxruntime-genai's builder has it in its int4 exports; and those values, [entries, width], as float16.
 */
export function withHalfTable(onnx: Uint8Array): { readonly onnx: Uint8Array; readonly halves: Uint16Array } {
  const model = new EditableModel(onnx);
  const lookup = model.operations.find(
    ({ opType, inputs }) => opType === 'Gather' && model.tensors.get(inputs[0]!)?.shape.length === 2,
  );
  if (!lookup) throw new Error('the model looks no embedding up');
  const { shape } = model.tensors.get(lookup.inputs[0]!)!;
  // Between 1/4 and 1/2, signs in turn.
  const halves = Uint16Array.from(
    { length: shape[0]! * shape[1]! },
    (_, index) => 0x3400 + ((index * 389) % 1024) + (index % 3 === 0 ? 0x8000 : 0),
  );
  const editor = new ModelEditor(model);
  const list = editor.newList();
  const rows = list.add('Gather', ['half.table', lookup.inputs[1]!], { axis: 0 });
  list.add('Cast', [rows], { to: elementType.float32 }, lookup.outputs[0]);
  editor.replace(lookup, list);
  const table = writeTensor(
    { name: 'half.table', elementType: elementType.float16, shape },
    new Uint8Array(halves.buffer),
  );
  const { edits } = editor;
  return { onnx: model.write({ ...edits, addedTensors: [...edits.addedTensors, table] }, 'unused'), halves };
}
