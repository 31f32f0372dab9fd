import { readFileSync } from 'node:fs';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { expect, test } from 'vitest';
import { withDataBeside } from '../../testing/data-beside.ts';
import { readOnnxGraph } from '../onnx-graph.ts';
import { EditableModel } from './editable-model.ts';
import { prepareGraph } from './prepare-graph.ts';

const file = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)));
const fixture = (name: string) => file(`../../fixtures/${name}.onnx`);
const storyDraft = file('../../../../public/models/story-draft/onnx/model_q4.onnx');
const unlimited = { unpackedBytesLimit: Infinity };

const operators = (onnx: Uint8Array) => new Set(readOnnxGraph(onnx).nodes.map(({ opType }) => opType));

/** The same file with other letters in names: `from` and `to` have the same length. */
function renamed(onnx: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(onnx).toString('latin1').replaceAll(from, to);
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

test.each([
  ['story-draft', storyDraft, ['logits', 'weights', 'attention']],
  ['packed-4', fixture('packed-4'), ['logits', 'weights', 'attention']],
  ['packed-4-zero', fixture('packed-4-zero'), ['logits', 'weights', 'attention']],
  ['packed-8', fixture('packed-8'), ['logits', 'weights', 'attention']],
  ['packed-8-zero', fixture('packed-8-zero'), ['logits', 'weights', 'attention']],
  ['packed-half', fixture('packed-half'), ['logits', 'weights', 'attention']],
  ['grouped-positions', fixture('grouped-positions'), ['logits', 'attention']],
  ['concat-half', fixture('concat-half'), ['logits']],
  ['concat-mask', fixture('concat-mask'), []],
] as const)('%s takes the steps it needs, and nothing is left of what they replace', (_, onnx, steps) => {
  const untouched = onnx.slice();
  const prepared = prepareGraph(onnx, unlimited);
  expect(prepared.steps).toEqual(steps);
  expect(prepared.notes).toEqual([]);
  const left = operators(prepared.onnx);
  expect([left.has('MatMulNBits'), left.has('GroupQueryAttention')]).toEqual([false, false]);
  expect(Buffer.compare(onnx, untouched)).toBe(0);
});

test('a graph with nothing to prepare is handed back itself', () => {
  const onnx = fixture('concat-mask');
  const prepared = prepareGraph(onnx, unlimited);
  expect(prepared.onnx).toBe(onnx);
  expect([prepared.externalFiles, prepared.extraBytes]).toEqual([[], 0]);
});

test('a prepared graph is prepared no further', () => {
  const { onnx } = prepareGraph(storyDraft, unlimited);
  expect(prepareGraph(onnx, unlimited).onnx).toBe(onnx);
});

test('its cache is put out as new rows, under names of their own', () => {
  const { onnx } = prepareGraph(fixture('packed-4'), unlimited);
  const model = new EditableModel(onnx);
  expect([...model.outputs.keys()]).toEqual([
    'logits',
    ...[0, 1].flatMap((layer) => ['key', 'value'].map((part) => `new_key_values.${layer}.${part}`)),
  ]);
  expect(model.outputs.get('new_key_values.1.key')?.shape).toEqual(['batch_size', 2, 'sequence_length', 16]);
  expect(model.inputs.get('past_key_values.1.key')).toEqual(
    new EditableModel(fixture('packed-4')).inputs.get('past_key_values.1.key'),
  );
  expect(model.inputs.get('num_logits_to_keep')?.shape).toEqual([1]);
});

test('float16 logits are put out as float32', () => {
  for (const steps of [['logits'], undefined] as const) {
    const { onnx } = prepareGraph(fixture('concat-half'), { ...unlimited, ...(steps && { steps }) });
    const { outputs, operations } = new EditableModel(onnx);
    expect(outputs.get('logits')).toEqual({
      name: 'logits',
      elementType: 1,
      shape: ['batch_size', 'logits_rows', 40],
    });
    const [before, last] = operations.slice(-2);
    expect([before!.opType, last!.opType]).toEqual(['Cast', 'Cast']);
    expect(last).toMatchObject({ inputs: before!.outputs, outputs: ['logits'] });
    expect(last!.numbers.get('to')).toBe(1);
    expect(before!.numbers.get('to')).toBe(10);
  }
});

test.each(['qwen2-genai-fp16', 'gemma3-optimum-fp16'])('nodes keep names of their own: %s', (name) => {
  const { onnx } = prepareGraph(fixture(`graphs/${name}`), unlimited);
  const names = new EditableModel(onnx).operations.map((operation) => operation.name);
  const twice = names.filter((each, index) => each !== '' && names.indexOf(each) !== index);
  expect(twice).toEqual([]);
});

test('large weights are referred to where they lie, unpacked ones in a file of their own', () => {
  const { onnx, externalFiles, extraBytes } = prepareGraph(storyDraft, unlimited);
  expect(onnx.byteLength).toBeLessThan(150_000);
  expect(externalFiles.map(({ path }) => path)).toEqual(['exported.onnx', 'unpacked.bin']);
  expect(externalFiles[0]!.data).toBe(storyDraft);
  // q, k and v, o, gate, up, down, head: [N, K]
  const weights = [192 * 96, 96 * 96, 256 * 96, 256 * 96, 96 * 256, 1846 * 96];
  expect(extraBytes).toBe(4 * weights.reduce((sum, count) => sum + count));
  expect(externalFiles[1]!.data.byteLength).toBe(extraBytes);
  expect(readOnnxGraph(onnx).externalFiles).toEqual(['exported.onnx', 'unpacked.bin']);
});

test('weights in a file beside the model are unpacked as if they lay in it, and that file is let go of if nothing stays', () => {
  const beside = withDataBeside(storyDraft, 'model_q4.onnx_data');
  expect(readOnnxGraph(beside.onnx).externalFiles).toEqual(['model_q4.onnx_data']);
  const whole = prepareGraph(storyDraft, unlimited);
  const prepared = prepareGraph(beside.onnx, { ...unlimited, externalFiles: beside.externalFiles });
  expect(prepared).toMatchObject({ steps: whole.steps, notes: [], extraBytes: whole.extraBytes });
  const unpacked = ({ externalFiles }: typeof whole) =>
    externalFiles.find(({ path }) => path === 'unpacked.bin')!;
  expect(Buffer.compare(unpacked(prepared).data, unpacked(whole).data)).toBe(0);
  // The embedding stays where it is; its file is the given one itself.
  expect(prepared.externalFiles[0]).toBe(beside.externalFiles[0]);
});

test('what is not replaced is written back byte for byte', () => {
  // Fields of a newer format, one of the graph and one of the model.
  const unknown = (field: number) => new BinaryWriter().tag(field, 2).string('from the future').finish();
  const onnx = Uint8Array.from([...withGraphField(fixture('packed-8'), unknown(199)), ...unknown(99)]);
  const prepared = prepareGraph(onnx, unlimited);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
  expect(text(prepared.onnx).split('from the future')).toHaveLength(3);
  const kept = (bytes: Uint8Array) =>
    new EditableModel(bytes).operations.filter(
      ({ opType, outputs }) => opType === 'Tanh' && !outputs[0]!.startsWith('prepared'),
    );
  expect(kept(prepared.onnx)).toEqual(kept(onnx));
  expect(kept(onnx)).toHaveLength(2);
});

function withGraphField(onnx: Uint8Array, field: Uint8Array): Uint8Array {
  const model = new EditableModel(onnx);
  return model.write(
    {
      operations: new Map(),
      addedOperations: [],
      renamedValues: new Map(),
      inputs: new Map(),
      outputs: new Map(),
      addedInputs: [],
      addedTensors: [field],
      usedValues: new Set(),
    },
    'exported.onnx',
  );
}

test('weights that would take too much stay packed, and attention is written out all the same', () => {
  const { steps, notes, onnx, extraBytes } = prepareGraph(storyDraft, { unpackedBytesLimit: 1 << 20 });
  expect(steps).toEqual(['logits', 'attention']);
  expect(notes).toEqual(['It runs 6 MatMulNBits as exported: unpacked they take 2 MiB, the limit is 1 MiB.']);
  expect(extraBytes).toBe(0);
  expect(operators(onnx).has('MatMulNBits')).toBe(true);
  // Neither packed weights nor their scales are lost.
  const tensors = new EditableModel(onnx).tensors;
  for (const { opType, inputs } of new EditableModel(onnx).operations) {
    if (opType === 'MatMulNBits') expect(inputs.slice(1).every((name) => tensors.has(name))).toBe(true);
  }
});

test('of the steps only those asked for are taken', () => {
  for (const name of ['packed-4', 'packed-8-zero', 'packed-half']) {
    const onnx = fixture(name);
    const prepared = prepareGraph(onnx, { ...unlimited, steps: ['logits'] });
    expect([prepared.steps, prepared.notes, prepared.extraBytes]).toEqual([['logits'], [], 0]);
    const before = new EditableModel(onnx);
    const after = new EditableModel(prepared.onnx);
    const typesOf = ({ operations }: EditableModel) => operations.map(({ opType }) => opType).sort();
    expect(typesOf(after)).toEqual([...typesOf(before), 'Neg', 'Slice'].sort());
    expect([...after.outputs.keys()]).toEqual([...before.outputs.keys()]);
    expect([...after.tensors.keys()]).toEqual(expect.arrayContaining([...before.tensors.keys()]));
    // The product is the one it was but for its rows.
    const product = (model: EditableModel) =>
      model.operations.findLast(({ opType }) => opType === 'MatMulNBits')!;
    expect(product(after)).toEqual({
      ...product(before),
      name: expect.any(String),
      inputs: [expect.any(String), ...product(before).inputs.slice(1)],
    });
  }
});

test.each([
  ['softcap', 'softcup', 'It runs 2 GroupQueryAttention as exported: attribute softcup is not understood.'],
  ['block_size', 'block_syze', 'It runs 9 MatMulNBits as exported: attribute block_syze is not understood.'],
])('where %s is called %s, the reason is told', (from, to, note) => {
  const { notes } = prepareGraph(renamed(fixture('packed-8'), from, to), unlimited);
  expect(notes).toEqual([note]);
});

test('a file cut short anywhere is an integrity error', () => {
  const onnx = fixture('packed-4');
  for (let length = 0; length < onnx.length; length += 97) {
    expect(() => prepareGraph(onnx.slice(0, length), unlimited)).toThrow(
      expect.objectContaining({ code: 'integrity' }),
    );
  }
});
