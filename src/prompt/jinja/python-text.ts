/** Texts as Python's `str` handles them: by code points, with Unicode's blanks, written as `repr` writes them. */

export const spaceCharacters =
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000';

const spaces = new Set(spaceCharacters);

/** Python's white space: not that of JavaScript, which has U+FEFF and lacks U+0085 and U+001C to U+001F. */
export const isSpace = (character: string): boolean => spaces.has(character);

const surrogates = /[\ud800-\udfff]/;

/** Its code points; for a text without surrogates the text itself, whose places are the same. */
export const pointsOf = (text: string): string | readonly string[] =>
  surrogates.test(text) ? [...text] : text;

export const lengthOf = (text: string): number => pointsOf(text).length;

/** @param characters null: white space */
export function strip(text: string, characters: string | null, atStart: boolean, atEnd: boolean): string {
  const taken = characters === null ? spaces : new Set(characters);
  const points = pointsOf(text);
  let start = 0;
  let end = points.length;
  while (atStart && start < end && taken.has(points[start]!)) start += 1;
  while (atEnd && end > start && taken.has(points[end - 1]!)) end -= 1;
  return joined(points.slice(start, end));
}

export const joined = (points: string | readonly string[]): string =>
  typeof points === 'string' ? points : points.join('');

/** -1, 0 or 1, by code points: by code units those beyond U+FFFF would come before U+E000. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  let at = 0;
  while (at < left.length && at < right.length && left[at] === right[at]) at += 1;
  const [a, b] = [weightAt(left, at), weightAt(right, at)];
  return a < b ? -1 : 1;
}

function weightAt(text: string, at: number): number {
  if (at >= text.length) return -1;
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xe000 ? code + 0x10000 : code;
}

/** `text.split()`: by runs of white space, none at the ends. */
export function splitAtSpaces(text: string, max: number): readonly string[] {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text[at]!)) at += 1;
    if (at >= text.length) return parts;
    if (max >= 0 && parts.length >= max) return [...parts, text.slice(at)];
    const start = at;
    while (at < text.length && !isSpace(text[at]!)) at += 1;
    parts.push(text.slice(start, at));
  }
}

/** `text.rsplit()`. */
export function splitAtLastSpaces(text: string, max: number): readonly string[] {
  const parts: string[] = [];
  let end = text.length;
  for (;;) {
    while (end > 0 && isSpace(text[end - 1]!)) end -= 1;
    if (end === 0) return parts.reverse();
    if (max >= 0 && parts.length >= max) return [...parts, text.slice(0, end)].reverse();
    const stop = end;
    while (end > 0 && !isSpace(text[end - 1]!)) end -= 1;
    parts.push(text.slice(end, stop));
  }
}

export function splitAt(text: string, separator: string, max: number): readonly string[] {
  const parts = text.split(separator);
  return max < 0 || parts.length <= max ? parts : [...parts.slice(0, max), parts.slice(max).join(separator)];
}

export function splitAtLast(text: string, separator: string, max: number): readonly string[] {
  const parts: string[] = [];
  let end = text.length;
  while (max < 0 || parts.length < max) {
    const at = end < separator.length ? -1 : text.lastIndexOf(separator, end - separator.length);
    if (at < 0) break;
    parts.push(text.slice(at + separator.length, end));
    end = at;
  }
  return [...parts, text.slice(0, end)].reverse();
}

const lineEnds = new Set('\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029');

export function splitLines(text: string, keepEnds: boolean): readonly string[] {
  const lines: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!lineEnds.has(text[at]!)) continue;
    const end = at;
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    lines.push(text.slice(start, keepEnds ? at + 1 : end));
    start = at + 1;
  }
  return start < text.length ? [...lines, text.slice(start)] : lines;
}

/** @param max below 0: all */
export function replaceText(text: string, sought: string, replacement: string, max: number): string {
  if (max < 0 && sought !== '') return text.split(sought).join(replacement);
  const points = sought === '' ? ['', ...text] : splitAt(text, sought, max);
  if (sought !== '') return points.join(replacement);
  const count = max < 0 ? points.length : Math.min(max, points.length);
  const filled = points.map((point, index) => (index < count ? point + replacement : point)).join('');
  return filled;
}

