import type { Dice } from './dice.ts';
import { type Mutant, mutateBytes } from './mutate-bytes.ts';

/** A text that stands for itself: what no value can be written as, such as a key that comes twice. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A place of a value: an entry of its parent, the whole where it has none. */
interface Place {
  readonly parent: Container | null;
  readonly key: string;
  readonly path: string;
}

type Container = Record<string, unknown> | unknown[];

const deep = 20_000;

/** What may stand where anything else is wanted. */
const wrongValues: readonly (readonly [what: string, text: string])[] = [
  ...['null', 'true', 'false', '0', '-0', '-1', '1', '0.5', '2147483648', '9007199254740993'].map(itself),
  ...['-1e308', '1e999', '1e-320', 'NaN', '-Infinity', '""', '"NaN"', '"1"', '[]', '{}', '[[]]'].map(itself),
  ...['"__proto__"', '"constructor"', '"\\ud800"', '"\\u0000"', '[null]', '{"":null}'].map(itself),
  ['a string of 100,000 letters', `"${'a'.repeat(100_000)}"`],
  ['100,000 zeros', `[${'0,'.repeat(99_999)}0]`],
  ['20,000 nested arrays', '['.repeat(deep) + ']'.repeat(deep)],
  ['20,000 nested objects', `${'{"a":'.repeat(deep)}0${'}'.repeat(deep)}`],
];

function itself(text: string): [string, string] {
  return [text, text];
}

const strangeKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'length', '', '0', '\ud800'];

/** @returns what was done; null where it makes no difference at this place */
type Change = (root: { value: unknown }, place: Place, dice: Dice) => string | null;

const changes: readonly Change[] = [
  replace,
  replace,
  replace,
  drop,
  duplicateKey,
  addKey,
  renameKey,
  changeNumber,
  changeText,
  otherContainer,
  swap,
  changeLength,
];

/** One or two changes of a JSON file: of its values mostly, of its bytes now and then. */
export function mutateJson(bytes: Uint8Array, dice: Dice): Mutant {
  if (dice.below(6) === 0) return mutateText(bytes, dice);
  const root = { value: JSON.parse(new TextDecoder().decode(bytes)) as unknown };
  const done: string[] = [];
  const wanted = 1 + (dice.below(4) === 0 ? 1 : 0);
  while (done.length < wanted) {
    const what = dice.pick(changes)(root, placeIn(root.value, dice), dice);
    if (what !== null) done.push(what);
  }
  return { what: done.join('; '), bytes: new TextEncoder().encode(textOf(root.value)) };
}

function mutateText(bytes: Uint8Array, dice: Dice): Mutant {
  const text = new TextDecoder().decode(bytes);
  const wholes: readonly (() => Mutant)[] = [
    () => mutateBytes(bytes, dice),
    () => mutateBytes(bytes, dice),
    () => ({
      what: 'in UTF-16',
      bytes: new Uint8Array(Uint16Array.from(text, (one) => one.charCodeAt(0)).buffer),
    }),
    () => ({ what: 'a byte order mark', bytes: new TextEncoder().encode(`\ufeff${text}`) }),
    () => ({ what: 'a comma behind it', bytes: new TextEncoder().encode(`${text},`) }),
    () => ({ what: 'in a string', bytes: new TextEncoder().encode(JSON.stringify(text)) }),
    () => ({ what: 'in an array', bytes: new TextEncoder().encode(`[${text}]`) }),
  ];
  return dice.pick(wholes)();
}

/** Down from the whole, and at each level on with two chances of three: what few values hold is met as often as what many do. */
function placeIn(root: unknown, dice: Dice): Place {
  let place: Place = { parent: null, key: '', path: '' };
  for (let value: unknown = root; isContainer(value); value = at(value, place.key)) {
    const keys = Object.keys(value);
    if (keys.length === 0 || (place.parent !== null && dice.below(3) === 0)) break;
    const key = dice.pick(keys);
    place = { parent: value, key, path: place.path === '' ? key : `${place.path}.${key}` };
  }
  return place;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && !(value instanceof Raw);
}

const at = (container: Container, key: string): unknown => (container as Record<string, unknown>)[key];

function valueAt(root: { value: unknown }, { parent, key }: Place): unknown {
  return parent === null ? root.value : at(parent, key);
}

function put(root: { value: unknown }, { parent, key }: Place, value: unknown): void {
  if (parent === null) root.value = value;
  else (parent as Record<string, unknown>)[key] = value;
}

const nameOf = ({ path }: Place): string => path || 'the whole';

function replace(root: { value: unknown }, place: Place, dice: Dice): string {
  const [what, text] = dice.pick(wrongValues);
  put(root, place, new Raw(text));
  return `${nameOf(place)} = ${what}`;
}

function drop(_root: { value: unknown }, { parent, key, path }: Place): string | null {
  if (parent === null) return null;
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return `without ${path}`;
}

