import { expect, test } from 'vitest';
import { readSignature, type ValueMetadata } from './model-signature.ts';
import type { OnnxGraph, OnnxNode } from './onnx-graph.ts';

const tensor = (name: string, type: string, ...shape: (number | string)[]): ValueMetadata => ({
  name,
  isTensor: true,
  type,
  shape,
});

const inputIds = tensor('input_ids', 'int64', 'batch', 'sequence');
const mask = tensor('attention_mask', 'int64', 'batch', 'total');
const past = (part: string, type = 'float32') =>
  tensor(`past_key_values.0.${part}`, type, 'batch', 2, 'past', 8);
const present = (part: string, type = 'float32') => tensor(`present.0.${part}`, type, 'batch', 2, 'total', 8);
const logits = tensor('logits', 'float32', 'batch', 'sequence', 40);
const usualInputs = [inputIds, mask, past('key'), past('value')];
const usualOutputs = [logits, present('key'), present('value')];

/** A graph whose cache outputs are made by these operators, the last one nearest to the output. */
function graphOf(...operators: string[]): OnnxGraph {
  const nodes = ['key', 'value'].flatMap((part) =>
    operators.map(
      (opType, index): OnnxNode => ({
        opType,
        domain: '',
        inputs: [index === 0 ? `past_key_values.0.${part}` : `${part}${index}`],
        outputs: [index === operators.length - 1 ? `present.0.${part}` : `${part}${index + 1}`],
        intAttributes: new Map(),
        floatAttributes: new Map(),
      }),
    ),
  );
  return {
    nodes,
    inputNames: [],
    outputNames: [],
    externalFiles: [],
    producerOf: (name) => nodes.find((node) => node.outputs.includes(name)) ?? null,
  };
}

test.each([
  [['GroupQueryAttention'], 'in-place'],
  [['Concat'], 'concat'],
  [['MultiHeadAttention'], 'concat'],
  [['Concat', 'Cast'], 'concat'],
  [['GroupQueryAttention', 'Identity'], 'in-place'],
])('a cache made by %s is %s', (operators, kind) => {
  expect(readSignature('tiny', graphOf(...operators), usualInputs, usualOutputs).cache.kind).toBe(kind);
});

const newRows = (part: string) => tensor(`new_key_values.0.${part}`, 'float32', 1, 2, 'sequence', 8);

test('new rows alone are appended to the cache, in all layers or none', () => {
  const outputs = [logits, newRows('key'), newRows('value')];
  const { cache } = readSignature('tiny', graphOf('Transpose'), usualInputs, outputs);
  expect(cache.kind).toBe('append');
  expect(cache.tensors.map(({ presentName }) => presentName)).toEqual(
    ['key', 'value'].map((part) => `new_key_values.0.${part}`),
  );
  const mixed = [logits, newRows('key'), present('value')];
  expect(() => readSignature('tiny', graphOf('Concat'), usualInputs, mixed)).toThrow('some layers only');
});

test('a mask, positions and rows to keep are fed where the export has them', () => {
  const plain = readSignature(
    'tiny',
    graphOf('Concat'),
    [inputIds, past('key'), past('value')],
    usualOutputs,
  );
  expect([plain.attentionMask, plain.positionIds, plain.logitsToKeep]).toEqual([null, null, null]);
  const rich = readSignature(
    'tiny',
    graphOf('Concat'),
    [...usualInputs, tensor('position_ids', 'int64', 'b', 's'), tensor('num_logits_to_keep', 'int64')],
    usualOutputs,
  );
  expect(rich.attentionMask).toBe('attention_mask');
  expect(rich.positionIds).toBe('position_ids');
  expect(rich.logitsToKeep).toEqual({ name: 'num_logits_to_keep', shape: [] });
  expect(rich.logits).toEqual({ name: 'logits', type: 'float32', width: 40 });
});

