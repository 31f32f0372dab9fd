import type { Budget } from './budget.ts';
import { TemplateFault } from './template-errors.ts';

/**
 * Values of a template, by Python's types. A number is an int; a float is a class of its own, because Python prints 1.0
 * where it prints 1 for an int.
 */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | Float
  | Undefined
  | Tuple
  | Dict
  | DictView
  | Range
  | Iteration
  | Namespace
  | Markup
  | Native;

export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What a name or a member stands for that does not exist. */
export class Undefined {
  /** As in "'x' is undefined". */
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export class Tuple {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** In the order of its first entries. Keys that Python holds equal, as 1 and true, are one. */
export class Dict {
  readonly #entries = new Map<unknown, readonly [Value, Value]>();

  static of(entries: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @throws TemplateFault for a key that Python cannot hash */
  get(key: Value): Value | undefined {
    return this.#entries.get(hashOf(key))?.[1];
  }

  /** While it is made. Templates cannot change a mapping. */
  set(key: Value, value: Value): void {
    const hash = hashOf(key);
    this.#entries.set(hash, [this.#entries.get(hash)?.[0] ?? key, value]);
  }

  entries(): Iterable<readonly [Value, Value]> {
    return this.#entries.values();
  }
}

/** `keys()`, `values()` or `items()` of a mapping. */
export class DictView {
  readonly dict: Dict;
  readonly part: 'keys' | 'values' | 'items';

  constructor(dict: Dict, part: 'keys' | 'values' | 'items') {
    this.dict = dict;
    this.part = part;
  }

  *items(): Generator<Value> {
    for (const [key, value] of this.dict.entries()) {
      yield this.part === 'keys' ? key : this.part === 'values' ? value : new Tuple([key, value]);
    }
  }
}

export class Range {
  readonly length: number;

  readonly start: number;
  readonly stop: number;
  readonly step: number;

  constructor(start: number, stop: number, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
    this.length = Math.max(0, Math.ceil((stop - start) / step));
  }

  at(index: number): number {
    return this.start + index * this.step;
  }

  *items(): Generator<number> {
    for (let index = 0; index < this.length; index += 1) yield this.at(index);
  }
}

/** What Python computes while it is read, and only once: the result of `map`, `select` and other filters. */
export class Iteration {
  readonly items: Iterator<Value>;

  constructor(items: Iterator<Value>) {
    this.items = items;
  }

  *[Symbol.iterator](): Generator<Value> {
    for (let next = this.items.next(); !next.done; next = this.items.next()) yield next.value;
  }
}

/** What `namespace()` makes; the only value that a template can change. */
export class Namespace {
  readonly members: Map<string, Value>;

  constructor(members: Map<string, Value>) {
    this.members = members;
  }
}

/** A text whose characters are escaped for HTML. It can be printed; other texts would have to be escaped to join it. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

export interface CallArguments {
  readonly positional: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
}

/** A function, a method, a macro, or an object such as `loop`. */
export class Native {
  /** As in "a macro". */
  readonly type: string;
  readonly call: ((args: CallArguments) => Value) | null;
  readonly members: Readonly<Record<string, () => Value>>;

  constructor(
    type: string,
    call: ((args: CallArguments) => Value) | null,
    members: Readonly<Record<string, () => Value>> = {},
  ) {
    this.type = type;
    this.call = call;
    this.members = members;
  }
}

export const isNumeric = (value: Value): value is number | boolean | Float =>
  typeof value === 'number' || typeof value === 'boolean' || value instanceof Float;

export const numberOf = (value: number | boolean | Float): number =>
  value instanceof Float ? value.value : Number(value);

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** @throws TemplateFault where Python's whole number would have more digits than a number here */
export function int(value: number): number {
  if (!Number.isSafeInteger(value)) {
    throw new TemplateFault(`a whole number is larger than 2^53, the limit here: ${value}`);
  }
  return value === 0 ? 0 : value;
}

/** Python's name of its type. */
export function typeOf(value: Value): string {
  if (typeof value === 'string') return 'str';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'boolean') return 'bool';
  if (value === null) return 'NoneType';
  if (isList(value)) return 'list';
  if (value instanceof Float) return 'float';
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Dict) return 'dict';
  if (value instanceof DictView) return `dict_${value.part}`;
  if (value instanceof Range) return 'range';
  if (value instanceof Iteration) return 'generator';
  if (value instanceof Namespace) return 'Namespace';
  if (value instanceof Markup) return 'Markup';
  return value.type;
}

/** Equal for keys that are one in a mapping. */
export function hashOf(key: Value): unknown {
  if (typeof key === 'string' || key === null) return key;
  if (isNumeric(key)) return numberOf(key);
  if (key instanceof Undefined) return Undefined;
  if (key instanceof Tuple) return `\0tuple${JSON.stringify(key.items.map(hashText))}`;
  if (key instanceof Native || key instanceof Namespace || key instanceof Iteration) return key;
  throw new TemplateFault(`a value of type ${typeOf(key)} cannot be a key of a mapping`);
}

/** Of a part of a tuple, so that 1 and "1" differ. */
function hashText(key: Value): string {
  const hash = hashOf(key);
  if (hash === null) return '\0none';
  return typeof hash === 'string' ? `\0text${hash}` : `\0number${String(hash)}`;
}

/** What JSON, or a value of a request, is in a template. */
export function valueFrom(json: unknown, budget: Budget, depth = 0): Value {
  budget.checkDepth(depth);
  if (json === undefined) return new Undefined('a value is undefined');
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json;
  if (typeof json === 'number')
    return Number.isSafeInteger(json) && !Object.is(json, -0) ? json : new Float(json);
  if (Array.isArray(json)) return json.map((item) => valueFrom(item, budget, depth + 1));
  if (typeof json === 'object') {
    return Dict.of(
      Object.entries(json).map(([key, value]) => [key, valueFrom(value, budget, depth + 1)] as const),
    );
  }
  throw new TemplateFault(`a template cannot be given a ${typeof json}`);
}

/** Characters of the texts in it, and one for everything else. */
export function charactersIn(json: unknown): number {
  if (typeof json === 'string') return json.length;
  if (typeof json !== 'object' || json === null) return 1;
  return Object.entries(json).reduce((sum, [key, part]) => sum + key.length + charactersIn(part), 1);
}
