import { isSpace } from './python-text.ts';
import { TemplateFault } from './template-errors.ts';

export type TokenKind =
  | 'data'
  | 'begin print'
  | 'end print'
  | 'begin tag'
  | 'end tag'
  | 'name'
  | 'operator'
  | 'text'
  | 'integer'
  | 'float'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The characters of a name or an operator, the meaning of a text, the digits of a number. */
  readonly value: string;
  readonly line: number;
}

const opening: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const operators = /\*\*|\/\/|==|!=|>=|<=|[-+*/%~[\](){}<>=.:|,;]/y;
const name = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const float = /\d+(?:_\d+)*(?:\.\d+(?:_\d+)*(?:[eE][+-]?\d+(?:_\d+)*)?|[eE][+-]?\d+(?:_\d+)*)/y;
const integer = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const text = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/sy;
const rawEnd = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;

/**
 * The tokens of a template, as jinja2 reads them with `trim_blocks` and `lstrip_blocks`: a line end behind a tag, and the
 * blanks before one that begins a line, are no text.
 */
export function readTokens(source: string): readonly Token[] {
  return new TokenReader(source).read();
}

/** Every kind of line end is a line feed, and the last one of a template is not part of it. */
export const normaliseLineEnds = (source: string): string =>
  source.replace(/\r\n?/g, '\n').replace(/\n$/, '');

class TokenReader {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  /** Where the line ends that was counted last; -1 for the last one of all. */
  #lineEnd: number;

  constructor(source: string) {
    this.#source = source;
    this.#lineEnd = source.indexOf('\n');
  }

  read(): readonly Token[] {
    while (this.#at < this.#source.length) this.#readData();
    this.#push('end', 'the end of the template');
    return this.#tokens;
  }

  /** Text up to the next tag, and the tag. */
  #readData(): void {
    const source = this.#source;
    const start = this.#at;
    let open = start - 1;
    do open = source.indexOf('{', open + 1);
    while (open >= 0 && !'{%#'.includes(source[open + 1] || ' '));
    if (open < 0) {
      this.#pushData(source.slice(start));
      this.#at = source.length;
      return;
    }
    const kind = source[open + 1];
    const sign = source[open + 2] === '-' || source[open + 2] === '+' ? source[open + 2] : '';
    this.#pushData(this.#withoutBlanks(start, open, sign!, kind !== '{'));
    this.#at = open + 2 + sign!.length;
    if (kind === '#') this.#readComment();
    else if (kind === '{') this.#readExpression('print', '}}');
    else if (!this.#readRaw()) this.#readExpression('tag', '%}');
  }

  /** What stands before a tag, less what the tag takes off. */
  #withoutBlanks(start: number, end: number, sign: string, isBlock: boolean): string {
    const data = this.#source.slice(start, end);
    if (sign === '-') return data.slice(0, lastBlanks(data, 0));
    if (sign === '+' || !isBlock) return data;
    const lineStart = data.lastIndexOf('\n') + 1;
    const beginsLine = lineStart > 0 || start === 0 || this.#source[start - 1] === '\n';
    return beginsLine && lastBlanks(data, lineStart) === lineStart ? data.slice(0, lineStart) : data;
  }

  /** Behind the end of a tag or comment: a sign before it says what it takes off. */
  #skipBehind(sign: string, isBlock: boolean): void {
    if (sign === '-')
      while (this.#at < this.#source.length && isSpace(this.#source[this.#at]!)) this.#at += 1;
    else if (sign !== '+' && isBlock && this.#source[this.#at] === '\n') this.#at += 1;
  }

  #readComment(): void {
    const end = this.#source.indexOf('#}', this.#at);
    if (end < 0) throw this.#fault('a comment has no end');
    const sign = end > this.#at ? this.#source[end - 1]! : '';
    this.#at = end + 2;
    this.#skipBehind(sign, true);
  }

