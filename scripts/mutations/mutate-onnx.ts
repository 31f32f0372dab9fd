import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import {
  attributeField,
  graphField,
  modelField,
  nodeField,
  shapeField,
  tensorField,
  tensorTypeField,
  typeField,
  valueInfoField,
  wireType,
} from '../../src/models/onnx/prepare/onnx-wire.ts';
import { eachRawField } from '../../src/models/onnx/prepare/raw-fields.ts';
import type { Dice } from './dice.ts';
import { joined, type Mutant, mutateBytes } from './mutate-bytes.ts';

/** Which fields of a message are messages, and of which kind. */
interface MessageKind {
  readonly [field: number]: () => MessageKind;
}

const dimension: MessageKind = {};
const shape: MessageKind = { [shapeField.dimension]: () => dimension };
const tensorType: MessageKind = { [tensorTypeField.shape]: () => shape };
const type: MessageKind = { [typeField.tensor]: () => tensorType };
const valueInfo: MessageKind = { [valueInfoField.type]: () => type };
const entry: MessageKind = {};
const tensor: MessageKind = { [tensorField.externalData]: () => entry };
const attribute: MessageKind = { [attributeField.tensor]: () => tensor, [attributeField.graph]: () => graph };
const node: MessageKind = { [nodeField.attribute]: () => attribute };
const graph: MessageKind = {
  [graphField.node]: () => node,
  [graphField.initializer]: () => tensor,
  [graphField.input]: () => valueInfo,
  [graphField.output]: () => valueInfo,
};
const opset: MessageKind = {};
const model: MessageKind = { [modelField.graph]: () => graph, [modelField.opsetImport]: () => opset };

interface Field {
  number: number;
  /** With its tag, of a number; only the content, of all else. */
  bytes: Uint8Array;
  readonly kind: 'number' | 'content' | 'message';
  fields: Field[];
  /** Of its content; null: the right one. */
  falseLength: number | null;
}

function parse(message: Uint8Array, kind: MessageKind): Field[] {
  const fields: Field[] = [];
  eachRawField(message, (number, value, raw) => {
    const inner = value && kind[number]?.();
    fields.push({
      number,
      bytes: value ?? raw,
      kind: inner ? 'message' : value ? 'content' : 'number',
      fields: value && inner ? parse(value, inner) : [],
      falseLength: null,
    });
  });
  return fields;
}

function write(fields: readonly Field[]): Uint8Array {
  return joined(
    fields.flatMap(({ number, bytes, kind, fields: inner, falseLength }) => {
      if (kind === 'number') return [bytes];
      const content = kind === 'message' ? write(inner) : bytes;
      const head = new BinaryWriter()
        .tag(number, wireType.bytes)
        .uint32(falseLength ?? content.length)
        .finish();
      return [head, content];
    }),
  );
}

interface Place {
  readonly siblings: Field[];
  readonly index: number;
}

/** @returns what was done; null where it makes no difference at this place */
type Change = (file: Field[], place: Place, dice: Dice) => string | null;

const changes: readonly Change[] = [
  changeNumber,
  changeNumber,
  changeNumber,
  changeName,
  changeName,
  drop,
  repeat,
  swap,
  changeContent,
  changeNumberOfField,
  changeLengthOfField,
];

/** Numbers that sizes, types, axes and versions are not, or that take more memory than there is. */
const strangeNumbers: readonly bigint[] = [
  ...[0n, 1n, -1n, 2n, 7n, 48n, 255n, 1n << 15n, (1n << 31n) - 1n, 1n << 31n, (1n << 32n) - 1n],
  ...[1n << 40n, 1n << 53n, 1n << 62n, (1n << 63n) - 1n, -(1n << 63n), -(1n << 31n)],
];

const operators = ['Add', 'MatMul', 'Loop', 'If', 'Reshape', 'Gather', 'Cast', 'Expand', 'Tile', 'Concat'];

/** One to three changes of an ONNX file: of its graph mostly, of its bytes now and then. */
export function mutateOnnx(bytes: Uint8Array, dice: Dice): Mutant {
  if (dice.below(5) === 0) return mutateBytes(bytes, dice);
  const file = parse(bytes, model);
  const done: string[] = [];
  const wanted = 1 + dice.below(10) ** 2 / 30;
  while (done.length < wanted) {
    const place = placeIn(file, dice);
    const what = place && dice.pick(changes)(file, place, dice);
    if (what) done.push(what);
  }
  return { what: done.join('; '), bytes: write(file) };
}