/** The title case of a letter, where it differs from upper case. */
const titleLetters: Readonly<Record<string, string>> = { Ǆ: 'ǅ', ǅ: 'ǅ', ǆ: 'ǅ', Ǉ: 'ǈ', ǈ: 'ǈ', ǉ: 'ǈ', Ǌ: 'ǋ', ǋ: 'ǋ', ǌ: 'ǋ', Ǳ: 'ǲ', ǲ: 'ǲ', ǳ: 'ǲ' }; // biome-ignore format: a table

function titleLetter(point: string): string {
  const known = titleLetters[point];
  if (known !== undefined) return known;
  // Georgian has capitals, but writes no titles with them.
  if (point >= '\u10d0' && point <= '\u10ff' && point.length === 1) return point;
  const [first = '', ...rest] = point.toUpperCase();
  return first + rest.join('').toLowerCase();
}

/** The first letter in title case, the others small. */
export function capitalise(text: string): string {
  const [first = '', ...rest] = text;
  // In one piece, because a small sigma depends on what stands before it.
  return titleLetter(first) + (first + rest.join('')).toLowerCase().slice(first.toLowerCase().length);
}

const isCased = (point: string): boolean => /\p{Cased}/u.test(point);

/** `text.title()`: a letter behind a letter is small. */
export function titleText(text: string): string {
  let behindLetter = false;
  let written = '';
  for (const point of text) {
    written += behindLetter ? point.toLowerCase() : titleLetter(point);
    behindLetter = isCased(point);
  }
  return written;
}

export function swapCase(text: string): string {
  return Array.from(text, (point) =>
    /\p{Uppercase}/u.test(point) ? point.toLowerCase() : point.toUpperCase(),
  ).join('');
}

/** True where it has letters with cases, and all of them are of one. */
export function isInCase(text: string, which: 'lower' | 'upper'): boolean {
  let found = false;
  for (const point of text) {
    if (/\p{Lt}/u.test(point)) return false;
    if ((which === 'lower' ? /\p{Uppercase}/u : /\p{Lowercase}/u).test(point)) return false;
    found ||= (which === 'lower' ? /\p{Lowercase}/u : /\p{Uppercase}/u).test(point);
  }
  return found;
}

export function isTitle(text: string): boolean {
  let behindLetter = false;
  let found = false;
  for (const point of text) {
    const isUpper = /[\p{Uppercase}\p{Lt}]/u.test(point);
    const isLower = /\p{Lowercase}/u.test(point);
    if ((isUpper && behindLetter) || (isLower && !behindLetter)) return false;
    behindLetter = isUpper || isLower;
    found ||= behindLetter;
  }
  return found;
}

const plain = /^[ -&(-[\]-~]*$/;

/** `repr(text)`. */
export function textLiteral(text: string): string {
  if (plain.test(text)) return `'${text}'`;
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let written = '';
  for (const point of text) {
    if (point === quote || point === '\\') written += `\\${point}`;
    else if (point === '\n') written += '\\n';
    else if (point === '\r') written += '\\r';
    else if (point === '\t') written += '\\t';
    else if (point !== ' ' && /[\p{C}\p{Z}]/u.test(point)) written += codeEscape(point.codePointAt(0)!);
    else written += point;
  }
  return quote + written + quote;
}

function codeEscape(code: number): string {
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** `repr` of a float: the shortest digits that read back as the same number, with an exponent from 1e16 on and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  const digits = String(value);
  return digits.includes('.') ? digits : `${digits}.0`;
}

/** Rounded to so many decimals as Python does: of two that are equally near the even one. */
export function roundHalfEven(value: number, decimals: number): number {
  if (!Number.isFinite(value)) return value;
  if (decimals < 0) {
    const unit = 10 ** -decimals;
    return roundHalfEven(value / unit, 0) * unit;
  }
  if (decimals > 100 || Math.abs(value) >= 2 ** 53) return value;
  const rounded = Number(value.toFixed(decimals));
  // toFixed is exact and takes the larger of two, so that a tie is one whose digits end with 5.
  const exact = Math.abs(value).toFixed(Math.min(100, decimals + 60));
  const behind = exact.slice(exact.indexOf('.') + 1 + decimals);
  if (!/^50*$/.test(behind)) return rounded;
  const down = Number(exact.slice(0, exact.indexOf('.') + 1 + decimals));
  const lastDigit = Number(
    exact
      .slice(0, exact.indexOf('.') + 1 + decimals)
      .replace(/\.$/, '')
      .at(-1),
  );
  const up = Number(Math.abs(value).toFixed(decimals));
  const size = lastDigit % 2 === 0 ? down : up === down ? down + 10 ** -decimals : up;
  return value < 0 ? -size : size;
}
