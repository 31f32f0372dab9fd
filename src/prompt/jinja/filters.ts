import { elementWork } from './budget.ts';
import { formatWithPercent } from './format-text.ts';
import type { Machine } from './machine.ts';
import { joinTexts, replaceWithin } from './methods.ts';
import type { Operations } from './operations.ts';
import {
  capitalise,
  joined,
  lengthOf,
  pointsOf,
  roundHalfEven,
  spaceCharacters,
  splitAtLast,
  splitLines,
  strip,
} from './python-text.ts';
import { optionalText, takeArguments, textArgument, wholeArgument } from './take-arguments.ts';
import { TemplateFault } from './template-errors.ts';
import {
  type CallArguments,
  Dict,
  DictView,
  Float,
  hashOf,
  Iteration,
  int,
  isNumeric,
  Markup,
  numberOf,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from './values.ts';
import { writeJson } from './write-json.ts';

type Filter = (value: Value, args: CallArguments, machine: Machine) => Value;

/** What a word of a title stands behind. */
const wordBeginning = new RegExp(`([-({[<${spaceCharacters}]+)`);

/** What `groupby` makes: a tuple whose parts have names. */
export class Group extends Tuple {
  readonly grouper: Value;
  readonly list: readonly Value[];

  constructor(grouper: Value, list: readonly Value[]) {
    super([grouper, list]);
    this.grouper = grouper;
    this.list = list;
  }
}

/** @returns null where there is none of the name. */
export const filterNamed = (name: string): Filter | null =>
  Object.hasOwn(filters, name) ? filters[name]! : null;

/** Filters of jinja2 that chat templates have no use for, or whose result is not determined. */
export const unsupportedFilters: ReadonlySet<string> = new Set([
  'filesizeformat',
  'pprint',
  'random',
  'striptags',
  'urlize',
  'wordwrap',
  'xmlattr',
]);

/** A filter of the value as text. */
const ofText =
  (name: string, change: (text: string) => Value): Filter =>
  (value, args, { operations }) => {
    takeArguments(name, args, []);
    const text = operations.text(value);
    operations.budget.spend(text.length * 2);
    return change(text);
  };

const lazy = (items: Iterable<Value>): Iteration => new Iteration(items[Symbol.iterator]());

/** "a.b.0" of an item. */
function attributeOf(machine: Machine, item: Value, path: Value): Value {
  if (path === null) return item;
  const parts = typeof path === 'string' ? path.split('.') : [path];
  return parts.reduce<Value>(
    (value, part) =>
      machine.item(value, typeof part === 'string' && /^\d+$/.test(part) ? Number(part) : part),
    item,
  );
}

const withoutCase = (value: Value): Value => (typeof value === 'string' ? value.toLowerCase() : value);

/** A list in the order of its items' keys. */
function sorted<Item>(
  operations: Operations,
  items: readonly Item[],
  keyOf: (item: Item) => Value,
  reverse = false,
): readonly Item[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  operations.budget.spend(elementWork * 2 * items.length);
  keyed.sort((a, b) => {
    const order = operations.order(a.key, b.key) || 0;
    return reverse ? -order : order;
  });
  return keyed.map(({ item }) => item);
}

/** `min`, `max` */
const extreme =
  (name: 'min' | 'max'): Filter =>
  (value, args, machine) => {
    const { operations } = machine;
    const [caseSensitive = false, attribute = null] = takeArguments(name, args, [
      'case_sensitive',
      'attribute',
    ]);
    const keyOf = (item: Value) => {
      const key = attributeOf(machine, item, attribute);
      return operations.isTrue(caseSensitive) ? key : withoutCase(key);
    };
    const items = operations.list(value);
    if (items.length === 0) return new Undefined('No aggregated item, sequence was empty.');
    return items.reduce((best, item) => {
      const order = operations.order(keyOf(item), keyOf(best));
      return (name === 'min' ? order < 0 : order > 0) ? item : best;
    });
  };

/** `select`, `reject`, `selectattr`, `rejectattr` */
const selection =
  (name: string, isKept: boolean, byAttribute: boolean): Filter =>
  (value, { positional, keywords }, machine) => {
    const [attribute, ...behind] = byAttribute ? positional : [null, ...positional];
    if (attribute === undefined) throw new TemplateFault(`${name} needs the name of an attribute`);
    const [test, ...rest] = behind;
    const passes = (item: Value): boolean => {
      const subject = byAttribute ? attributeOf(machine, item, attribute) : item;
      if (test === undefined) return machine.operations.isTrue(subject);
      return machine.test(textArgument(name, test), subject, { positional: rest, keywords });
    };
    return lazy(
      (function* () {
        if (!machine.operations.isTrue(value)) return;
        for (const item of machine.operations.iterate(value)) {
          machine.operations.budget.spend(elementWork);
          if (passes(item) === isKept) yield item;
        }
      })(),
    );
  };

const map: Filter = (value, { positional, keywords }, machine) => {
  const [name, ...rest] = positional;
  const change = (item: Value): Value => {
    if (name !== undefined)
      return machine.filter(textArgument('map', name), item, { positional: rest, keywords });
    const [attribute, fallback] = takeArguments('map', { positional, keywords }, ['attribute', 'default'], 1);
    const found = attributeOf(machine, item, attribute!);
    return found instanceof Undefined && fallback !== undefined && fallback !== null ? fallback : found;
  };
  return lazy(
    (function* () {
      if (!machine.operations.isTrue(value)) return;
      for (const item of machine.operations.iterate(value)) {
        machine.operations.budget.spend(elementWork);
        yield change(item);
      }
    })(),
  );
};

const escaped = (text: string): Markup =>
  new Markup(
    text
      .replaceAll('&', '&amp;')
      .replaceAll('>', '&gt;')
      .replaceAll('<', '&lt;')
      .replaceAll("'", '&#39;')
      .replaceAll('"', '&#34;'),
  );

const escapeHtml: Filter = (value, args, { operations }) => {
  takeArguments('escape', args, []);
  const text = operations.text(value);
  operations.budget.spend(text.length * 5);
  return escaped(text);
};

const length: Filter = (value, args, { operations }) => {
  takeArguments('length', args, []);
  if (typeof value === 'string') operations.budget.spend(value.length);
  return operations.length(value);
};

const withFallback: Filter = (value, args, { operations }) => {
  const [fallback = '', boolean = false] = takeArguments('default', args, ['default_value', 'boolean']);
  const isMissing = value instanceof Undefined || (operations.isTrue(boolean) && !operations.isTrue(value));
  return isMissing ? fallback : value;
};

const refuseUndefined = (value: Value): void => {
  if (value instanceof Undefined) throw new TemplateFault(value.reason);
};

/** null where it is no number. */
function parseFloatText(text: string): number | null {
  const trimmed = strip(text, null, true, true);
  const word = /^([+-]?)(inf|infinity|nan)$/i.exec(trimmed);
  if (word !== null)
    return word[2]!.toLowerCase() === 'nan' ? Number.NaN : word[1] === '-' ? -Infinity : Infinity;
  const digits = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
  return digits.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : null;
}

const bases: Readonly<Record<number, readonly [prefix: RegExp, digits: RegExp]>> = {
  2: [/^0b_?/i, /^[01]+(?:_[01]+)*$/],
  8: [/^0o_?/i, /^[0-7]+(?:_[0-7]+)*$/],
  10: [/^(?!)/, /^\d+(?:_\d+)*$/],
  16: [/^0x_?/i, /^[\da-f]+(?:_[\da-f]+)*$/i],
};

function parseWhole(text: string, base: number): number | null {
  const known = bases[base];
  if (known === undefined) throw new TemplateFault(`int in base ${base} is not supported here`);
  const [, sign, digits = ''] = /^([+-]?)(.*)$/s.exec(strip(text, null, true, true))!;
  const bare = digits.replace(known[0], '');
  if (!known[1].test(bare)) return null;
  const size = Number.parseInt(bare.replaceAll('_', ''), base);
  return int(sign === '-' ? -size : size);
}

const toInt: Filter = (value, args) => {
  const [fallback = 0, base] = takeArguments('int', args, ['default', 'base']);
  refuseUndefined(value);
  let number: number | null = null;
  if (isNumeric(value)) number = numberOf(value);
  else if (typeof value === 'string') {
    const whole = parseWhole(value, wholeArgument('int', base, 10));
    if (whole !== null) return whole;
    number = parseFloatText(value);
  }
  return number === null || !Number.isFinite(number) ? fallback : int(Math.trunc(number));
};

const toFloat: Filter = (value, args) => {
  const [fallback = new Float(0)] = takeArguments('float', args, ['default']);
  refuseUndefined(value);
  if (isNumeric(value)) return new Float(numberOf(value));
  const number = typeof value === 'string' ? parseFloatText(value) : null;
  return number === null ? fallback : new Float(number);
};

const round: Filter = (value, args) => {
  const [precision, method = 'common'] = takeArguments('round', args, ['precision', 'method']);
  refuseUndefined(value);
  if (!isNumeric(value)) throw new TemplateFault(`round takes a number, not ${typeOf(value)}`);
  const decimals = wholeArgument('round', precision, 0);
  const number = numberOf(value);
  if (method === 'ceil' || method === 'floor') {
    const unit = 10 ** decimals;
    // In between it is a whole number, which has no negative zero.
    return new Float(((method === 'ceil' ? Math.ceil : Math.floor)(number * unit) + 0) / unit);
  }
  if (method !== 'common') throw new TemplateFault('round takes "common", "ceil" or "floor"');
  if (value instanceof Float) return new Float(roundHalfEven(number, decimals));
  return int(decimals >= 0 ? number : roundHalfEven(number, decimals));
};

const sum: Filter = (value, args, machine) => {
  const { operations } = machine;
  const [attribute = null, start = 0] = takeArguments('sum', args, ['attribute', 'start']);
  if (typeof start === 'string') throw new TemplateFault('sum does not join texts');
  let total: Value = start;
  // Python keeps what is lost to rounding, and adds it at the end.
  let lost = 0;
  for (const item of operations.list(value)) {
    const addend = attributeOf(machine, item, attribute);
    const next: Value = operations.binary('+', total, addend);
    if (next instanceof Float && total instanceof Float && isNumeric(addend)) {
      const [a, b] = [total.value, numberOf(addend)];
      if (Number.isFinite(next.value)) {
        lost += Math.abs(a) >= Math.abs(b) ? a - next.value + b : b - next.value + a;
      }
    }
    total = next;
  }
  return total instanceof Float && lost !== 0 ? new Float(total.value + lost) : total;
};

const indent: Filter = (value, args, { operations }) => {
  const [width = 4, first = false, blank = false] = takeArguments('indent', args, [
    'width',
    'first',
    'blank',
  ]);
  const { budget } = operations;
  const text = value instanceof Undefined ? '' : textArgument('indent', value);
  if (value instanceof Undefined) throw new TemplateFault(value.reason);
  const columns = typeof width === 'string' ? 0 : wholeArgument('indent', width);
  budget.spend(Math.max(0, columns));
  const indention = typeof width === 'string' ? width : ' '.repeat(Math.max(0, columns));
  budget.spend(text.length * elementWork);
  const lines = splitLines(`${text}\n`, false);
  budget.spend((indention.length + 1) * lines.length);
  const isIndented = (line: string, index: number) =>
    index === 0 ? operations.isTrue(first) : operations.isTrue(blank) || line !== '';
  return lines.map((line, index) => (isIndented(line, index) ? indention + line : line)).join('\n');
};

const truncate: Filter = (value, args, { operations }) => {
  const [size, killwords = false, end, leeway] = takeArguments('truncate', args, [
    'length',
    'killwords',
    'end',
    'leeway',
  ]);
  const text = textArgument('truncate', value);
  const max = wholeArgument('truncate', size, 255);
  const mark = end === undefined ? '...' : textArgument('truncate', end);
  operations.budget.spend(text.length + mark.length);
  const points = pointsOf(text);
  if (points.length <= max + (leeway === null ? 5 : wholeArgument('truncate', leeway, 5))) return text;
  const kept = joined(points.slice(0, max - lengthOf(mark)));
  return (operations.isTrue(killwords) ? kept : splitAtLast(kept, ' ', 1)[0]!) + mark;
};

const tojson: Filter = (value, args, { operations }) => {
  const [ensureAscii = false, indention = null, separators = null, sortKeys = false] = takeArguments(
    'tojson',
    args,
    ['ensure_ascii', 'indent', 'separators', 'sort_keys'],
  );
  const columns =
    indention === null || typeof indention === 'string' ? 0 : wholeArgument('tojson', indention);
  operations.budget.spend(Math.max(0, columns));
  const [itemSeparator, keySeparator] =
    separators === null
      ? [indention === null ? ', ' : ',', ': ']
      : operations.list(separators).map((separator) => textArgument('tojson', separator));
  if (itemSeparator === undefined || keySeparator === undefined) {
    throw new TemplateFault('tojson takes two separators');
  }
  operations.budget.spend(itemSeparator.length + keySeparator.length);
  return writeJson(operations, value, {
    ensureAscii: operations.isTrue(ensureAscii),
    indent:
      indention === null
        ? null
        : typeof indention === 'string'
          ? indention
          : ' '.repeat(Math.max(0, columns)),
    itemSeparator,
    keySeparator,
    sortKeys: operations.isTrue(sortKeys),
  });
};

const batch: Filter = (value, args, { operations }) => {
  const [linecount, fill = null] = takeArguments('batch', args, ['linecount', 'fill_with'], 1);
  const size = wholeArgument('batch', linecount);
  return lazy(
    (function* () {
      let row: Value[] = [];
      for (const item of operations.iterate(value)) {
        operations.budget.spend(elementWork);
        if (row.length === size) {
          yield row;
          row = [];
        }
        row.push(item);
      }
      if (row.length === 0) return;
      if (fill !== null && row.length < size) {
        operations.budget.spend(elementWork * (size - row.length));
        row.push(...Array.from({ length: size - row.length }, () => fill));
      }
      yield row;
    })(),
  );
};

const slice: Filter = (value, args, { operations }) => {
  const [slices, fill = null] = takeArguments('slice', args, ['slices', 'fill_with'], 1);
  const count = wholeArgument('slice', slices);
  const items = operations.list(value);
  if (count === 0) throw new TemplateFault('slice divides by zero');
  operations.budget.spend(elementWork * Math.max(0, count));
  const size = Math.floor(items.length / count);
  const longer = items.length % count;
  return lazy(
    Array.from({ length: Math.max(0, count) }, (_, index) => {
      const start = index * size + Math.min(index, longer);
      const part = items.slice(start, start + size + (index < longer ? 1 : 0));
      return fill !== null && index >= longer ? [...part, fill] : part;
    }),
  );
};

const groupby: Filter = (value, args, machine) => {
  const { operations } = machine;
  const [attribute, fallback = null, caseSensitive = false] = takeArguments(
    'groupby',
    args,
    ['attribute', 'default', 'case_sensitive'],
    1,
  );
  const nameOf = (item: Value) => {
    const found = attributeOf(machine, item, attribute!);
    return found instanceof Undefined && fallback !== null ? fallback : found;
  };
  const keyOf = (item: Value) =>
    operations.isTrue(caseSensitive) ? nameOf(item) : withoutCase(nameOf(item));
  const groups: { key: Value; list: Value[] }[] = [];
  for (const item of sorted(operations, operations.list(value), keyOf)) {
    const key = keyOf(item);
    const last = groups.at(-1);
    if (last !== undefined && operations.equals(last.key, key)) last.list.push(item);
    else groups.push({ key, list: [item] });
  }
  return groups.map(({ list }) => new Group(nameOf(list[0]!), list));
};

const sort: Filter = (value, args, machine) => {
  const { operations } = machine;
  const [reverse = false, caseSensitive = false, attribute = null] = takeArguments('sort', args, [
    'reverse',
    'case_sensitive',
    'attribute',
  ]);
  const paths: readonly Value[] = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const keyOf = (item: Value): Value =>
    paths.map((path) => {
      const key = attributeOf(machine, item, path);
      return operations.isTrue(caseSensitive) ? key : withoutCase(key);
    });
  return sorted(operations, operations.list(value), keyOf, operations.isTrue(reverse));
};

const dictsort: Filter = (value, args, { operations }) => {
  const [caseSensitive = false, by = 'key', reverse = false] = takeArguments('dictsort', args, [
    'case_sensitive',
    'by',
    'reverse',
  ]);
  if (!(value instanceof Dict)) throw new TemplateFault(`dictsort takes a mapping, not ${typeOf(value)}`);
  if (by !== 'key' && by !== 'value') throw new TemplateFault('dictsort sorts by "key" or "value"');
  const items = operations.list(new DictView(value, 'items')) as readonly Tuple[];
  const keyOf = ({ items: [key, item] }: Tuple): Value => {
    const sought = by === 'key' ? key! : item!;
    return operations.isTrue(caseSensitive) ? sought : withoutCase(sought);
  };
  return sorted(operations, items, keyOf, operations.isTrue(reverse));
};

const unique: Filter = (value, args, machine) => {
  const { operations } = machine;
  const [caseSensitive = false, attribute = null] = takeArguments('unique', args, [
    'case_sensitive',
    'attribute',
  ]);
  return lazy(
    (function* () {
      const seen = new Set<unknown>();
      for (const item of operations.iterate(value)) {
        operations.budget.spend(elementWork);
        const key = attributeOf(machine, item, attribute);
        const hash = hashOf(operations.isTrue(caseSensitive) ? key : withoutCase(key));
        if (seen.has(hash)) continue;
        seen.add(hash);
        yield item;
      }
    })(),
  );
};

const reverse: Filter = (value, args, { operations }) => {
  takeArguments('reverse', args, []);
  if (typeof value === 'string') {
    operations.budget.spend(value.length * 2);
    return joined([...value].reverse());
  }
  const items = [...operations.list(value)].reverse();
  return value instanceof Iteration ? items : lazy(items);
};

const filters: Readonly<Record<string, Filter>> = {
  abs: (value, args, { operations }) => {
    takeArguments('abs', args, []);
    if (!isNumeric(value)) throw new TemplateFault(`abs takes a number, not ${typeOf(value)}`);
    return numberOf(value) < 0 || Object.is(numberOf(value), -0)
      ? operations.unary('-', value)
      : operations.unary('+', value);
  },
  attr: (value, args, machine) => {
    const [name] = takeArguments('attr', args, ['name'], 1);
    const words = machine.operations.text(name!);
    const found = machine.attribute(value, words);
    return found === undefined
      ? new Undefined(`a value of type ${typeOf(value)} has no attribute "${words}"`)
      : found;
  },
  batch,
  capitalize: ofText('capitalize', capitalise),
  center: (value, args, machine) => {
    const [width = 80] = takeArguments('center', args, ['width']);
    const text = machine.operations.text(value);
    const total = wholeArgument('center', width);
    const missing = Math.max(0, total - lengthOf(text));
    machine.operations.budget.spend(missing + text.length);
    const left = Math.floor(missing / 2) + (missing & total & 1);
    return ' '.repeat(left) + text + ' '.repeat(missing - left);
  },
  count: length,
  d: withFallback,
  default: withFallback,
  dictsort,
  e: escapeHtml,
  escape: escapeHtml,
  first: (value, args, { operations }) => {
    takeArguments('first', args, []);
    for (const item of operations.iterate(value)) return item;
    return new Undefined('No first item, sequence was empty.');
  },
  float: toFloat,
  forceescape: escapeHtml,
  format: (value, { positional, keywords }, { operations }) => {
    if (positional.length > 0 && keywords.size > 0) {
      throw new TemplateFault('format takes values or names, not both');
    }
    const values = keywords.size > 0 ? Dict.of(keywords) : new Tuple(positional);
    return formatWithPercent(operations, operations.text(value), values);
  },
  groupby,
  indent,
  int: toInt,
  items: (value, args, { operations }) => {
    takeArguments('items', args, []);
    if (value instanceof Undefined) return lazy([]);
    if (!(value instanceof Dict)) throw new TemplateFault(`items takes a mapping, not ${typeOf(value)}`);
    return lazy(operations.iterate(new DictView(value, 'items')));
  },
  join: (value, args, machine) => {
    const { operations } = machine;
    const [separator = '', attribute = null] = takeArguments('join', args, ['d', 'attribute']);
    const texts = operations.list(value).map((item) => {
      const text = operations.text(attributeOf(machine, item, attribute));
      operations.budget.spend(text.length);
      return text;
    });
    return joinTexts(operations, operations.text(separator), texts);
  },
  last: (value, args, { operations }) => {
    takeArguments('last', args, []);
    if (value instanceof Iteration) throw new TemplateFault('last takes no generator');
    const items = operations.list(value);
    return items.length === 0 ? new Undefined('No last item, sequence was empty.') : items.at(-1)!;
  },
  length,
  list: (value, args, { operations }) => {
    takeArguments('list', args, []);
    return operations.list(value);
  },
  lower: ofText('lower', (text) => text.toLowerCase()),
  map,
  max: extreme('max'),
  min: extreme('min'),
  reject: selection('reject', false, false),
  rejectattr: selection('rejectattr', false, true),
  replace: (value, args, { operations }) => {
    const [old, replacement, count = null] = takeArguments('replace', args, ['old', 'new', 'count'], 2);
    const pair = [operations.text(old!), operations.text(replacement!)] as const;
    return replaceWithin(
      operations,
      operations.text(value),
      pair,
      count === null ? -1 : wholeArgument('replace', count),
    );
  },
  reverse,
  round,
  safe: (value, args, { operations }) => {
    takeArguments('safe', args, []);
    return new Markup(operations.text(value));
  },
  select: selection('select', true, false),
  selectattr: selection('selectattr', true, true),
  slice,
  sort,
  string: (value, args, { operations }) => {
    takeArguments('string', args, []);
    return operations.text(value);
  },
  sum,
  title: ofText('title', (text) =>
    text
      .split(wordBeginning)
      .map((word) => {
        const [first = '', ...rest] = word;
        return first.toUpperCase() + (first + rest.join('')).toLowerCase().slice(first.toLowerCase().length);
      })
      .join(''),
  ),
  tojson,
  trim: (value, args, { operations }) => {
    const [characters] = takeArguments('trim', args, ['chars']);
    const text = operations.text(value);
    operations.budget.spend(text.length * 2);
    return strip(text, optionalText('trim', characters), true, true);
  },
  truncate,
  unique,
  upper: ofText('upper', (text) => text.toUpperCase()),
  urlencode: (value, args, { operations }) => {
    takeArguments('urlencode', args, []);
    if (!isNumeric(value) && typeof value !== 'string') {
      throw new TemplateFault(`urlencode of a value of type ${typeOf(value)} is not supported here`);
    }
    const text = operations.text(value);
    operations.budget.spend(text.length * elementWork);
    return encodeURIComponent(text)
      .replaceAll('%2F', '/')
      .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  },
  wordcount: ofText('wordcount', (text) => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
};