function duplicateKey(root: { value: unknown }, place: Place, dice: Dice): string | null {
  const value = valueAt(root, place);
  if (!isContainer(value) || Array.isArray(value) || Object.keys(value).length === 0) return null;
  const key = dice.pick(Object.keys(value));
  const [what, text] = dice.pick(wrongValues);
  put(root, place, new Raw(`${textOf(value).slice(0, -1)},${JSON.stringify(key)}:${text}}`));
  return `${nameOf(place)} has ${key} twice, the second time ${what}`;
}

function addKey(root: { value: unknown }, place: Place, dice: Dice): string | null {
  const value = valueAt(root, place);
  if (!isContainer(value) || Array.isArray(value)) return null;
  const key = dice.pick(strangeKeys);
  const [what, text] = dice.pick([...wrongValues, ['{"polluted":true}', '{"polluted":true}'] as const]);
  const inner = textOf(value).slice(1, -1);
  put(root, place, new Raw(`{${JSON.stringify(key)}:${text}${inner === '' ? '' : ','}${inner}}`));
  return `${nameOf(place)} has the key ${JSON.stringify(key)} with ${what}`;
}

function renameKey(root: { value: unknown }, place: Place, dice: Dice): string | null {
  const { parent, key, path } = place;
  if (parent === null || Array.isArray(parent)) return null;
  const name = dice.pick([...strangeKeys, key.toUpperCase(), `${key} `]);
  const value = valueAt(root, place);
  delete parent[key];
  Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
  return `${path} is called ${JSON.stringify(name)}`;
}

function changeNumber(root: { value: unknown }, place: Place, dice: Dice): string | null {
  const value = valueAt(root, place);
  if (typeof value !== 'number') return null;
  const changed = dice.pick([
    value + 1,
    value - 1,
    -value,
    value * 1e6,
    value / 7,
    value + 2 ** 31,
    10 ** 15,
  ]);
  put(root, place, changed);
  return `${place.path} = ${changed} instead of ${value}`;
}

function changeText(root: { value: unknown }, place: Place, dice: Dice): string | null {
  const value = valueAt(root, place);
  if (typeof value !== 'string') return null;
  const cut = dice.below(value.length + 1);
  const changed = dice.pick([
    value.slice(0, cut),
    value.slice(cut),
    value.toUpperCase(),
    `${value}${value}`,
    ` ${value}`,
    `../${value}`,
    `${value}\u0000`,
    value.slice(0, cut) + dice.pick(['\ud800', '(', '\\', '{{', '/', '\u202e', '%']) + value.slice(cut),
    value.repeat(1000),
  ]);
  put(root, place, changed);
  return `${place.path} = ${JSON.stringify(changed.slice(0, 60))}`;
}

function otherContainer(root: { value: unknown }, place: Place, dice: Dice): string {
  const value = valueAt(root, place);
  const others: readonly (readonly [string, unknown])[] = [
    ['in an array', [value]],
    ['under a key', { value }],
    ...(isContainer(value)
      ? ([
          ['its values', Object.values(value)],
          ['its entries', Object.entries(value)],
          ['an object', { ...value }],
          ['its first value', Object.values(value)[0] ?? null],
        ] as const)
      : ([['as a text', String(value instanceof Raw ? value.text : value)]] as const)),
  ];
  const [what, other] = dice.pick(others);
  put(root, place, other);
  return `${nameOf(place)} ${what}`;
}

function swap(root: { value: unknown }, place: Place, dice: Dice): string | null {
  const other = placeIn(root.value, dice);
  if (place.parent === null || other.parent === null || place.path === other.path) return null;
  const [value, otherValue] = [valueAt(root, place), valueAt(root, other)];
  // One inside the other would be a circle.
  if (`${place.path}.`.startsWith(`${other.path}.`) || `${other.path}.`.startsWith(`${place.path}.`)) {
    put(root, place, structuredCloneOf(otherValue));
    return `${place.path} = ${other.path}`;
  }
  put(root, place, otherValue);
  put(root, other, value);
  return `${place.path} and ${other.path} swapped`;
}

/** Text and back: a value that holds itself ends. */
function structuredCloneOf(value: unknown): unknown {
  return new Raw(textOf(value));
}

function changeLength(root: { value: unknown }, place: Place, dice: Dice): string | null {
  const value = valueAt(root, place);
  if (!Array.isArray(value) || value.length === 0) return null;
  const [what, changed] = dice.pick<readonly [string, unknown[]]>([
    ['twice', [...value, ...value]],
    ['backwards', value.toReversed()],
    ['one shorter', value.slice(1)],
    ['one longer', [...value, value[0]]],
    ['half', value.slice(value.length >> 1)],
    ['1,000 times its first entry', Array(1000).fill(value[0])],
  ]);
  put(root, place, changed);
  return `${nameOf(place)} ${what}`;
}

function textOf(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}:${textOf(inner)}`)
    .join(',')}}`;
}
