import type { Budget } from './budget.ts';
import { joined, lengthOf, pointsOf, roundHalfEven } from './python-text.ts';
import { TemplateFault } from './template-errors.ts';
import {
  type CallArguments,
  Dict,
  Float,
  int,
  isList,
  isNumeric,
  numberOf,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from './values.ts';

const conversion = /%(?:\(([^)]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?(.|$)/gs;

/** `str` and `repr` of values. */
interface Printer {
  readonly budget: Budget;
  text(value: Value): string;
  literal(value: Value): string;
}

/** `text % values` */
export function formatWithPercent(printer: Printer, format: string, values: Value): string {
  const items = values instanceof Tuple ? values.items : [values];
  let taken = 0;
  let usesNames = false;
  printer.budget.spend(format.length);
  const next = (): Value => {
    const value = items[taken];
    if (value === undefined) throw new TemplateFault('a format has more places than values');
    taken += 1;
    return value;
  };
  const named = (name: string): Value => {
    usesNames = true;
    if (!(values instanceof Dict)) throw new TemplateFault('a format with names takes a mapping');
    const value = values.get(name);
    if (value === undefined) throw new TemplateFault(`a format names "${name}", which the mapping lacks`);
    return value;
  };
  const written = format.replace(
    conversion,
    (
      _,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      kind: string,
    ) => {
      if (kind === '%') return '%';
      const sizeOf = (size: string | undefined) =>
        size === '*' ? wholeOf(next()) : size === undefined ? null : Number(size);
      const minLength = sizeOf(width) ?? 0;
      const digits = sizeOf(precision);
      printer.budget.spend(Math.abs(minLength) + (digits ?? 0));
      const value = name === undefined ? next() : named(name);
      return pad(
        converted(printer, kind, flags, digits, value),
        kind,
        minLength < 0 ? `${flags}-` : flags,
        Math.abs(minLength),
      );
    },
  );
  const isMapping = values instanceof Dict || values instanceof Undefined || isList(values) || usesNames;
  if (taken < items.length && !isMapping) throw new TemplateFault('a format has fewer places than values');
  return written;
}

const wholeOf = (value: Value): number => {
  if (typeof value !== 'number') throw new TemplateFault(`a width is a whole number, not ${typeOf(value)}`);
  return value;
};

function converted(
  printer: Printer,
  kind: string,
  flags: string,
  digits: number | null,
  value: Value,
): string {
  if (kind === 's' || kind === 'r') {
    const text = kind === 's' ? printer.text(value) : printer.literal(value);
    return digits === null ? text : joined(pointsOf(text).slice(0, digits));
  }
  if (kind === 'c' && typeof value === 'string' && lengthOf(value) === 1) return value;
  if (!'dioxXfFeE'.includes(kind) || kind === '') {
    throw new TemplateFault(`the format %${kind} is not supported here`);
  }
  if (!isNumeric(value)) throw new TemplateFault(`the format %${kind} takes a number, not ${typeOf(value)}`);
  if ('oxX'.includes(kind) && value instanceof Float) {
    throw new TemplateFault(`the format %${kind} takes a whole number, not a float`);
  }
  if (flags.includes('#')) throw new TemplateFault('the flag "#" of a format is not supported here');
  const number = numberOf(value);
  if (!Number.isFinite(number))
    throw new TemplateFault(`the format %${kind} of ${number} is not supported here`);
  const size = Math.abs(number);
  const sign =
    number < 0 || (Object.is(number, -0) && 'fFeE'.includes(kind))
      ? '-'
      : flags.includes('+')
        ? '+'
        : flags.includes(' ')
          ? ' '
          : '';
  return sign + sizeText(kind, size, digits);
}

function sizeText(kind: string, size: number, digits: number | null): string {
  if (kind === 'f' || kind === 'F') return fixedText(size, digits ?? 6);
  if (kind === 'e' || kind === 'E') {
    const text = size.toExponential(Math.min(100, digits ?? 6)).replace(/e([+-])(\d)$/, 'e$10$2');
    return kind === 'E' ? text.toUpperCase() : text;
  }
  const base = kind === 'o' ? 8 : kind === 'd' || kind === 'i' ? 10 : 16;
  const text = int(Math.trunc(size))
    .toString(base)
    .padStart(digits ?? 0, '0');
  return kind === 'X' ? text.toUpperCase() : text;
}

/** So many decimals, of two that are equally near the even one. */
export function fixedText(size: number, decimals: number): string {
  if (size >= 1e21 || decimals > 100)
    throw new TemplateFault('a format of so large a number is not supported here');
  return roundHalfEven(size, decimals).toFixed(decimals);
}

function pad(text: string, kind: string, flags: string, width: number): string {
  const missing = width - lengthOf(text);
  if (missing <= 0) return text;
  if (flags.includes('-')) return text + ' '.repeat(missing);
  if (!flags.includes('0') || 'src'.includes(kind)) return ' '.repeat(missing) + text;
  const sign = /^[-+ ]/.test(text) ? text[0]! : '';
  return sign + '0'.repeat(missing) + text.slice(sign.length);
}

/** `text.format(...)`, without members and specifications in its fields. */
export function formatWithBraces(
  printer: Printer,
  format: string,
  { positional, keywords }: CallArguments,
): string {
  let automatic = 0;
  printer.budget.spend(format.length);
  return format.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (field, inner: string | undefined) => {
    if (field === '{{' || field === '}}') return field[0]!;
    if (inner === undefined) throw new TemplateFault(`a format has a single "${field}"`);
    const parsed = /^(\w*)(?:!([rs]))?$/.exec(inner);
    if (parsed === null) throw new TemplateFault(`the format field {${inner}} is not supported here`);
    const [, name = '', flag] = parsed;
    const isPlace = name === '' || /^\d+$/.test(name);
    const value = isPlace ? positional[name === '' ? automatic : Number(name)] : keywords.get(name);
    if (name === '') automatic += 1;
    if (value === undefined) throw new TemplateFault(`a format has no value for its field {${inner}}`);
    const text = flag === 'r' ? printer.literal(value) : printer.text(value);
    printer.budget.spend(text.length);
    return text;
  });
}
