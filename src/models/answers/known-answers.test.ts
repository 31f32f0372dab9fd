import { readFileSync } from 'node:fs';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { type AttributeValue, readOperation, writeOperation } from '../onnx/prepare/onnx-operation.ts';
import { elementType } from '../onnx/prepare/onnx-wire.ts';
import { erf } from './entrywise-answers.ts';
import type { InputForm, OperationForm } from './known-answer.ts';
import { answeredOperators, answersOf } from './known-answers.ts';

/* References against numbers that were worked out by hand or taken from tables. */

function formOf(
  opType: string,
  inputs: readonly (InputForm | null)[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): OperationForm {
  const reader = new BinaryReader(
    writeOperation({
      name: 'n',
      opType,
      domain: '',
      inputs: inputs.map(() => 'x'),
      outputs: ['y'],
      attributes,
    }),
  );
  reader.tag();
  return { operation: readOperation(reader.bytes()), opset: 21, inputs, sharesCache: false };
}

const float32: InputForm = { type: elementType.float32, constant: null, declaredShape: null };

/** First output of the first answer, as a function of its first input's first entry. */
function pairOf(opType: string, ...inputs: InputForm[]) {
  const [first] = answersOf([formOf(opType, inputs)]).answers;
  const { answer } = first!;
  return {
    inputs: answer.inputs.map((input) => input!.values.data[0]!),
    output: answer.outputs()[0]!.data[0]!,
  };
}

test.each([
  [0, 0],
  [0.5, 0.5204998778],
  [-1, -0.8427007929],
  [2.5, 0.999593048],
])('erf(%d) is %d', (x, value) => {
  expect(erf(x)).toBeCloseTo(value, 9);
});

test.each<[string, (x: number) => number]>([
  ['Sigmoid', (x) => 1 / (1 + Math.E ** -x)],
  ['Tanh', (x) => (Math.E ** x - Math.E ** -x) / (Math.E ** x + Math.E ** -x)],
  ['Reciprocal', (x) => x ** -1],
  ['Relu', (x) => (x > 0 ? x : 0)],
])('%s computes its definition', (opType, definition) => {
  const { inputs, output } = pairOf(opType, float32);
  expect(output).toBeCloseTo(definition(inputs[0]!), 6);
});

test.each<[string, (x: number, y: number) => number]>([
  ['Sub', (x, y) => x - y],
  ['Div', (x, y) => x / y],
])('%s takes its operands in order', (opType, definition) => {
  const { inputs, output } = pairOf(opType, float32, float32);
  expect(output).toBeCloseTo(definition(inputs[0]!, inputs[1]!), 6);
});

test('operations that differ in a name alone have one answer, and each attribute makes another', () => {
  const forms = [0, 1, 2].map(() => formOf('Softmax', [float32], { axis: -1 }));
  expect(answersOf(forms).answers.map(({ signature }) => signature)).toEqual([
    'Softmax-21 {axis=-1} (float32[1,2,3,17]) -> 0',
  ]);
  expect(answersOf([...forms, formOf('Softmax', [float32], { axis: 3 })]).answers.length).toBe(2);
});

test('an operator without a reference, and one in an unknown form, are counted by name', () => {
  const forms = [
    formOf('Einsum', [float32]),
    formOf('Einsum', [float32]),
    formOf('Softmax', [float32], { axis: 0 }),
  ];
  const { answers, unanswered } = answersOf(forms);
  expect(answers).toEqual([]);
  expect([...unanswered]).toEqual([
    ['Einsum', 2],
    ['Softmax', 1],
  ]);
});

test.each(Object.keys(answeredOperators))(
  '%s has no answer that ONNX Runtime cannot be given, whatever types its inputs have',
  (operator) => {
    const [double, uint8] = [11, elementType.uint8].map((type): InputForm => ({ ...float32, type }));
    const types = [float32, uint8!, double!];
    for (const first of types) {
      for (const second of types) {
        for (const third of types) {
          expect(() => answersOf([formOf(operator, [first, second, third])])).not.toThrow();
        }
      }
    }
  },
);

test('docs/models.md lists the operators that have a known answer', () => {
  const document = readFileSync(new URL('../../../docs/models.md', import.meta.url), 'utf8');
  const names = Object.keys(answeredOperators).map((name) => name.replace('com.microsoft.', ''));
  expect(document).toContain(
    [...new Set(names)]
      .sort()
      .map((name) => `\`${name}\``)
      .join(', '),
  );
});
