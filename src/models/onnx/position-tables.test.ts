import { readFileSync } from 'node:fs';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import { graphFixtureContext, graphFixtures } from '../testing/graph-fixtures.ts';
import { withShortTables } from '../testing/short-tables.ts';
import { contextLimit } from './context-limit.ts';
import { positionTableRows } from './position-tables.ts';
import { EditableModel } from './prepare/editable-model.ts';
import { writeExternalTensor, writeTensor } from './prepare/onnx-tensor.ts';
import { writeValue } from './prepare/onnx-value.ts';
import { attributeField, elementType, graphField, modelField, nodeField } from './prepare/onnx-wire.ts';

const rowsIn = (onnx: Uint8Array) => positionTableRows(new EditableModel(onnx));
const read = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)));

test.each(graphFixtures)('$name: has positions for its context, or computes them', ({ name, exporter }) => {
  const hasTables = exporter === 'onnxruntime-genai' || name.startsWith('gpt2');
  expect(rowsIn(read(`../fixtures/graphs/${name}.onnx`))).toBe(hasTables ? graphFixtureContext : null);
});

const field = (number: number, ...content: readonly Uint8Array[]): Uint8Array =>
  new BinaryWriter().tag(number, 2).bytes(Buffer.concat(content)).finish();
const text = (number: number, content: string) => field(number, Buffer.from(content));

/** A tensor or a graph is given as the field of an initializer, of a model. */
type Attribute = number | { readonly tensor: Uint8Array } | { readonly graph: Uint8Array };

/** Names apart by spaces; `com.` stands before an operator of Microsoft's. */
function node(
  opType: string,
  inputs: string,
  outputs: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): Uint8Array {
  const names = (list: string) => list.split(' ').filter((name) => name !== '');
  return field(
    graphField.node,
    ...names(inputs).map((name) => text(nodeField.input, name)),
    ...names(outputs).map((name) => text(nodeField.output, name)),
    text(nodeField.opType, opType.replace('com.', '')),
    ...(opType.startsWith('com.') ? [text(nodeField.domain, 'com.microsoft')] : []),
    ...Object.entries(attributes).map(([name, attribute]) =>
      field(nodeField.attribute, text(attributeField.name, name), attributeValue(attribute)),
    ),
  );
}

function attributeValue(value: Attribute): Uint8Array {
  if (typeof value === 'number') return new BinaryWriter().tag(attributeField.int, 0).int64(value).finish();
  const reader = new BinaryReader('graph' in value ? value.graph : value.tensor);
  reader.tag();
  return field('graph' in value ? attributeField.graph : attributeField.tensor, reader.bytes());
}

const table = (name: string, ...shape: number[]) =>
  writeTensor(
    { name, elementType: elementType.float32, shape },
    new Uint8Array(4 * shape.reduce((product, size) => product * size, 1)),
  );
const integers = (name: string, ...values: number[]) =>
  writeTensor(
    { name, elementType: elementType.int64, shape: [values.length] },
    new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
  );
const output = (name: string) =>
  writeValue(graphField.output, { name, elementType: elementType.float32, shape: [] });
const graph = (...parts: readonly Uint8Array[]) => field(modelField.graph, ...parts);
const model = (...parts: readonly Uint8Array[]) =>
  graph(
    ...parts,
    ...['input_ids', 'attention_mask', 'position_ids', 'past'].map((name) =>
      writeValue(graphField.input, { name, elementType: elementType.int64, shape: ['texts', 'tokens'] }),
    ),
    output('logits'),
  );

/** `length`: tokens with the past, a scalar; `end`: the same, [1]. */
const counted = [
  node('Shape', 'attention_mask', 'sizes'),
  integers('second', 1),
  node('Gather', 'sizes second', 'length'),
  integers('first-axis', 0),
  node('Unsqueeze', 'length first-axis', 'end'),
];
const external = { path: 'model.onnx_data', offset: 0, length: 64 * 8 * 4 };
const branch = (...parts: readonly Uint8Array[]) => ({ graph: graph(...parts) });

