import { sharesCache } from '../onnx/model-signature.ts';
import type { EditableModel } from '../onnx/prepare/editable-model.ts';
import type { OnnxOperation } from '../onnx/prepare/onnx-operation.ts';
import type { OnnxTensor } from '../onnx/prepare/onnx-tensor.ts';
import { elementType } from '../onnx/prepare/onnx-wire.ts';
import type { InputForm, OperationForm } from './known-answer.ts';

/** Operators whose output has one type whatever they take. */
const typeOfOutputs: Readonly<Record<string, number>> = {
  And: elementType.bool,
  ArgMax: elementType.int64,
  DynamicQuantizeLinear: elementType.uint8,
  Equal: elementType.bool,
  Greater: elementType.bool,
  GreaterOrEqual: elementType.bool,
  IsInf: elementType.bool,
  IsNaN: elementType.bool,
  Less: elementType.bool,
  LessOrEqual: elementType.bool,
  MatMulInteger: elementType.int32,
  NonZero: elementType.int64,
  Not: elementType.bool,
  Or: elementType.bool,
  Shape: elementType.int64,
  Size: elementType.int64,
};

/** Operators whose output has the type of another input than the first. */
const inputOfType: Readonly<Record<string, number>> = {
  DequantizeLinear: 1,
  GatherBlockQuantized: 2,
  Where: 1,
};

/** Sizes, positions and masks: kept apart from what a model computes with its weights. */
const isBookkeeping = (type: number | null): boolean =>
  type === elementType.int64 || type === elementType.int32 || type === elementType.bool;

/** A product of integers carries a model's state. */
const integerProducts: ReadonlySet<string> = new Set(['ConvInteger', 'MatMulInteger']);

/**
 * The operations of a graph that carry what a model computes, with the types of what they take. Left out are those over sizes,
 * positions and masks alone, and constants.
 */
export function operationForms(model: EditableModel): OperationForm[] {
  const types = new Map<string, number>();
  const constants = new Map<string, OnnxTensor>(model.tensors);
  const producers = new Map<string, OnnxOperation>();
  for (const { name, elementType: type } of [...model.inputs.values(), ...model.tensors.values()])
    types.set(name, type);
  for (const operation of model.operations)
    for (const output of operation.outputs) producers.set(output, operation);
  const graph = { nodes: model.operations, producerOf: (name: string) => producers.get(name) ?? null };
  const forms: OperationForm[] = [];
  for (const operation of model.operations) {
    const { opType, domain, inputs, outputs } = operation;
    const outputType = typeOfOutput(operation, types);
    for (const [index, output] of outputs.entries()) {
      const type = opType === 'DynamicQuantizeLinear' && index === 1 ? elementType.float32 : outputType;
      if (output !== '' && type !== null) types.set(output, type);
    }
    if (opType === 'Constant') {
      if (operation.tensor) constants.set(outputs[0]!, operation.tensor);
      continue;
    }
    const known = inputs.map((name) => types.get(name) ?? null);
    const carriesState = [outputType, ...known].some((type) => type !== null && !isBookkeeping(type));
    if (opType === 'Shape' || opType === 'Size' || !(carriesState || integerProducts.has(opType))) continue;
    forms.push({
      operation,
      opset: model.opsets.get(domain === 'ai.onnx' ? '' : domain) ?? 1,
      inputs: inputs.map((name, index): InputForm | null => {
        if (name === '') return null;
        const declaredShape = model.inputs.get(name)?.shape ?? null;
        return { type: known[index] ?? 0, constant: constants.get(name) ?? null, declaredShape };
      }),
      sharesCache: sharesCache(graph, operation),
    });
  }
  return forms;
}

function typeOfOutput(operation: OnnxOperation, types: ReadonlyMap<string, number>): number | null {
  const { opType, inputs, numbers, tensor } = operation;
  if (opType === 'Constant')
    return tensor?.elementType ?? (numbers.has('value_float') ? elementType.float32 : elementType.int64);
  if (opType === 'ConstantOfShape') return tensor?.elementType ?? elementType.float32;
  if (opType === 'Cast') return numbers.get('to') ?? null;
  return typeOfOutputs[opType] ?? types.get(inputs[inputOfType[opType] ?? 0] ?? '') ?? null;
}