test.each([
  [
    'an unknown input',
    'token_type_ids',
    [...usualInputs, tensor('token_type_ids', 'int64', 'b', 's')],
    usualOutputs,
  ],
  [
    'positions in three axes',
    'position_ids',
    [...usualInputs, tensor('position_ids', 'int64', 3, 'b', 's')],
    usualOutputs,
  ],
  [
    'embeddings in place of ids',
    'inputs_embeds',
    [tensor('inputs_embeds', 'float32', 'b', 's', 16)],
    usualOutputs,
  ],
  ['no cache', 'past_key_values', [inputIds, mask], [logits]],
  ['a cache of bytes', 'uint8', [inputIds, mask, past('key', 'uint8'), past('value', 'uint8')], usualOutputs],
  ['a past without a present', 'present.0.value', usualInputs, [logits, present('key')]],
  ['no logits', 'logits', usualInputs, [present('key'), present('value')]],
  [
    'rows of unknown width',
    'logits',
    usualInputs,
    [tensor('logits', 'float32', 'b', 's', 'v'), ...usualOutputs.slice(1)],
  ],
  [
    'trap: logits of the last token alone: verification needs every position',
    'logits (float32 [batch, 1, 40]), which are of the last token alone',
    usualInputs,
    [tensor('logits', 'float32', 'batch', 1, 40), ...usualOutputs.slice(1)],
  ],
  [
    'a layout with tokens first',
    'past_key_values.0.key',
    [inputIds, mask, tensor('past_key_values.0.key', 'float32', 'b', 'past', 16), past('value')],
    usualOutputs,
  ],
])('%s is refused by name', (_, named, inputs, outputs) => {
  const read = () => readSignature('tiny', graphOf('Concat'), inputs, outputs);
  expect(read).toThrow(expect.objectContaining({ code: 'model-unsupported' }));
  expect(read).toThrow(named);
});

test('a cache that is made in a way unknown is refused with the operator', () => {
  expect(() => readSignature('tiny', graphOf('ScatterElements'), usualInputs, usualOutputs)).toThrow(
    'present.0.key made by ScatterElements',
  );
});

test('trap: a cache cut to a sliding window cannot be rolled back, so it is refused', () => {
  expect(() => readSignature('tiny', graphOf('Concat', 'Slice'), usualInputs, usualOutputs)).toThrow(
    'present.0.key cut by Slice',
  );
});

test.each([
  [['Slice', 'Concat']],
  [['Transpose', 'Slice', 'Cast', 'Concat']],
  [['Gather', 'MultiHeadAttention']],
])('trap: a past that is cut before the new rows join it is refused: %s', (operators) => {
  const read = () => readSignature('tiny', graphOf(...operators), usualInputs, usualOutputs);
  expect(read).toThrow(expect.objectContaining({ code: 'model-unsupported' }));
  expect(read).toThrow(/input past_key_values.0.key cut by (Slice|Gather)/);
});

test('a past may be reshaped on its way to the new rows', () => {
  const { cache } = readSignature(
    'tiny',
    graphOf('Transpose', 'Reshape', 'Concat'),
    usualInputs,
    usualOutputs,
  );
  expect(cache.kind).toBe('concat');
});

const attention = (key: string, past: string, output: string): OnnxNode => ({
  opType: 'GroupQueryAttention',
  domain: 'com.microsoft',
  inputs: ['query', key, key, `${past}.key`, `${past}.value`],
  outputs: [output, `present.${output}.key`, `present.${output}.value`],
  intAttributes: new Map(),
  floatAttributes: new Map(),
});

test.each([
  ['that another layer puts out', 'present.0', true],
  ['that another layer has as well', 'past_key_values.0', true],
  ['of its own, query, key and value in one', 'past_key_values.1', false],
])('trap: attention without keys, on a cache %s', (_, past, isRefused) => {
  const nodes = [...graphOf('GroupQueryAttention').nodes, attention('', past, '1')].map((node, index) =>
    index === 0 ? { ...node, inputs: ['query', 'key', 'value', 'past_key_values.0.key'] } : node,
  );
  const graph = {
    ...graphOf(),
    nodes,
    producerOf: (name: string) => nodes.find((node) => node.outputs.includes(name)) ?? null,
  };
  const read = () => readSignature('tiny', graph, usualInputs, usualOutputs);
  if (isRefused) expect(read).toThrow(/GroupQueryAttention without keys and values of its own in 1/);
  else expect(read().cache.kind).toBe('in-place');
});

test('a shared cache needs a mask to tell its valid rows', () => {
  const inputs = [inputIds, past('key'), past('value')];
  expect(() => readSignature('tiny', graphOf('GroupQueryAttention'), inputs, usualOutputs)).toThrow(
    'attention_mask',
  );
});

test('all problems are told at once', () => {
  expect(() =>
    readSignature(
      'tiny',
      graphOf('Concat'),
      [...usualInputs, tensor('a', 'bool'), tensor('b', 'bool')],
      usualOutputs,
    ),
  ).toThrow(/input a .*input b /);
});
