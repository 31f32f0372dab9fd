import { writeWork } from './budget.ts';
import type { Operations } from './operations.ts';
import { compareTexts, floatText } from './python-text.ts';
import { TemplateFault } from './template-errors.ts';
import { Dict, Float, isList, isNumeric, Markup, Tuple, typeOf, type Value } from './values.ts';

export interface JsonStyle {
  readonly ensureAscii: boolean;
  /** What one level is indented by; null: everything in one line. */
  readonly indent: string | null;
  readonly itemSeparator: string;
  readonly keySeparator: string;
  readonly sortKeys: boolean;
}

/** As `json.dumps` of Python writes a value. */
export function writeJson(operations: Operations, value: Value, style: JsonStyle, depth = 0): string {
  const { budget } = operations;
  budget.checkDepth(depth);
  budget.spend(writeWork);
  if (typeof value === 'string') {
    budget.spend(value.length * 2);
    return jsonText(value, style);
  }
  if (value instanceof Markup) return writeJson(operations, value.html, style, depth);
  if (value === null || isNumeric(value)) return jsonScalar(value);
  const isMapping = value instanceof Dict;
  if (!isMapping && !isList(value) && !(value instanceof Tuple)) {
    throw new TemplateFault(`a value of type ${typeOf(value)} cannot be written as JSON`);
  }
  const inner = style.indent === null ? 0 : style.indent.length * (depth + 1);
  const parts: string[] = [];
  if (isMapping) {
    for (const [key, item] of sortedEntries(value, style)) {
      budget.spend(inner + key.length * 2);
      parts.push(jsonText(key, style) + style.keySeparator + writeJson(operations, item, style, depth + 1));
    }
  } else {
    for (const item of isList(value) ? value : value.items) {
      budget.spend(inner);
      parts.push(writeJson(operations, item, style, depth + 1));
    }
  }
  const [open, close] = isMapping ? '{}' : '[]';
  if (style.indent === null || parts.length === 0) return open + parts.join(style.itemSeparator) + close;
  const lineEnd = `\n${style.indent.repeat(depth)}`;
  const lines = parts.map((part) => lineEnd + style.indent + part);
  return open + lines.join(style.itemSeparator) + lineEnd + close;
}

function sortedEntries(dict: Dict, { sortKeys }: JsonStyle): readonly (readonly [string, Value])[] {
  const entries = Array.from(dict.entries());
  if (sortKeys) {
    if (entries.some(([key]) => typeof key !== 'string')) {
      throw new TemplateFault('only keys that are texts can be sorted for JSON here');
    }
    entries.sort(([a], [b]) => compareTexts(a as string, b as string));
  }
  return entries.map(([key, value]) => [keyText(key), value] as const);
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null || isNumeric(key)) return jsonScalar(key);
  throw new TemplateFault(`a key of type ${typeOf(key)} cannot be written as JSON`);
}

function jsonScalar(value: null | number | boolean | Float): string {
  if (!(value instanceof Float)) return String(value);
  if (Number.isFinite(value.value)) return floatText(value.value);
  return Number.isNaN(value.value) ? 'NaN' : value.value > 0 ? 'Infinity' : '-Infinity';
}

function jsonText(text: string, { ensureAscii }: JsonStyle): string {
  const written = JSON.stringify(text);
  if (!ensureAscii) return written;
  return written.replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
