import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { writeOperation } from '../onnx/prepare/onnx-operation.ts';
import { writeTensor } from '../onnx/prepare/onnx-tensor.ts';
import { writeValue } from '../onnx/prepare/onnx-value.ts';
import { graphField, modelField, opsetField, wireType } from '../onnx/prepare/onnx-wire.ts';
import type { SignedAnswer } from './known-answers.ts';
import { tensorData, type Values } from './values.ts';

/** Of the oldest files that may use all that is written here. */
const irVersion = 8;

export interface AnswersGraph {
  readonly onnx: Uint8Array;
  readonly feeds: ReadonlyMap<string, Values>;
  /** In the order of the answers: outputs by name with what they must be. */
  readonly expected: readonly ReadonlyMap<string, Values>[];
}

/** A graph of operations that have nothing to do with each other: one session for many answers costs as little as for one. */
export function answersGraph(answers: readonly SignedAnswer[]): AnswersGraph {
  const fields: Uint8Array[] = [];
  const feeds = new Map<string, Values>();
  const opsets = new Map<string, number>();
  const expected = answers.map(({ form: { operation, opset }, answer }, index) => {
    opsets.set(operation.domain, opset);
    const inputs = answer.inputs.map((input, which) => {
      if (!input) return '';
      const name = `${index}.input.${which}`;
      const { values, isConstant } = input;
      const { type: elementType, shape } = values;
      const { buffer, byteOffset, byteLength } = tensorData(values);
      const bytes = new Uint8Array(buffer, byteOffset, byteLength);
      if (isConstant) fields.push(writeTensor({ name, elementType, shape }, bytes));
      else {
        fields.push(writeValue(graphField.input, { name, elementType, shape }));
        feeds.set(name, values);
      }
      return name;
    });
    const outputs = new Map<string, Values>();
    const names = answer.outputs().map((values, which) => {
      if (!values) return '';
      const name = `${index}.output.${which}`;
      outputs.set(name, values);
      // Sizes are left open: where the runtime infers others that is a wrong answer, not a graph that cannot be opened.
      const shape = values.shape.map(() => '');
      fields.push(writeValue(graphField.output, { name, elementType: values.type, shape }));
      return name;
    });
    const attributes = { ...Object.fromEntries(operation.attributes), ...answer.attributes };
    const { opType, domain } = operation;
    fields.push(writeOperation({ name: `${index}`, opType, domain, inputs, outputs: names, attributes }));
    return outputs;
  });
  const writer = new BinaryWriter();
  writer.tag(modelField.irVersion, wireType.varint).int64(irVersion);
  writer.tag(modelField.graph, wireType.bytes).fork();
  writer.tag(graphField.name, wireType.bytes).string('known answers');
  for (const field of fields) writer.raw(field);
  writer.join();
  for (const [domain, version] of opsets) {
    writer.tag(modelField.opsetImport, wireType.bytes).fork();
    writer.tag(opsetField.domain, wireType.bytes).string(domain);
    writer.tag(opsetField.version, wireType.varint).int64(version).join();
  }
  return { onnx: writer.finish(), feeds, expected };
}
