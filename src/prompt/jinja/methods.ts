import { elementWork } from './budget.ts';
import { formatWithBraces } from './format-text.ts';
import type { Operations } from './operations.ts';
import {
  capitalise,
  isInCase,
  isSpace,
  isTitle,
  joined,
  lengthOf,
  pointsOf,
  replaceText,
  splitAt,
  splitAtLast,
  splitAtLastSpaces,
  splitAtSpaces,
  splitLines,
  strip,
  swapCase,
  titleText,
} from './python-text.ts';
import { optionalText, takeArguments, textArgument, wholeArgument } from './take-arguments.ts';
import { TemplateFault } from './template-errors.ts';
import {
  type CallArguments,
  Dict,
  DictView,
  int,
  isList,
  Native,
  Range,
  Tuple,
  typeOf,
  type Value,
} from './values.ts';

type TextMethod = (text: string, args: CallArguments, operations: Operations) => Value;

/**
 * A method of a value by its name, as Python's types have them.
 * @returns undefined where there is none of the name
 * @throws TemplateFault for one that Python has but is not supported here, or that would change the value
 */
export function methodOf(value: Value, name: string, operations: Operations): Native | undefined {
  const made = (call: (args: CallArguments) => Value) => new Native('method', call);
  if (typeof value === 'string') {
    const method = Object.hasOwn(textMethods, name) ? textMethods[name]! : null;
    if (method !== null) {
      return made((args) => {
        operations.budget.spend(value.length);
        const result = method(value, args, operations);
        operations.budget.spend(typeof result === 'string' ? result.length : 0);
        return result;
      });
    }
  } else if (value instanceof Dict) {
    const method = Object.hasOwn(dictMethods, name) ? dictMethods[name]! : null;
    if (method !== null) return made((args) => method(value, args));
  } else if (isList(value) || value instanceof Tuple || value instanceof Range) {
    const items = isList(value) ? value : value instanceof Tuple ? value.items : null;
    if (name === 'index') return made((args) => placeOf(operations, value, args));
    if (name === 'count') return made((args) => countOf(operations, value, args));
    if (name === 'copy' && isList(value)) return made(() => items);
    if (value instanceof Range && (name === 'start' || name === 'stop' || name === 'step')) return undefined;
  }
  const type = typeOf(value);
  if (unsupportedMethods[type]?.has(name)) {
    throw new TemplateFault(`the method "${name}" of a value of type ${type} is not supported here`);
  }
  return undefined;
}

/** What Python has besides. Those that change their value are refused by the sandbox of transformers too. */
const unsupportedMethods: Readonly<Record<string, ReadonlySet<string>>> = {
  str: new Set(['encode', 'expandtabs', 'format_map', 'isprintable', 'maketrans', 'translate']),
  list: new Set(['append', 'clear', 'extend', 'insert', 'pop', 'remove', 'reverse', 'sort']),
  dict: new Set(['clear', 'fromkeys', 'pop', 'popitem', 'setdefault', 'update']),
  int: new Set([
    'as_integer_ratio',
    'bit_count',
    'bit_length',
    'conjugate',
    'denominator',
    'from_bytes',
    'imag',
    'is_integer',
    'numerator',
    'real',
    'to_bytes',
  ]),
  float: new Set(['as_integer_ratio', 'conjugate', 'fromhex', 'hex', 'imag', 'is_integer', 'real']),
  range: new Set(['start', 'stop', 'step']),
  generator: new Set([
    'close',
    'gi_code',
    'gi_frame',
    'gi_running',
    'gi_suspended',
    'gi_yieldfrom',
    'send',
    'throw',
  ]),
  dict_keys: new Set(['isdisjoint', 'mapping']),
  dict_values: new Set(['mapping']),
  dict_items: new Set(['isdisjoint', 'mapping']),
};

const withCharacters =
  (name: string, atStart: boolean, atEnd: boolean): TextMethod =>
  (text, args) => {
    const [characters] = takeArguments(`${name}()`, args, ['chars']);
    return strip(text, optionalText(`${name}()`, characters), atStart, atEnd);
  };

const plain =
  (name: string, change: (text: string) => Value): TextMethod =>
  (text, args) => {
    takeArguments(`${name}()`, args, []);
    return change(text);
  };

/** True where the text is not empty, and the pattern holds for all of it. */
const all = (name: string, pattern: RegExp): TextMethod => plain(name, (text) => pattern.test(text));

/** `startswith`, `endswith` */
const beginsOrEnds =
  (name: 'startswith' | 'endswith'): TextMethod =>
  (text, args, { budget }) => {
    const [sought, start, end] = takeArguments(`${name}()`, args, ['prefix', 'start', 'end'], 1);
    const part = partOf(text, name, start, end);
    const candidates = sought instanceof Tuple ? sought.items : [sought];
    return candidates.some((candidate) => {
      const words = textArgument(`${name}()`, candidate);
      budget.spend(elementWork + words.length);
      if (part === null) return false;
      return name === 'startswith' ? part.startsWith(words) : part.endsWith(words);
    });
  };