/** By the kinds of fields: a graph has few inputs, and many names. */
function placeIn(file: Field[], dice: Dice): Place | null {
  let siblings = file;
  for (;;) {
    const numbers = [...new Set(siblings.map(({ number }) => number))];
    if (numbers.length === 0) return null;
    const number = dice.pick(numbers);
    const field = dice.pick(siblings.filter((one) => one.number === number));
    // The graph as a whole is seldom meant.
    if (field.kind === 'message' && (siblings === file || dice.below(4) > 0)) siblings = field.fields;
    else return { siblings, index: siblings.indexOf(field) };
  }
}

function changeNumber(_file: Field[], { siblings, index }: Place, dice: Dice): string | null {
  const field = siblings[index];
  if (field.kind !== 'number') return null;
  const reader = new BinaryReader(field.bytes);
  const [number, wire] = reader.tag();
  const writer = new BinaryWriter().tag(number, wire);
  if (wire === wireType.fixed32) {
    const strange = dice.pick([0, -1, 1e30, Number.NaN, Number.POSITIVE_INFINITY, 1e-40]);
    field.bytes = writer.float(strange).finish();
    return `field ${number} = ${strange}`;
  }
  if (wire !== wireType.varint) return null;
  const value = BigInt(reader.int64());
  const strange = dice.pick([...strangeNumbers, value + 1n, value - 1n, value * 2n, -value]);
  field.bytes = writer.int64(BigInt.asIntN(64, strange)).finish();
  return `field ${number} = ${strange} instead of ${value}`;
}

/** Names tie nodes to each other: another one makes a circle, or leads nowhere. */
function changeName(file: Field[], { siblings, index }: Place, dice: Dice): string | null {
  const field = siblings[index];
  if (field.kind !== 'content' || field.bytes.length > 200) return null;
  const other = placeIn(file, dice);
  const otherField = other?.siblings[other.index];
  const isName = otherField?.kind === 'content' && otherField.bytes.length <= 200;
  const names = [
    '',
    '../../etc/passwd',
    '__proto__',
    'logits',
    'input_ids',
    'a'.repeat(5000),
    dice.pick(operators),
  ];
  const name = isName && dice.below(3) > 0 ? otherField.bytes : new TextEncoder().encode(dice.pick(names));
  const before = shown(field.bytes);
  field.bytes = name;
  return `${shown(name)} instead of ${before}`;
}

const shown = (bytes: Uint8Array): string => JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 40)));

function drop(_file: Field[], { siblings, index }: Place): string {
  const [dropped] = siblings.splice(index, 1);
  return `without a field ${dropped.number}`;
}

function repeat(_file: Field[], { siblings, index }: Place, dice: Dice): string {
  const times = dice.pick([1, 2, 1000]);
  // Megabytes a thousand times are another matter.
  const isSmall = siblings[index].bytes.length < 1000;
  for (let time = 0; time < (isSmall ? times : 1); time++) siblings.splice(index, 0, siblings[index]);
  return `a field ${siblings[index].number} ${isSmall ? times : 1} more times`;
}

function swap(_file: Field[], { siblings, index }: Place, dice: Dice): string | null {
  const other = dice.below(siblings.length);
  if (other === index) return null;
  [siblings[index], siblings[other]] = [siblings[other], siblings[index]];
  return `fields ${siblings[index].number} and ${siblings[other].number} in another order`;
}

function changeContent(_file: Field[], { siblings, index }: Place, dice: Dice): string | null {
  const field = siblings[index];
  if (field.kind !== 'content' || field.bytes.length === 0) return null;
  const { what, bytes } = mutateBytes(field.bytes, dice);
  field.bytes = bytes;
  return `content of a field ${field.number} ${what}`;
}

function changeNumberOfField(_file: Field[], { siblings, index }: Place, dice: Dice): string | null {
  const field = siblings[index];
  if (field.kind === 'number') return null;
  const before = field.number;
  field.number = dice.pick([1, 2, 3, 5, 6, 8, 11, 13, 2 ** 20]);
  return `field ${field.number} instead of ${before}`;
}

function changeLengthOfField(_file: Field[], { siblings, index }: Place, dice: Dice): string | null {
  const field = siblings[index];
  if (field.kind === 'number') return null;
  const length = field.kind === 'message' ? write(field.fields).length : field.bytes.length;
  field.falseLength = dice.pick([
    0,
    Math.max(0, length - 1),
    length + 1,
    length * 2,
    2 ** 31 - 1,
    2 ** 32 - 1,
  ]);
  return `length ${field.falseLength} instead of ${length} of a field ${field.number}`;
}