  /** `{% raw %}` to `{% endraw %}`: what is between is text. */
  #readRaw(): boolean {
    const begin = /\s*raw\s*(-?)%\}/y;
    begin.lastIndex = this.#at;
    const opened = begin.exec(this.#source);
    if (opened === null) return false;
    this.#at = begin.lastIndex;
    // A line end behind it is text.
    this.#skipBehind(opened[1]!, false);
    rawEnd.lastIndex = this.#at;
    const closed = rawEnd.exec(this.#source);
    if (closed === null) throw this.#fault('a raw block has no {% endraw %}');
    this.#pushData(this.#withoutBlanks(this.#at, closed.index, closed[1]!, true));
    this.#at = rawEnd.lastIndex;
    this.#skipBehind(closed[2]!, true);
    return true;
  }

  #readExpression(kind: 'print' | 'tag', close: string): void {
    this.#push(`begin ${kind}`, kind === 'print' ? '{{' : '{%');
    const source = this.#source;
    const brackets: string[] = [];
    for (;;) {
      while (this.#at < source.length && isSpace(source[this.#at]!)) this.#at += 1;
      if (this.#at >= source.length) throw this.#fault(`${kind === 'print' ? '{{' : '{%'} has no ${close}`);
      const sign = '-+'.includes(source[this.#at]!) ? source[this.#at]! : '';
      if (
        brackets.length === 0 &&
        source.startsWith(close, this.#at + sign.length) &&
        (sign !== '+' || kind === 'tag')
      ) {
        this.#push(`end ${kind}`, close);
        this.#at += sign.length + close.length;
        this.#skipBehind(sign, kind === 'tag');
        return;
      }
      this.#readToken(brackets);
    }
  }

  #readToken(brackets: string[]): void {
    const at = this.#at;
    if (this.#source[at - 1] !== '.' && this.#take(float, 'float')) return;
    if (this.#take(integer, 'integer') || this.#take(name, 'name')) return;
    text.lastIndex = at;
    const quoted = text.exec(this.#source);
    if (quoted !== null) {
      this.#push('text', this.#unescape(quoted[0].slice(1, -1)));
      this.#at = text.lastIndex;
      return;
    }
    if (!this.#take(operators, 'operator')) {
      throw this.#fault(
        `there is an unexpected character ${JSON.stringify(String.fromCodePoint(this.#source.codePointAt(at)!))}`,
      );
    }
    const { value } = this.#tokens.at(-1)!;
    if (opening[value] !== undefined) brackets.push(opening[value]);
    else if (')]}'.includes(value) && brackets.pop() !== value)
      throw this.#fault(`there is an unexpected "${value}"`);
  }

  #take(pattern: RegExp, kind: TokenKind): boolean {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match === null) return false;
    this.#push(kind, match[0]);
    this.#at = pattern.lastIndex;
    return true;
  }

  /** As Python reads the text of its own source. */
  #unescape(quoted: string): string {
    if (!quoted.includes('\\')) return quoted;
    return quoted.replace(
      /\\(?:\n|[\\'"abfnrtv]|[0-7]{1,3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|N\{[^}]*\}|[xuUN])/g,
      (escaped) => {
        const kind = escaped[1]!;
        if (kind === '\n') return '';
        if (escaped.length === 2 && 'xuUN'.includes(kind))
          throw this.#fault(`a text has an incomplete escape ${escaped}`);
        if (kind === 'N') throw this.#fault(`the escape ${escaped} is not supported here`);
        if ('xuU'.includes(kind)) return this.#character(Number.parseInt(escaped.slice(2), 16));
        if (/[0-7]/.test(kind)) return this.#character(Number.parseInt(escaped.slice(1), 8));
        return simpleEscapes[kind] ?? kind;
      },
    );
  }

  #character(code: number): string {
    if (code > 0x10ffff) throw this.#fault('a text has an escape beyond U+10FFFF');
    return String.fromCodePoint(code);
  }

  #push(kind: TokenKind, value: string): void {
    this.#tokens.push({ kind, value, line: this.#lineHere() });
  }

  #pushData(data: string): void {
    if (data !== '') this.#push('data', data);
  }

  #lineHere(): number {
    while (this.#lineEnd >= 0 && this.#lineEnd < this.#at) {
      this.#line += 1;
      this.#lineEnd = this.#source.indexOf('\n', this.#lineEnd + 1);
    }
    return this.#line;
  }

  #fault(message: string): TemplateFault {
    return new TemplateFault(message, this.#lineHere());
  }
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Where the blanks at the end of a text begin, at `from` at the earliest. */
function lastBlanks(data: string, from: number): number {
  let end = data.length;
  while (end > from && isSpace(data[end - 1]!)) end -= 1;
  return end;
}