/** null where it begins behind the text's end. */
function partOf(text: string, name: string, start: Value | undefined, end: Value | undefined): string | null {
  if (start === undefined && end === undefined) return text;
  const points = pointsOf(text);
  const first = start === null ? 0 : wholeArgument(`${name}()`, start, 0);
  const last = end === null ? points.length : wholeArgument(`${name}()`, end, points.length);
  if (first > points.length) return null;
  return joined(points.slice(first, last));
}

/** `find`, `rfind`, `index`, `rindex`: a place by code points, or -1. */
const placeIn =
  (name: string, isLast: boolean, isRequired: boolean): TextMethod =>
  (text, args, { budget }) => {
    const [sought, start, end] = takeArguments(`${name}()`, args, ['sub', 'start', 'end'], 1);
    if (start !== undefined || end !== undefined) {
      throw new TemplateFault(`${name}() with a start or an end is not supported here`);
    }
    const words = textArgument(`${name}()`, sought);
    budget.spendOnSearch(text, words);
    const at = isLast ? text.lastIndexOf(words) : text.indexOf(words);
    if (at < 0 && isRequired) throw new TemplateFault(`${name}() does not find its text`);
    return at < 0 ? -1 : lengthOf(text.slice(0, at));
  };

const splitMethod =
  (name: 'split' | 'rsplit'): TextMethod =>
  (text, args, { budget }) => {
    const [sep, maxsplit] = takeArguments(`${name}()`, args, ['sep', 'maxsplit']);
    const max = wholeArgument(`${name}()`, maxsplit, -1);
    const separator = optionalText(`${name}()`, sep);
    budget.spend(text.length * elementWork);
    if (separator === null) {
      return name === 'split' ? splitAtSpaces(text, max) : splitAtLastSpaces(text, max);
    }
    if (separator === '') throw new TemplateFault(`${name}() takes no empty separator`);
    budget.spendOnSearch(text, separator);
    return name === 'split' ? splitAt(text, separator, max) : splitAtLast(text, separator, max);
  };

const partitionMethod =
  (name: 'partition' | 'rpartition'): TextMethod =>
  (text, args, { budget }) => {
    const [sep] = takeArguments(`${name}()`, args, ['sep'], 1);
    const separator = textArgument(`${name}()`, sep);
    if (separator === '') throw new TemplateFault(`${name}() takes no empty separator`);
    budget.spendOnSearch(text, separator);
    const at = name === 'partition' ? text.indexOf(separator) : text.lastIndexOf(separator);
    if (at < 0) return new Tuple(name === 'partition' ? [text, '', ''] : ['', '', text]);
    return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
  };

const padMethod =
  (name: 'center' | 'ljust' | 'rjust'): TextMethod =>
  (text, args, operations) => {
    const [width, fill = ' '] = takeArguments(`${name}()`, args, ['width', 'fillchar'], 1);
    const character = textArgument(`${name}()`, fill);
    if (lengthOf(character) !== 1) throw new TemplateFault(`${name}() fills with one character`);
    const total = wholeArgument(`${name}()`, width);
    const missing = Math.max(0, total - lengthOf(text));
    operations.budget.spend(missing);
    // As in CPython, which puts the odd one to the left where the width is odd.
    const left =
      name === 'ljust' ? 0 : name === 'rjust' ? missing : Math.floor(missing / 2) + (missing & total & 1);
    return character.repeat(left) + text + character.repeat(missing - left);
  };

export function replaceWithin(
  operations: Operations,
  text: string,
  [sought, replacement]: readonly [string, string],
  max: number,
): string {
  operations.budget.spendOnSearch(text, sought);
  const count = sought === '' ? text.length + 1 : text.split(sought).length - 1;
  operations.budget.spend(
    elementWork * count + replacement.length * (max < 0 ? count : Math.min(max, count)),
  );
  return replaceText(text, sought, replacement, max);
}

export function joinTexts(operations: Operations, separator: string, texts: readonly string[]): string {
  operations.budget.spend(texts.reduce((sum, text) => sum + text.length, separator.length * texts.length));
  return texts.join(separator);
}