describe('the rows of a table bound the positions', () => {
  test.each<[string, number, Uint8Array[]]>([
    [
      'that GroupQueryAttention rotates by',
      64,
      [
        table('cos', 64, 8),
        table('sin', 64, 8),
        node('com.GroupQueryAttention', 'q k v past past last total cos sin', 'logits', { do_rotary: 1 }),
      ],
    ],
    [
      'whose values lie in another file',
      64,
      [
        writeExternalTensor({ name: 'cos', elementType: elementType.float32, shape: [64, 8] }, external),
        node('com.RotaryEmbedding', 'q position_ids cos cos', 'logits'),
      ],
    ],
    [
      "that ONNX's own RotaryEmbedding takes",
      64,
      [table('cos', 64, 8), node('RotaryEmbedding', 'q cos cos position_ids', 'logits')],
    ],
    [
      'of learned positions, quantised',
      64,
      [
        table('wpe', 64, 16),
        node('Gather', 'wpe position_ids', 'packed'),
        node('DequantizeLinear', 'packed scale', 'logits'),
      ],
    ],
    [
      'that positions counted from the mask are looked up in',
      64,
      [
        table('wpe', 64, 16),
        integers('one', 1),
        node('CumSum', 'attention_mask one', 'sums'),
        node('Sub', 'sums one', 'less'),
        node('Equal', 'attention_mask one', 'seen'),
        node('Where', 'seen less one', 'positions'),
        node('Gather', 'wpe positions', 'logits'),
      ],
    ],
    [
      'that positions counted from the length are looked up in',
      64,
      [
        ...counted,
        table('wpe', 64, 16),
        integers('one', 1),
        node('Range', 'past_length length one', 'positions'),
        node('Shape', 'past', 'past_length'),
        node('Gather', 'wpe positions', 'logits'),
      ],
    ],
    [
      'in a Constant, cut to the text and then looked up (Llama, by an older Optimum)',
      64,
      [
        ...counted,
        node('Constant', '', 'cached', { value: { tensor: table('', 1, 1, 64, 8) } }),
        integers('zero', 0),
        integers('axes', 2),
        node('Slice', 'cached zero end axes', 'cut'),
        node('Squeeze', 'cut zero', 'flat'),
        node('Gather', 'flat position_ids', 'logits'),
      ],
    ],
    [
      'repeated for each text (GPT-J)',
      64,
      [
        table('sincos', 64, 8),
        node('Unsqueeze', 'sincos', 'one'),
        node('Tile', 'one texts', 'each'),
        node('Unsqueeze', 'position_ids', 'column'),
        node('Expand', 'column width', 'indices'),
        node('GatherElements', 'each indices', 'logits', { axis: 1 }),
      ],
    ],
    [
      'that a causal mask is cut from (GPT-Neo)',
      64,
      [
        ...counted,
        table('bias', 1, 1, 64, 64),
        integers('zero', 0),
        integers('axes', 3),
        node('Slice', 'bias zero end axes', 'logits'),
      ],
    ],
    [
      'whose end is cut off (MPT)',
      64,
      [
        ...counted,
        table('alibi', 1, 4, 1, 64),
        integers('far', 2 ** 40),
        integers('axes', -1),
        node('Neg', 'end', 'start'),
        node('Slice', 'alibi start far axes', 'logits'),
      ],
    ],
    [
      'of which a branch takes the longer one for long texts (LongRoPE)',
      64,
      [
        table('outer-long', 64, 8),
        node('Greater', 'position_ids limit', 'is-long'),
        node('If', 'is-long', 'cos', {
          then_branch: branch(node('Identity', 'outer-long', 'long'), output('long')),
          else_branch: branch(
            node('Constant', '', 'short', { value: { tensor: table('', 16, 8) } }),
            output('short'),
          ),
        }),
        node('com.RotaryEmbedding', 'q position_ids cos cos', 'logits'),
      ],
    ],
    [
      'if it is the shortest of several',
      48,
      [
        table('local', 64, 8),
        table('global', 48, 8),
        node('com.RotaryEmbedding', 'q position_ids local local', 'k'),
        node('com.RotaryEmbedding', 'k position_ids global global', 'logits'),
      ],
    ],
  ])('%s', (_, rows, parts) => {
    expect(rowsIn(model(...parts))).toBe(rows);
  });
});

describe('no position is bounded by', () => {
  test.each<[string, Uint8Array[]]>([
    ['the embedding of tokens', [table('wte', 32, 8), node('Gather', 'wte input_ids', 'logits')]],
    [
      'tables that nothing is rotated by',
      [
        table('cos', 32, 8),
        node('com.GroupQueryAttention', 'q k v past past last total cos cos', 'logits', { do_rotary: 0 }),
      ],
    ],
    [
      'a table of distances that are capped',
      [
        table('distances', 32, 4),
        node('Min', 'position_ids most', 'buckets'),
        node('Gather', 'distances buckets', 'logits'),
      ],
    ],
    [
      'a constant part of a table',
      [
        table('wpe', 32, 8),
        integers('zero', 0),
        integers('half', 16),
        node('Slice', 'wpe zero half zero', 'cut'),
        node('Gather', 'cut zero', 'logits'),
      ],
    ],
    [
      'cosines that are computed',
      [
        table('frequencies', 1, 32, 1),
        node('MatMul', 'frequencies position_ids', 'angles'),
        node('Cos', 'angles', 'logits'),
      ],
    ],
  ])('%s', (_, parts) => {
    expect(rowsIn(model(...parts))).toBeNull();
  });
});

describe('the context', () => {
  const full = read('../fixtures/graphs/gpt2-optimum-fp32.onnx');
  const short = withShortTables(full, ['transformer.wpe.weight'], 64);
  const computed = read('../fixtures/graphs/llama-optimum-fp32.onnx');

  test.each([
    ['is what the configuration says', full, 96, 96, []],
    ['may be less than the tables have', full, 50, 50, []],
    ['ends with the tables', short, 96, 64, [/^The model file has positions for only 64 tokens .*says 96/]],
    ['is that of the tables where the configuration names none', short, null, 64, []],
    ['is what the configuration says where there are no tables', computed, 8192, 8192, []],
    [
      'is assumed where nothing names it',
      computed,
      null,
      2048,
      [/^Neither .* texts end after 2048 tokens\.$/],
    ],
  ])('%s', (_, onnx, configured, contextLength, notes) => {
    expect(contextLimit({ onnx, contextLength: configured })).toEqual({
      contextLength,
      notes: notes.map((note) => expect.stringMatching(note)),
    });
  });
});
