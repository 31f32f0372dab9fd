import { readFileSync } from 'node:fs';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { quantisedActivationOperators, withFloat32Activations } from './activation-precision.ts';
import { readOnnxGraph } from './onnx-graph.ts';
import { writeOperation } from './prepare/onnx-operation.ts';
import { writeValue } from './prepare/onnx-value.ts';
import { graphField, modelField, wireType } from './prepare/onnx-wire.ts';

const file = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)));
const grouped = file('../fixtures/grouped-positions.onnx');
const concat = file('../fixtures/concat-positions.onnx');
const half = file('../fixtures/concat-half.onnx');
const storyDraft = file('../../../public/models/story-draft/onnx/model_q4.onnx');

test.each([
  ['grouped-positions', grouped, 'GroupQueryAttention'],
  ['concat-positions', concat, 'Concat'],
  ['concat-half', half, 'Cast'],
  ['story-draft', storyDraft, 'GroupQueryAttention'],
] as const)('the graph of %s tells which operator makes its cache', (_, onnx, operator) => {
  const graph = readOnnxGraph(onnx);
  expect(graph.outputNames).toContain('present.0.key');
  expect(graph.producerOf('present.0.key')?.opType).toBe(operator);
  expect(graph.producerOf('past_key_values.0.key')).toBeNull();
  expect(graph.externalFiles).toEqual([]);
});

test('inputs are told in the order of the file', () => {
  expect(readOnnxGraph(concat).inputNames).toEqual([
    'input_ids',
    'attention_mask',
    'position_ids',
    ...[0, 1].flatMap((layer) => ['key', 'value'].map((part) => `past_key_values.${layer}.${part}`)),
  ]);
});

const text = (content: string) => new TextEncoder().encode(content);

test.each([
  ['nothing', new Uint8Array()],
  ['an error page', text('<!doctype html><title>Not found</title>')],
  ['zeros', new Uint8Array(64)],
  ['JSON', text('{"error":"not found"}')],
  ['0xff bytes', new Uint8Array(64).fill(0xff)],
])('%s is no model', (_, bytes) => {
  expect(() => readOnnxGraph(bytes)).toThrow(expect.objectContaining({ code: 'integrity' }));
});

test('a model cut short anywhere is no model', () => {
  for (let length = 0; length < concat.length; length += 97) {
    expect(() => readOnnxGraph(concat.subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'integrity' }),
    );
  }
});

/** A model of one graph, a node for each [inputs, outputs]. */
function modelOf(
  ...nodes: readonly (readonly [inputs: readonly string[], outputs: readonly string[]])[]
): Uint8Array {
  const model = new BinaryWriter().tag(modelField.graph, wireType.bytes).fork();
  for (const [index, [inputs, outputs]] of nodes.entries())
    model.raw(
      writeOperation({ name: `${index}`, opType: 'Sum', domain: '', inputs, outputs, attributes: {} }),
    );
  return model
    .raw(writeValue(graphField.output, { name: 'out', elementType: 1, shape: [1] }))
    .join()
    .finish();
}

test('trap: a graph with a cycle is refused: a walk along it never ends', () => {
  const itself = modelOf([['out'], ['out']]);
  const eachOther = modelOf([['a', 'b'], ['out']], [['out'], ['b']]);
  for (const onnx of [itself, eachOther]) expect(() => readOnnxGraph(onnx)).toThrow(/its graph has a cycle/);
});

test('values that several nodes take are no cycle', () => {
  const nodes = [
    [
      ['b', 'c', ''],
      ['out', ''],
    ],
    [['a'], ['b']],
    [['a', 'b'], ['c']],
  ] as const;
  expect(readOnnxGraph(modelOf(...nodes)).nodes).toHaveLength(3);
});

test('reading copes with bytes that lie inside a larger buffer', () => {
  const larger = new Uint8Array(storyDraft.length + 100);
  larger.set(storyDraft, 50);
  const inside = larger.subarray(50, 50 + storyDraft.length);
  const levels = (onnx: Uint8Array) =>
    readOnnxGraph(onnx).nodes.flatMap((node) => node.intAttributes.get('accuracy_level') ?? []);
  expect(levels(inside)).toEqual(levels(storyDraft));
  for (const { value, byteOffset } of levels(storyDraft)) expect(storyDraft[byteOffset]).toBe(value);
});

/** Where the level of each MatMulNBits stands. */
const levelOffsets = (onnx: Uint8Array) =>
  readOnnxGraph(onnx)
    .nodes.filter((node) => node.opType === 'MatMulNBits')
    .map((node) => node.intAttributes.get('accuracy_level')!.byteOffset);

test('a model that asks for int8 activations gets float32, in a copy that differs in nothing else', () => {
  const asked = storyDraft.slice();
  const wanted = storyDraft.slice();
  const offsets = levelOffsets(storyDraft);
  expect(offsets.length).toBe(6);
  for (const offset of offsets) {
    asked[offset] = 4;
    wanted[offset] = 1;
  }
  const before = asked.slice();
  expect(Buffer.compare(withFloat32Activations(asked, readOnnxGraph(asked)), wanted)).toBe(0);
  expect(Buffer.compare(asked, before)).toBe(0);
});

test('a model with float32 activations is left as it is', () => {
  const float32 = withFloat32Activations(storyDraft, readOnnxGraph(storyDraft));
  expect(withFloat32Activations(float32, readOnnxGraph(float32))).toBe(float32);
  expect(withFloat32Activations(grouped, readOnnxGraph(grouped))).toBe(grouped);
  expect(quantisedActivationOperators(readOnnxGraph(storyDraft))).toEqual([]);
});
