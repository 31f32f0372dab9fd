import { type Budget, nodeWork, turnWork } from './budget.ts';
import { filterNamed, Group, unsupportedFilters } from './filters.ts';
import { checkedMember, globalsFor } from './globals.ts';
import { LoopState } from './loop-state.ts';
import type { Machine } from './machine.ts';
import { methodOf } from './methods.ts';
import type { Application, Arguments, Expression, MacroShape, Statement, Target } from './nodes.ts';
import { Operations } from './operations.ts';
import { isStackOverflow, TemplateBudgetError, TemplateFault } from './template-errors.ts';
import { testNamed } from './value-tests.ts';
import {
  type CallArguments,
  Dict,
  Float,
  Iteration,
  isList,
  Markup,
  Namespace,
  Native,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from './values.ts';

class Scope {
  readonly #names = new Map<string, Value>();
  readonly #outer: Scope | null;

  constructor(outer: Scope | null) {
    this.#outer = outer;
  }

  find(name: string): Value | undefined {
    for (let scope: Scope | null = this; scope !== null; scope = scope.#outer) {
      const value = scope.#names.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(name: string, value: Value): void {
    this.#names.set(name, value);
  }
}

/** What ends a loop's turn early. */
type Jump = 'break' | 'continue' | null;

/** Renders the tree of a template as jinja2 does in the environment of transformers. */
export class Interpreter implements Machine {
  readonly operations: Operations;
  readonly #budget: Budget;
  readonly #root = new Scope(null);
  /** What is written now goes here. */
  #written: string[] = [];
  #depth = 0;
  /** Of the node that was begun last. */
  #line = 1;

  constructor(budget: Budget, variables: ReadonlyMap<string, Value>) {
    this.#budget = budget;
    this.operations = new Operations(budget);
    for (const [name, value] of globalsFor(this)) this.#root.set(name, value);
    for (const [name, value] of variables) this.#root.set(name, value);
  }

  /** @throws TemplateFault with its line, TemplateRefusal, TemplateBudgetError */
  render(template: readonly Statement[]): string {
    try {
      const text = this.#capture(() => this.#runAll(template, new Scope(this.#root)));
      this.#budget.checkLength(text);
      return text;
    } catch (cause) {
      if (cause instanceof TemplateFault && cause.line === null)
        throw new TemplateFault(cause.message, this.#line);
      if (isStackOverflow(cause)) throw new TemplateBudgetError('it goes too many levels deep');
      throw cause;
    }
  }

  filter(name: string, value: Value, args: CallArguments): Value {
    const filter = filterNamed(name);
    if (filter !== null) return filter(value, args, this);
    const isKnown = unsupportedFilters.has(name);
    throw new TemplateFault(
      isKnown ? `the filter "${name}" is not supported here` : `there is no filter "${name}"`,
    );
  }

  test(name: string, value: Value, args: CallArguments): boolean {
    const test = testNamed(name);
    if (test === null) throw new TemplateFault(`there is no test "${name}"`);
    return test(value, args, this.operations);
  }

  attribute(value: Value, name: string): Value | undefined {
    if (value instanceof Native)
      return Object.hasOwn(value.members, name) ? value.members[name]!() : undefined;
    if (value instanceof Namespace) return value.members.get(name);
    if (value instanceof Group && (name === 'grouper' || name === 'list')) return value[name];
    return methodOf(value, name, this.operations);
  }

  item(value: Value, key: Value): Value {
    if (value instanceof Undefined) throw this.operations.undefinedFault(value);
    if (value instanceof Markup) throw new TemplateFault('an escaped text can only be printed here');
    const item = this.#entry(value, key);
    if (item !== undefined) return item;
    const attribute = typeof key === 'string' ? this.attribute(value, key) : undefined;
    return orElse(attribute, () => missingIn(value, key));
  }

  #entry(value: Value, key: Value): Value | undefined {
    if (value instanceof Dict) {
      // What cannot be a key is in no mapping.
      return isList(key) || key instanceof Dict ? undefined : value.get(key);
    }
    const isPlace = typeof key === 'number' || typeof key === 'boolean';
    return isPlace ? this.operations.itemAt(value, Number(key)) : undefined;
  }

  /** `value.name` */
  #member(value: Value, name: string): Value {
    if (value instanceof Undefined) throw this.operations.undefinedFault(value);
    if (value instanceof Markup) throw new TemplateFault('an escaped text can only be printed here');
    const attribute = this.attribute(value, name);
    return orElse(attribute, () => orElse(this.#entry(value, name), () => missingIn(value, name)));
  }

  #capture(run: () => void): string {
    const outer = this.#written;
    this.#written = [];
    try {
      run();
      return this.#written.join('');
    } finally {
      this.#written = outer;
    }
  }

  #write(text: string): void {
    this.#budget.spend(text.length);
    this.#written.push(text);
  }

  #runAll(statements: readonly Statement[], scope: Scope): Jump {
    for (const statement of statements) {
      const jump = this.#run(statement, scope);
      if (jump !== null) return jump;
    }
    return null;
  }

  #run(statement: Statement, scope: Scope): Jump {
    this.#budget.spend(nodeWork);
    this.#line = statement.line;
    this.#budget.checkDepth(this.#depth);
    this.#depth += 1;
    const jump = this.#runNode(statement, scope);
    this.#depth -= 1;
    return jump;
  }

  #runNode(statement: Statement, scope: Scope): Jump {
    switch (statement.kind) {
      case 'data':
        this.#write(statement.text);
        return null;
      case 'print':
        this.#write(this.operations.text(this.#evaluate(statement.value, scope)));
        return null;
      case 'if': {
        const branch = statement.branches.find(({ test }) =>
          this.operations.isTrue(this.#evaluate(test, scope)),
        );
        return this.#runAll(branch?.body ?? statement.otherwise, scope);
      }
      case 'for':
        return this.#runFor(statement, scope);
      case 'set':
        this.#assign(statement.target, this.#evaluate(statement.value, scope), scope, scope);
        return null;
      case 'set block': {
        const text = this.#capture(() => this.#runAll(statement.body, new Scope(scope)));
        const value = statement.filter === null ? text : this.#filtered(statement.filter, text, scope);
        this.#assign(statement.target, value, scope, scope);
        return null;
      }
      case 'with': {
        const inner = new Scope(scope);
        for (const { target, value } of statement.assignments) {
          this.#assign(target, this.#evaluate(value, scope), inner, scope);
        }
        return this.#runAll(statement.body, inner);
      }
      case 'filter block': {
        const text = this.#capture(() => this.#runAll(statement.body, new Scope(scope)));
        this.#write(this.operations.text(this.#filtered(statement.filter, text, scope)));
        return null;
      }
      case 'generation':
        this.#runAll(statement.body, new Scope(scope));
        return null;
      case 'macro':
        scope.set(statement.macro.name, this.#macro(statement.macro, scope));
        return null;
      case 'call block': {
        const { call, caller } = statement;
        const callee = this.#evaluate(call.callee, scope);
        const args = this.#arguments(call.args, scope);
        const keywords = new Map(args.keywords).set('caller', this.#macro(caller, scope));
        this.#write(this.operations.text(this.#call(callee, { positional: args.positional, keywords })));
        return null;
      }
      case 'break':
      case 'continue':
        return statement.kind;
    }
  }

  #runFor(loop: Statement & { readonly kind: 'for' }, scope: Scope): Jump {
    this.#runLoop(loop, this.#evaluate(loop.iterable, scope), scope, 0);
    return null;
  }

  #runLoop(loop: Statement & { readonly kind: 'for' }, iterable: Value, scope: Scope, depth: number): void {
    const { operations } = this;
    const items = operations.iterate(iterable);
    const hasLength = loop.test === null && !(iterable instanceof Iteration);
    const recurse = loop.recursive
      ? ({ positional: [inner] }: CallArguments) => {
          if (inner === undefined) throw new TemplateFault('loop() needs the items to go through');
          this.#budget.checkDepth(this.#depth);
          this.#depth += 1;
          const text = this.#capture(() => this.#runLoop(loop, inner, scope, depth + 1));
          this.#depth -= 1;
          return text;
        }
      : null;
    const chosen = loop.test === null ? items : this.#chosen(loop.target, loop.test, items, scope);
    const state = new LoopState(
      operations,
      chosen,
      hasLength ? operations.length(iterable) : null,
      depth,
      recurse,
    );
    let hasFinishedTurn = false;
    while (state.advance()) {
      this.#budget.spend(turnWork);
      const inner = new Scope(scope);
      inner.set('loop', state.value);
      this.#assign(loop.target, state.current, inner, inner);
      const jump = this.#runAll(loop.body, inner);
      if (jump === 'break') break;
      if (jump === null) hasFinishedTurn = true;
    }
    // In jinja2 a turn that is broken off is as none.
    if (!hasFinishedTurn) this.#runAll(loop.otherwise, new Scope(scope));
  }

  *#chosen(target: Target, test: Expression, items: Iterable<Value>, scope: Scope): Generator<Value> {
    for (const item of items) {
      this.#budget.spend(turnWork);
      const inner = new Scope(scope);
      this.#assign(target, item, inner, inner);
      if (this.operations.isTrue(this.#evaluate(test, inner))) yield item;
    }
  }

  /** @param names where the names of members are looked for */
  #assign(target: Target, value: Value, scope: Scope, names: Scope): void {
    if (target.kind === 'name') {
      scope.set(target.name, value);
      return;
    }
    if (target.kind === 'member') {
      const namespace = names.find(target.name);
      if (!(namespace instanceof Namespace)) {
        throw new TemplateFault(`"${target.name}" is no namespace, so that its members cannot be set`);
      }
      namespace.members.set(checkedMember(target.attribute), value);
      return;
    }
    const items = this.operations.list(value);
    if (items.length !== target.items.length) {
      throw new TemplateFault(`${target.items.length} names are set to ${items.length} values`);
    }
    target.items.forEach((part, index) => {
      this.#assign(part, items[index]!, scope, names);
    });
  }

  #macro(shape: MacroShape, scope: Scope): Native {
    const { name, parameters } = shape;
    return new Native('macro', (args) => this.#callMacro(shape, args, scope), {
      name: () => name,
      arguments: () => new Tuple(parameters.map((parameter) => parameter.name)),
      caller: () => shape.reads.has('caller'),
      catch_kwargs: () => shape.reads.has('kwargs'),
      catch_varargs: () => shape.reads.has('varargs'),
    });
  }

  #callMacro({ name, parameters, body, reads }: MacroShape, args: CallArguments, outer: Scope): string {
    const scope = new Scope(outer);
    const keywords = new Map(args.keywords);
    parameters.forEach((parameter, place) => {
      let value: Value | undefined = args.positional[place];
      if (value === undefined) {
        value = keywords.get(parameter.name);
        keywords.delete(parameter.name);
      }
      if (value === undefined && parameter.fallback !== null)
        value = this.#evaluate(parameter.fallback, scope);
      scope.set(
        parameter.name,
        orElse(value, () => new Undefined(`the parameter "${parameter.name}" was not given`)),
      );
    });
    if (reads.has('caller') && !parameters.some((parameter) => parameter.name === 'caller')) {
      scope.set(
        'caller',
        orElse(keywords.get('caller'), () => new Undefined('there is no caller')),
      );
      keywords.delete('caller');
    }
    if (reads.has('kwargs')) scope.set('kwargs', Dict.of(keywords));
    else if (keywords.size > 0) {
      throw new TemplateFault(`the macro "${name}" has no parameter "${[...keywords.keys()][0]}"`);
    }
    if (reads.has('varargs')) scope.set('varargs', new Tuple(args.positional.slice(parameters.length)));
    else if (args.positional.length > parameters.length) {
      throw new TemplateFault(
        `the macro "${name}" takes ${parameters.length} arguments, not ${args.positional.length}`,
      );
    }
    return this.#capture(() => this.#runAll(body, scope));
  }

  #evaluate(node: Expression, scope: Scope): Value {
    this.#budget.spend(nodeWork);
    this.#line = node.line;
    this.#budget.checkDepth(this.#depth);
    this.#depth += 1;
    const value = this.#evaluateNode(node, scope);
    this.#depth -= 1;
    return value;
  }

  #evaluateNode(node: Expression, scope: Scope): Value {
    switch (node.kind) {
      case 'text':
      case 'integer':
      case 'constant':
        return node.value;
      case 'float':
        return new Float(node.value);
      case 'name':
        return orElse(scope.find(node.name), () => new Undefined(`"${node.name}" is undefined`));
      case 'list':
        return this.#evaluateAll(node.items, scope);
      case 'tuple':
        return new Tuple(this.#evaluateAll(node.items, scope));
      case 'dict':
        return Dict.of(
          node.entries.map(
            ({ key, value }) => [this.#evaluate(key, scope), this.#evaluate(value, scope)] as const,
          ),
        );
      case 'attribute':
        return this.#member(this.#evaluate(node.object, scope), node.name);
      case 'item': {
        const object = this.#evaluate(node.object, scope);
        return this.item(object, this.#evaluate(node.key, scope));
      }
      case 'slice': {
        const object = this.#evaluate(node.object, scope);
        const bounds = node.bounds.map((bound) => (bound === null ? null : this.#evaluate(bound, scope)));
        return this.operations.slice(object, bounds);
      }
      case 'call': {
        const callee = this.#evaluate(node.callee, scope);
        return this.#call(callee, this.#arguments(node.args, scope));
      }
      case 'filter':
        return this.#filtered(node, null, scope);
      case 'test': {
        const operand = this.#evaluate(node.operand, scope);
        return this.test(node.test.name, operand, this.#arguments(node.test.args, scope));
      }
      case 'unary':
        return this.operations.unary(node.operator, this.#evaluate(node.operand, scope));
      case 'binary': {
        const left = this.#evaluate(node.left, scope);
        return this.operations.binary(node.operator, left, this.#evaluate(node.right, scope));
      }
      case 'and':
      case 'or': {
        const left = this.#evaluate(node.left, scope);
        return this.operations.isTrue(left) === (node.kind === 'or')
          ? left
          : this.#evaluate(node.right, scope);
      }
      case 'concat':
        return this.#concat(this.#evaluateAll(node.parts, scope));
      case 'compare': {
        let left = this.#evaluate(node.first, scope);
        for (const { operator, operand } of node.rest) {
          const right = this.#evaluate(operand, scope);
          if (!this.operations.compare(operator, left, right)) return false;
          left = right;
        }
        return true;
      }
      case 'choice':
        if (this.operations.isTrue(this.#evaluate(node.test, scope)))
          return this.#evaluate(node.value, scope);
        return node.otherwise === null
          ? new Undefined('a condition is false and has no "else"')
          : this.#evaluate(node.otherwise, scope);
    }
  }

  #evaluateAll(nodes: readonly Expression[], scope: Scope): readonly Value[] {
    return nodes.map((node) => this.#evaluate(node, scope));
  }

  #concat(parts: readonly Value[]): Value {
    const isMarkup = parts.some((part) => part instanceof Markup);
    const texts = parts.map((part) =>
      this.operations.text(
        isMarkup && !(part instanceof Markup) ? this.filter('escape', part, noArguments) : part,
      ),
    );
    this.#budget.spend(texts.reduce((sum, text) => sum + text.length, 0));
    return isMarkup ? new Markup(texts.join('')) : texts.join('');
  }

  /** @param body what the innermost filter of a filter block is given */
  #filtered(node: Expression, body: string | null, scope: Scope): Value {
    if (node.kind !== 'filter') return this.#evaluate(node, scope);
    const { operand, filter } = node;
    const value = operand === null ? body! : this.#filtered(operand, body, scope);
    const args = this.#arguments(filter.args, scope);
    this.#enter(filter);
    return this.filter(filter.name, value, args);
  }

  #enter({ line }: Application): void {
    this.#budget.spend(nodeWork);
    this.#line = line;
  }

  #arguments(args: Arguments, scope: Scope): CallArguments {
    const positional = [...this.#evaluateAll(args.positional, scope)];
    const keywords = new Map(
      args.keywords.map(({ name, value }) => [name, this.#evaluate(value, scope)] as const),
    );
    if (args.unpacked !== null)
      positional.push(...this.operations.list(this.#evaluate(args.unpacked, scope)));
    if (args.unpackedKeywords !== null) {
      const mapping = this.#evaluate(args.unpackedKeywords, scope);
      if (!(mapping instanceof Dict)) throw new TemplateFault(`"**" takes a mapping, not ${typeOf(mapping)}`);
      for (const [key, value] of mapping.entries()) {
        if (typeof key !== 'string' || keywords.has(key)) {
          throw new TemplateFault('"**" gives an argument that is given already, or whose name is no text');
        }
        keywords.set(key, value);
      }
    }
    return { positional, keywords };
  }

  #call(callee: Value, args: CallArguments): Value {
    if (callee instanceof Undefined) throw this.operations.undefinedFault(callee);
    if (!(callee instanceof Native) || callee.call === null) {
      throw new TemplateFault(`a value of type ${typeOf(callee)} cannot be called`);
    }
    return callee.call(args);
  }
}

/** None is a value, so that `??` does not do. */
const orElse = (value: Value | undefined, other: () => Value): Value =>
  value === undefined ? other() : value;

const missingIn = (value: Value, key: Value): Undefined =>
  new Undefined(
    typeof key === 'string'
      ? `a value of type ${typeOf(value)} has no member "${key}"`
      : `a value of type ${typeOf(value)} has no such item`,
  );

const noArguments: CallArguments = { positional: [], keywords: new Map() };
