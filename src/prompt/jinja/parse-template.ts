import { maxDepth } from './budget.ts';
import type {
  Application,
  Arguments,
  BinaryOperator,
  CompareOperator,
  Expression,
  MacroShape,
  Parameter,
  Statement,
  Target,
} from './nodes.ts';
import { normaliseLineEnds, readTokens, type Token, type TokenKind } from './read-tokens.ts';
import { TemplateFault } from './template-errors.ts';

/**
 * The tree of a template, by the grammar of jinja2 with `break`, `continue` and the `generation` block of transformers.
 * @throws TemplateFault with the line
 */
export const parseTemplate = (source: string): readonly Statement[] =>
  new Parser(readTokens(normaliseLineEnds(source))).parse();

const constants = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

const comparisons = new Set<string>(['==', '!=', '<', '<=', '>', '>=']);

/** Tags of jinja2 that need other templates, a translation or escaping, which chat templates do not have. */
const unsupportedTags = new Set(['block', 'extends', 'include', 'import', 'from', 'autoescape']);

const noArguments: Arguments = { positional: [], keywords: [], unpacked: null, unpackedKeywords: null };

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): readonly Statement[] {
    return this.#body([]);
  }

  /** Statements up to a tag that has one of the names, which is left to be read. */
  #body(ends: readonly string[], opened: Token | null = null): readonly Statement[] {
    return this.#nested(() => {
      const statements: Statement[] = [];
      for (;;) {
        const token = this.#next();
        if (token.kind === 'data') {
          statements.push({ kind: 'data', text: token.value, line: token.line });
        } else if (token.kind === 'begin print') {
          const value = this.#tuple();
          this.#expectKind('end print');
          statements.push({ kind: 'print', value, line: token.line });
        } else if (token.kind === 'begin tag') {
          if (ends.includes(this.#token.value) && this.#token.kind === 'name') return statements;
          statements.push(this.#tag());
        } else {
          if (opened === null) return statements;
          throw new TemplateFault(`{% ${opened.value} %} has no {% ${ends.at(-1)} %}`, opened.line);
        }
      }
    });
  }

  #tag(): Statement {
    const token = this.#expectKind('name');
    const { line, value: name } = token;
    switch (name) {
      case 'if':
        return this.#if(token);
      case 'for':
        return this.#for(token);
      case 'set':
        return this.#set(token);
      case 'print': {
        const value = this.#tuple();
        this.#endTag();
        return { kind: 'print', value, line };
      }
      case 'with':
        return this.#with(token);
      case 'macro': {
        const macroName = this.#expectKind('name').value;
        const parameters = this.#parameters();
        this.#endTag();
        return { kind: 'macro', macro: this.#macroShape(macroName, parameters, 'endmacro', token), line };
      }
      case 'call': {
        const parameters = this.#isOperator('(') ? this.#parameters() : [];
        const call = this.#expression();
        if (call.kind !== 'call') throw new TemplateFault('{% call %} takes the call of a macro', line);
        this.#endTag();
        return {
          kind: 'call block',
          call,
          caller: this.#macroShape('caller', parameters, 'endcall', token),
          line,
        };
      }
      case 'filter': {
        const filter = this.#filters(null, this.#application());
        this.#endTag();
        return { kind: 'filter block', filter, body: this.#closedBody('endfilter', token), line };
      }
      case 'generation':
        this.#endTag();
        return { kind: 'generation', body: this.#closedBody('endgeneration', token), line };
      case 'break':
      case 'continue':
        this.#endTag();
        return { kind: name, line };
      default:
        throw new TemplateFault(
          unsupportedTags.has(name)
            ? `the tag {% ${name} %} is not supported here`
            : `there is no tag {% ${name} %}`,
          line,
        );
    }
  }

  #closedBody(end: string, opened: Token): readonly Statement[] {
    const body = this.#body([end], opened);
    this.#next();
    this.#endTag();
    return body;
  }

  #if(token: Token): Statement {
    const branches: { test: Expression; body: readonly Statement[] }[] = [];
    for (;;) {
      const test = this.#tuple(false);
      this.#endTag();
      branches.push({ test, body: this.#body(['elif', 'else', 'endif'], token) });
      const { value: next } = this.#next();
      if (next === 'elif') continue;
      this.#endTag();
      const otherwise = next === 'else' ? this.#closedBody('endif', token) : [];
      return { kind: 'if', branches, otherwise, line: token.line };
    }
  }

  #for(token: Token): Statement {
    const target = this.#target(false);
    this.#expectName('in');
    const iterable = this.#tuple(false, 'recursive');
    const test = this.#skipName('if') ? this.#expression() : null;
    const recursive = this.#skipName('recursive');
    this.#endTag();
    const body = this.#body(['else', 'endfor'], token);
    const hasElse = this.#next().value === 'else';
    this.#endTag();
    const otherwise = hasElse ? this.#closedBody('endfor', token) : [];
    return { kind: 'for', target, iterable, test, recursive, body, otherwise, line: token.line };
  }

  #set(token: Token): Statement {
    const { line } = token;
    const target = this.#target(true);
    if (this.#skipOperator('=')) {
      const value = this.#tuple();
      this.#endTag();
      return { kind: 'set', target, value, line };
    }
    const filter = this.#isOperator('|') ? this.#filters(null) : null;
    this.#endTag();
    return { kind: 'set block', target, filter, body: this.#closedBody('endset', token), line };
  }

  #with(token: Token): Statement {
    const assignments: { target: Target; value: Expression }[] = [];
    while (this.#token.kind !== 'end tag') {
      if (assignments.length > 0) this.#expectOperator(',');
      const target = this.#singleTarget(false);
      this.#expectOperator('=');
      assignments.push({ target, value: this.#expression() });
    }
    this.#endTag();
    return { kind: 'with', assignments, body: this.#closedBody('endwith', token), line: token.line };
  }

  #parameters(): readonly Parameter[] {
    const parameters: Parameter[] = [];
    this.#expectOperator('(');
    while (!this.#isOperator(')')) {
      if (parameters.length > 0) this.#expectOperator(',');
      const { value: name, line } = this.#expectKind('name');
      const fallback = this.#skipOperator('=') ? this.#expression() : null;
      if (fallback === null && parameters.at(-1)?.fallback) {
        throw new TemplateFault(
          `the parameter ${name} without a default follows one that has a default`,
          line,
        );
      }
      parameters.push({ name, fallback });
    }
    this.#next();
    return parameters;
  }

  #macroShape(name: string, parameters: readonly Parameter[], end: string, opened: Token): MacroShape {
    const start = this.#at;
    const body = this.#closedBody(end, opened);
    const reads = new Set<string>();
    for (const { kind, value } of this.#tokens.slice(start, this.#at)) {
      if (kind === 'name' && ['caller', 'varargs', 'kwargs'].includes(value)) reads.add(value);
    }
    return { name, parameters, body, reads };
  }

  #target(withMembers: boolean): Target {
    const { line } = this.#token;
    const items = [this.#singleTarget(withMembers)];
    while (this.#skipOperator(',')) {
      if (this.#token.kind === 'end tag' || this.#isOperator('=') || this.#isName('in')) {
        return { kind: 'tuple', items, line };
      }
      items.push(this.#singleTarget(withMembers));
    }
    return items.length === 1 ? items[0]! : { kind: 'tuple', items, line };
  }

  #singleTarget(withMembers: boolean): Target {
    return this.#nested(() => {
      const { line } = this.#token;
      if (this.#skipOperator('(')) {
        const items: Target[] = [];
        while (!this.#isOperator(')')) {
          items.push(this.#singleTarget(withMembers));
          if (!this.#isOperator(')')) this.#expectOperator(',');
        }
        this.#next();
        return items.length === 1 ? items[0]! : { kind: 'tuple', items, line };
      }
      const { value: name } = this.#expectKind('name');
      if (constants.has(name)) throw new TemplateFault(`the constant ${name} cannot be set`, line);
      if (!withMembers || !this.#skipOperator('.')) return { kind: 'name', name, line };
      return { kind: 'member', name, attribute: this.#expectKind('name').value, line };
    });
  }

  /** Expressions with commas between them are a tuple. */
  #tuple(withChoice = true, endName: string | null = null, isBracketed = false): Expression {
    const { line } = this.#token;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0 && !this.#skipOperator(',')) break;
      if (items.length > 0) isTuple = true;
      if (this.#endsTuple(endName)) break;
      items.push(withChoice ? this.#expression() : this.#or());
    }
    if (isTuple || (items.length === 0 && isBracketed)) return { kind: 'tuple', items, line };
    if (items.length === 0) throw this.#unexpected('an expression');
    return items[0]!;
  }

  #endsTuple(endName: string | null): boolean {
    const { kind } = this.#token;
    return (
      kind === 'end print' ||
      kind === 'end tag' ||
      this.#isOperator(')') ||
      (endName !== null && this.#isName(endName))
    );
  }

  #expression(): Expression {
    return this.#nested(() => {
      let expression = this.#or();
      while (this.#isName('if')) {
        const { line } = this.#next();
        const test = this.#or();
        const otherwise = this.#skipName('else') ? this.#expression() : null;
        expression = { kind: 'choice', test, value: expression, otherwise, line };
      }
      return expression;
    });
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#isName('or')) {
      const { line } = this.#next();
      left = { kind: 'or', left, right: this.#and(), line };
    }
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#isName('and')) {
      const { line } = this.#next();
      left = { kind: 'and', left, right: this.#not(), line };
    }
    return left;
  }

  #not(): Expression {
    if (!this.#isName('not')) return this.#compare();
    return this.#nested(() => {
      const { line } = this.#next();
      return { kind: 'unary', operator: 'not', operand: this.#not(), line };
    });
  }

  #compare(): Expression {
    const { line } = this.#token;
    const first = this.#sum();
    const rest: { operator: CompareOperator; operand: Expression }[] = [];
    for (;;) {
      const { kind, value } = this.#token;
      if (kind === 'operator' && comparisons.has(value)) {
        this.#next();
        rest.push({ operator: value as CompareOperator, operand: this.#sum() });
      } else if (this.#skipName('in')) {
        rest.push({ operator: 'in', operand: this.#sum() });
      } else if (this.#isName('not') && this.#tokens[this.#at + 1]?.value === 'in') {
        this.#at += 2;
        rest.push({ operator: 'not in', operand: this.#sum() });
      } else {
        return rest.length === 0 ? first : { kind: 'compare', first, rest, line };
      }
    }
  }

  #sum(): Expression {
    return this.#operation(['+', '-'], () => this.#concat());
  }

  #concat(): Expression {
    const { line } = this.#token;
    const parts = [this.#product()];
    while (this.#skipOperator('~')) parts.push(this.#product());
    return parts.length === 1 ? parts[0]! : { kind: 'concat', parts, line };
  }

  #product(): Expression {
    return this.#operation(['*', '/', '//', '%'], () => this.#operation(['**'], () => this.#unary(true)));
  }

  /** From left to right; so is `**` in jinja2. */
  #operation(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (let count = 0; ; count += 1) {
      const operator = operators.find((known) => this.#isOperator(known));
      if (operator === undefined) return left;
      if (count >= maxDepth) throw this.#tooDeep();
      const { line } = this.#next();
      left = { kind: 'binary', operator, left, right: operand(), line };
    }
  }

  #unary(withFilters: boolean): Expression {
    return this.#nested(() => {
      const { line } = this.#token;
      const operator = this.#isOperator('-') ? '-' : this.#isOperator('+') ? '+' : null;
      if (operator !== null) this.#next();
      const operand: Expression =
        operator === null ? this.#primary() : { kind: 'unary', operator, operand: this.#unary(false), line };
      const expression = this.#postfix(operand);
      return withFilters ? this.#filterOrTest(expression) : expression;
    });
  }

  #primary(): Expression {
    const token = this.#next();
    const { line, value } = token;
    switch (token.kind) {
      case 'name': {
        const constant = constants.get(value);
        return constant === undefined
          ? { kind: 'name', name: value, line }
          : { kind: 'constant', value: constant, line };
      }
      case 'text': {
        let text = value;
        while (this.#token.kind === 'text') text += this.#next().value;
        return { kind: 'text', value: text, line };
      }
      case 'integer':
      case 'float':
        return { kind: token.kind, value: this.#number(token), line };
      default:
    }
    if (token.kind === 'operator' && value === '(') {
      const inner = this.#tuple(true, null, true);
      this.#expectOperator(')');
      return inner;
    }
    if (token.kind === 'operator' && value === '[') return { kind: 'list', items: this.#items(']'), line };
    if (token.kind === 'operator' && value === '{') return this.#dict(line);
    this.#at -= 1;
    throw this.#unexpected('an expression');
  }

  #number({ kind, value, line }: Token): number {
    const number = Number(value.replaceAll('_', ''));
    if (kind === 'integer' && !Number.isSafeInteger(number)) {
      throw new TemplateFault(`the whole number ${value} is larger than 2^53, the limit here`, line);
    }
    return number;
  }

  #items(end: string): readonly Expression[] {
    const items: Expression[] = [];
    while (!this.#isOperator(end)) {
      if (items.length > 0) this.#expectOperator(',');
      if (this.#isOperator(end)) break;
      items.push(this.#expression());
    }
    this.#next();
    return items;
  }

  #dict(line: number): Expression {
    const entries: { key: Expression; value: Expression }[] = [];
    while (!this.#isOperator('}')) {
      if (entries.length > 0) this.#expectOperator(',');
      if (this.#isOperator('}')) break;
      const key = this.#expression();
      this.#expectOperator(':');
      entries.push({ key, value: this.#expression() });
    }
    this.#next();
    return { kind: 'dict', entries, line };
  }

  #postfix(start: Expression): Expression {
    let object = start;
    for (let count = 0; ; count += 1) {
      if (count >= maxDepth) throw this.#tooDeep();
      const { line } = this.#token;
      if (this.#skipOperator('.')) object = this.#member(object);
      else if (this.#skipOperator('[')) object = this.#subscript(object, line);
      else if (this.#isOperator('('))
        object = { kind: 'call', callee: object, args: this.#arguments(), line };
      else return object;
    }
  }

  #member(object: Expression): Expression {
    const token = this.#next();
    const { line, value } = token;
    if (token.kind === 'name') return { kind: 'attribute', object, name: value, line };
    if (token.kind === 'integer') {
      return { kind: 'item', object, key: { kind: 'integer', value: this.#number(token), line }, line };
    }
    this.#at -= 1;
    throw this.#unexpected('a name or a number behind "."');
  }

  #subscript(object: Expression, line: number): Expression {
    const parts: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (this.#isOperator(':') || isTuple) {
        if (!isTuple) return this.#slice(object, null, line);
      }
      parts.push(this.#expression());
      if (!isTuple && this.#isOperator(':')) return this.#slice(object, parts[0]!, line);
      if (!this.#skipOperator(',')) break;
      isTuple = true;
      if (this.#isOperator(']')) break;
    }
    this.#expectOperator(']');
    return { kind: 'item', object, key: isTuple ? { kind: 'tuple', items: parts, line } : parts[0]!, line };
  }

  #slice(object: Expression, start: Expression | null, line: number): Expression {
    const bounds: (Expression | null)[] = [start];
    while (bounds.length < 3 && this.#skipOperator(':')) {
      bounds.push(this.#isOperator(':') || this.#isOperator(']') ? null : this.#expression());
    }
    this.#expectOperator(']');
    return { kind: 'slice', object, bounds, line };
  }

  #arguments(): Arguments {
    const positional: Expression[] = [];
    const keywords: { name: string; value: Expression }[] = [];
    let unpacked: Expression | null = null;
    let unpackedKeywords: Expression | null = null;
    const { line } = this.#expectOperator('(');
    const misplaced = () =>
      new TemplateFault('a call has its arguments in an order that is not allowed', line);
    for (let isFirst = true; !this.#isOperator(')'); isFirst = false) {
      if (!isFirst) this.#expectOperator(',');
      if (this.#isOperator(')')) break;
      if (this.#skipOperator('*')) {
        if (unpacked !== null || unpackedKeywords !== null) throw misplaced();
        unpacked = this.#expression();
      } else if (this.#skipOperator('**')) {
        if (unpackedKeywords !== null) throw misplaced();
        unpackedKeywords = this.#expression();
      } else if (this.#token.kind === 'name' && this.#isOperatorAt(this.#at + 1, '=')) {
        if (unpackedKeywords !== null) throw misplaced();
        const { value: name } = this.#next();
        this.#next();
        if (keywords.some((given) => given.name === name)) throw misplaced();
        keywords.push({ name, value: this.#expression() });
      } else {
        if (unpacked !== null || unpackedKeywords !== null || keywords.length > 0) throw misplaced();
        positional.push(this.#expression());
      }
    }
    this.#next();
    return { positional, keywords, unpacked, unpackedKeywords };
  }

  #filterOrTest(start: Expression): Expression {
    let expression = start;
    for (let count = 0; ; count += 1) {
      if (count >= maxDepth) throw this.#tooDeep();
      if (this.#isOperator('|')) expression = this.#filters(expression);
      else if (this.#isName('is')) expression = this.#test(expression);
      else if (this.#isOperator('(')) {
        const { line } = this.#token;
        expression = { kind: 'call', callee: expression, args: this.#arguments(), line };
      } else return expression;
    }
  }

  /** @param first of a filter block, whose name stands without a bar before it */
  #filters(start: Expression | null, first: Application | null = null): Expression {
    let operand = start;
    let filter = first;
    for (let count = 0; ; count += 1) {
      if (count >= maxDepth) throw this.#tooDeep();
      if (filter === null) {
        if (!this.#skipOperator('|')) return operand!;
        filter = this.#application();
      }
      operand = { kind: 'filter', operand, filter, line: filter.line };
      filter = null;
    }
  }

  #application(): Application {
    const { line } = this.#token;
    const name = this.#dottedName();
    return { name, args: this.#isOperator('(') ? this.#arguments() : noArguments, line };
  }

  #test(operand: Expression): Expression {
    const { line } = this.#next();
    const isNegated = this.#skipName('not');
    const name = this.#dottedName();
    let args = noArguments;
    if (this.#isOperator('(')) args = this.#arguments();
    else if (this.#beginsArgument()) {
      if (this.#isName('is')) throw this.#unexpected('no second test in a row');
      args = { ...noArguments, positional: [this.#postfix(this.#primary())] };
    }
    const test: Expression = { kind: 'test', operand, test: { name, args, line }, line };
    return isNegated ? { kind: 'unary', operator: 'not', operand: test, line } : test;
  }

  #beginsArgument(): boolean {
    const { kind, value } = this.#token;
    if (kind === 'name') return !['else', 'or', 'and'].includes(value);
    return (
      kind === 'text' ||
      kind === 'integer' ||
      kind === 'float' ||
      this.#isOperator('[') ||
      this.#isOperator('{')
    );
  }

  #dottedName(): string {
    let name = this.#expectKind('name').value;
    while (this.#skipOperator('.')) name += `.${this.#expectKind('name').value}`;
    return name;
  }

  get #token(): Token {
    return this.#tokens[this.#at]!;
  }

  /** The last token, which is the template's end, stays. */
  #next(): Token {
    const token = this.#token;
    if (token.kind !== 'end') this.#at += 1;
    return token;
  }

  #isOperatorAt(at: number, operator: string): boolean {
    const token = this.#tokens[at];
    return token?.kind === 'operator' && token.value === operator;
  }

  #isOperator(operator: string): boolean {
    return this.#isOperatorAt(this.#at, operator);
  }

  #skipOperator(operator: string): boolean {
    const isNext = this.#isOperator(operator);
    if (isNext) this.#at += 1;
    return isNext;
  }

  #expectOperator(operator: string): Token {
    if (!this.#isOperator(operator)) throw this.#unexpected(`"${operator}"`);
    return this.#next();
  }

  #isName(name: string): boolean {
    return this.#token.kind === 'name' && this.#token.value === name;
  }

  #skipName(name: string): boolean {
    const isNext = this.#isName(name);
    if (isNext) this.#at += 1;
    return isNext;
  }

  #expectName(name: string): void {
    if (!this.#skipName(name)) throw this.#unexpected(`"${name}"`);
  }

  #expectKind(kind: TokenKind): Token {
    if (this.#token.kind !== kind) throw this.#unexpected(kindsInWords[kind] ?? `a ${kind}`);
    return this.#next();
  }

  #endTag(): void {
    this.#expectKind('end tag');
  }

  #nested<Result>(parse: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw this.#tooDeep();
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #tooDeep(): TemplateFault {
    return new TemplateFault(
      `its expressions go more than ${maxDepth} levels deep, the limit here`,
      this.#token.line,
    );
  }

  #unexpected(expected: string): TemplateFault {
    const { kind, value, line } = this.#token;
    return new TemplateFault(`${expected} is expected, not ${kind === 'end' ? value : `"${value}"`}`, line);
  }
}

const kindsInWords: Partial<Readonly<Record<TokenKind, string>>> = { 'end print': '"}}"', 'end tag': '"%}"' };