const textMethods: Readonly<Record<string, TextMethod>> = {
  capitalize: plain('capitalize', capitalise),
  casefold: plain('casefold', (text) => text.toLowerCase().replaceAll('ß', 'ss').replaceAll('ς', 'σ')),
  center: padMethod('center'),
  count: (text, args, operations) => {
    const [sub, start, end] = takeArguments('count()', args, ['sub', 'start', 'end'], 1);
    const sought = textArgument('count()', sub);
    const part = partOf(text, 'count', start, end);
    operations.budget.spendOnSearch(text, sought);
    if (part === null) return 0;
    return sought === '' ? lengthOf(part) + 1 : part.split(sought).length - 1;
  },
  endswith: beginsOrEnds('endswith'),
  find: placeIn('find', false, false),
  format: (text, args, operations) => formatWithBraces(operations, text, args),
  index: placeIn('index', false, true),
  isalnum: all('isalnum', /^[\p{L}\p{N}]+$/u),
  isalpha: all('isalpha', /^\p{L}+$/u),
  isascii: all('isascii', /^\p{ASCII}*$/u),
  isdecimal: all('isdecimal', /^\p{Nd}+$/u),
  isdigit: all('isdigit', /^[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨]+$/u),
  isidentifier: all('isidentifier', /^[\p{ID_Start}_]\p{ID_Continue}*$/u),
  islower: plain('islower', (text) => isInCase(text, 'lower')),
  isnumeric: all('isnumeric', /^\p{N}+$/u),
  isspace: plain('isspace', (text) => text !== '' && Array.from(text).every(isSpace)),
  istitle: plain('istitle', isTitle),
  isupper: plain('isupper', (text) => isInCase(text, 'upper')),
  join: (text, args, operations) => {
    const [items] = takeArguments('join()', args, ['iterable'], 1);
    const texts = operations.list(items!).map((item) => textArgument('join()', item));
    return joinTexts(operations, text, texts);
  },
  ljust: padMethod('ljust'),
  lower: plain('lower', (text) => text.toLowerCase()),
  lstrip: withCharacters('lstrip', true, false),
  partition: partitionMethod('partition'),
  removeprefix: (text, args) => {
    const [prefix] = takeArguments('removeprefix()', args, ['prefix'], 1);
    const words = textArgument('removeprefix()', prefix);
    return text.startsWith(words) ? text.slice(words.length) : text;
  },
  removesuffix: (text, args) => {
    const [suffix] = takeArguments('removesuffix()', args, ['suffix'], 1);
    const words = textArgument('removesuffix()', suffix);
    return words !== '' && text.endsWith(words) ? text.slice(0, -words.length) : text;
  },
  replace: (text, args, operations) => {
    const [old, replacement, count] = takeArguments('replace()', args, ['old', 'new', 'count'], 2);
    const pair = [textArgument('replace()', old), textArgument('replace()', replacement)] as const;
    return replaceWithin(operations, text, pair, wholeArgument('replace()', count, -1));
  },
  rfind: placeIn('rfind', true, false),
  rindex: placeIn('rindex', true, true),
  rjust: padMethod('rjust'),
  rpartition: partitionMethod('rpartition'),
  rsplit: splitMethod('rsplit'),
  rstrip: withCharacters('rstrip', false, true),
  split: splitMethod('split'),
  splitlines: (text, args, operations) => {
    const [keepends = false] = takeArguments('splitlines()', args, ['keepends']);
    operations.budget.spend(text.length * elementWork);
    return splitLines(text, operations.isTrue(keepends));
  },
  startswith: beginsOrEnds('startswith'),
  strip: withCharacters('strip', true, true),
  swapcase: plain('swapcase', swapCase),
  title: plain('title', titleText),
  upper: plain('upper', (text) => text.toUpperCase()),
  zfill: (text, args, operations) => {
    const [width] = takeArguments('zfill()', args, ['width'], 1);
    const missing = Math.max(0, wholeArgument('zfill()', width) - lengthOf(text));
    operations.budget.spend(missing);
    const sign = /^[-+]/.test(text) ? text[0]! : '';
    return sign + '0'.repeat(missing) + text.slice(sign.length);
  },
};

const dictMethods: Readonly<Record<string, (dict: Dict, args: CallArguments) => Value>> = {
  copy: (dict) => dict,
  get: (dict, args) => {
    const [key, fallback = null] = takeArguments('get()', args, ['key', 'default'], 1);
    return dict.get(key!) ?? fallback;
  },
  items: (dict, args) => viewOf(dict, 'items', args),
  keys: (dict, args) => viewOf(dict, 'keys', args),
  values: (dict, args) => viewOf(dict, 'values', args),
};

function viewOf(dict: Dict, part: DictView['part'], args: CallArguments): DictView {
  takeArguments(`${part}()`, args, []);
  return new DictView(dict, part);
}

function placeOf(operations: Operations, list: Value, args: CallArguments): number {
  const [item] = takeArguments('index()', args, ['value'], 1);
  let place = 0;
  for (const other of operations.iterate(list)) {
    if (operations.equals(other, item!)) return place;
    place += 1;
  }
  throw new TemplateFault('index() does not find its value');
}

function countOf(operations: Operations, list: Value, args: CallArguments): number {
  const [item] = takeArguments('count()', args, ['value'], 1);
  let count = 0;
  for (const other of operations.iterate(list)) if (operations.equals(other, item!)) count += 1;
  return int(count);
}
