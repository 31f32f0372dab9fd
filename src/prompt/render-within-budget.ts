import { Environment, Interpreter, Template } from '@huggingface/jinja';
import { stripFunctions } from './strip-characters.ts';

/** Work that every template may do, whatever it is given. One unit is about the time in which a character is copied. */
export const baseWork = 2 ** 26;
/** What a character of the conversation adds: templates look at each many times. */
const workPerCharacter = 256;
/** What a template may write: its own words, which have a few thousand characters, and the conversation a few times. */
const baseLength = 2 ** 15;
const lengthPerCharacter = 16;
/** Of evaluating one node. */
const nodeWork = 64;
/** Of an element of a list, or an entry of a mapping. */
const elementWork = 8;
/** Of an element that becomes a value of its own. */
const objectWork = 64;
/** Of a turn of a loop, before its body: the library makes a scope and ten values for each. */
const turnWork = 256;
/** Of a scope that a name is looked for in. */
const scopeWork = 16;
/** Of a method: the library makes all of a value's for the first that is asked for. */
const methodWork = 512;
/** Expressions, blocks and macros inside one another. The largest published templates need about 60. */
const maxDepth = 500;

/** A template wants more than rendering may take. Its message names the limit. */
export class TemplateBudgetError extends Error {}

type Value = ReturnType<Interpreter['evaluate']>;
type Scope = Parameters<Interpreter['evaluate']>[1];
type Call = (args: Value[], scope: Scope) => Value;
type Keywords = ReadonlyMap<string, Value>;

/** A node of the parsed template, as far as it is looked at here. */
interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/**
 * Renders a parsed template as the library does, but counts the work first, so that no template can keep the thread busy
 * or fill the memory: a loop over a billion numbers ends as soon as a text of a gigabyte.
 * @throws TemplateBudgetError; what the template raises itself, and what the library throws for faults in it
 */
export function renderWithinBudget(
  program: Template['parsed'],
  variables: Readonly<Record<string, unknown>>,
): string {
  const given = charactersIn(variables);
  const budget = new Budget(baseWork + workPerCharacter * given);
  const globals = new Environment();
  for (const [name, value] of Object.entries({ ...constants, ...functionsWithin(budget), ...variables })) {
    globals.set(name, value);
  }
  const text = textOf(new BudgetedInterpreter(globals, program, budget).run(program)) ?? '';
  const maxLength = baseLength + lengthPerCharacter * given;
  if (text.length > maxLength) {
    throw new TemplateBudgetError(`it writes ${text.length} characters; the limit here is ${maxLength}`);
  }
  return text;
}

class Budget {
  readonly #limit: number;
  #left: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#left = limit;
  }

  spend(work: number): void {
    if (work > 0) this.#left -= work;
    if (this.#left < 0) {
      throw new TemplateBudgetError(`it takes more than ${this.#limit} units of work, the limit here`);
    }
  }
}

/** As in the library, which sets them in `Template.render` alone. */
const constants = { true: true, false: false, none: null, True: true, False: false, None: null };

function functionsWithin(budget: Budget) {
  return {
    raise_exception: (reason: unknown) => {
      throw new Error(typeof reason === 'object' ? 'it raised an exception without a text' : String(reason));
    },
    range: (first: number, second?: number, step = 1): number[] => {
      if (![first, second ?? 0, step].every((value) => typeof value === 'number')) {
        throw new Error('range() takes numbers');
      }
      if (step === 0) throw new Error('range() step must not be zero');
      const [start, stop] = second === undefined ? [0, first] : [first, second];
      const length = Math.max(0, Math.ceil((stop - start) / step)) || 0;
      budget.spend(length * objectWork);
      return Array.from({ length }, (_, index) => start + index * step);
    },
    strftime_now: (format: string): string => {
      if (typeof format !== 'string') throw new Error('strftime_now() takes a text');
      budget.spend(format.length * objectWork);
      return timeNow(format);
    },
    ...Object.fromEntries(
      Object.entries(stripFunctions).map(([name, strip]) => [
        name,
        (text: unknown, characters: unknown): string => {
          if (typeof text === 'string') budget.spend(elementWork * text.length);
          return strip(text, characters);
        },
      ]),
    ),
  };
}

/** The library's own, which it does not export: a template hands it out. */
function timeNow(format: string): string {
  let text = '';
  const take = (given: string) => {
    text = given;
  };
  new Template('{{ take(strftime_now(format)) }}').render({ take, format });
  return text;
}

class BudgetedInterpreter extends Interpreter {
  readonly #budget: Budget;
  /** Nodes whose values become text where they stand. */
  readonly #printed = new WeakSet<object>();
  readonly #sizes = new WeakMap<object, number>();
  #depth = 0;

  constructor(globals: Scope, program: Template['parsed'], budget: Budget) {
    super(globals);
    this.#budget = budget;
    this.#collectPrinted(program);
  }

  override evaluate(statement: Parameters<Interpreter['evaluate']>[0], scope: Scope): Value {
    const node = statement as unknown as Node | undefined;
    if (node?.type === 'Value') return node.value as Value;
    if (this.#depth >= maxDepth) {
      throw new TemplateBudgetError(
        `its expressions and macros go more than ${maxDepth} levels deep, the limit here`,
      );
    }
    this.#budget.spend(nodeWork);
    this.#depth += 1;
    try {
      const value = node === undefined ? this.#combine(node, scope) : this.#evaluateNode(node, scope);
      if (node !== undefined && this.#printed.has(node)) this.#expand(value);
      return value;
    } finally {
      this.#depth -= 1;
    }
  }

  /** Values of a node's parts first, what it takes to put them together next; the library puts them together. */
  #evaluateNode(node: Node, scope: Scope): Value {
    switch (node.type) {
      case 'Identifier':
        for (let at: Scope | undefined = scope; at !== undefined; at = at.parent)
          this.#budget.spend(scopeWork);
        return this.#combine(node, scope);
      case 'MemberExpression':
        return this.#member(node, scope);
      case 'BinaryExpression':
        return this.#binary(node, scope);
      case 'FilterExpression':
        return this.#filter(node, scope);
      case 'FilterStatement': {
        const operand = { type: 'Program', body: node.body };
        return this.#filter({ type: 'FilterExpression', operand, filter: node.filter }, scope);
      }
      case 'TestExpression': {
        const operand = this.#part(node.operand, scope);
        this.#budget.spend(textOf(operand)?.length ?? 0);
        return this.#combine({ ...node, operand: valueNode(operand) }, scope);
      }
      case 'For':
        return this.#loop(node, scope);
      case 'Macro':
      case 'CallStatement':
        // The library looks through the whole body each time.
        this.#budget.spend(this.#sizeOf(node));
        return this.#made(this.#combine(node, scope));
      case 'CallExpression':
      case 'ArrayLiteral':
      case 'TupleLiteral':
      case 'ObjectLiteral':
        return this.#made(this.#combine(node, scope));
      default:
        return this.#combine(node, scope);
    }
  }

  #combine(node: Node | undefined, scope: Scope): Value {
    return super.evaluate(node as unknown as Parameters<Interpreter['evaluate']>[0], scope);
  }

  #part(node: unknown, scope: Scope): Value {
    return this.evaluate(node as Parameters<Interpreter['evaluate']>[0], scope);
  }

  #made(value: Value): Value {
    this.#budget.spend(textOf(value)?.length ?? elementWork * elementsOf(value));
    return value;
  }

  #member(node: Node, scope: Scope): Value {
    const object = this.#part(node.object, scope);
    const isSlice = (node.property as Node).type === 'SliceExpression';
    if (isSlice) this.#budget.spend(elementWork * (textOf(object)?.length ?? elementsOf(object)));
    const value = this.#combine({ ...node, object: valueNode(object) }, scope);
    if (value.type !== 'FunctionValue') return value;
    this.#budget.spend(methodWork);
    const property = node.computed ? textOf(this.#part(node.property, scope)) : (node.property as Node).value;
    return this.#method(value, object, String(property));
  }

  /** The same function, but counted before it is called, by whatever way. */
  #method(method: Value, object: Value, name: string): Value {
    const call = method.value as Call;
    const counted: Call = (args, scope) => {
      const last = args.at(-1);
      const isNamed = last?.type === 'KeywordArgumentsValue';
      const keywords: Keywords = isNamed ? (last.value as Map<string, Value>) : new Map();
      this.#spendOn(name, object, isNamed ? args.slice(0, -1) : args, keywords);
      return call(args, scope);
    };
    return new (method.constructor as new (call: Call) => Value)(counted);
  }

  #binary(node: Node, scope: Scope): Value {
    const operator = (node.operator as { readonly value: string }).value;
    const left = this.#part(node.left, scope);
    if (operator === 'and' || operator === 'or')
      return this.#combine({ ...node, left: valueNode(left) }, scope);
    const right = this.#part(node.right, scope);
    const [leftText, rightText] = [textOf(left), textOf(right)];
    if (operator.endsWith('in')) {
      if (rightText !== null) this.#search(rightText, leftText ?? '');
      else this.#budget.spend(elementsOf(right) * (1 + (leftText ?? '').length));
    } else {
      // Lists and mappings become text where they meet one; texts of equal length are compared to their ends.
      const isJoined = leftText !== null || rightText !== null || operator === '~';
      for (const operand of isJoined || !isContainer(left) || !isContainer(right) ? [left, right] : []) {
        if (isContainer(operand)) this.#expand(operand);
      }
      if (leftText?.length === rightText?.length) this.#budget.spend(leftText?.length ?? 0);
    }
    return this.#made(this.#combine({ ...node, left: valueNode(left), right: valueNode(right) }, scope));
  }

  #filter(node: Node, scope: Scope): Value {
    const operand = this.#part(node.operand, scope);
    const filter = node.filter as Node;
    if (filter.type !== 'CallExpression') {
      this.#spendOn(String(filter.value), operand, [], new Map());
      return this.#made(this.#combine({ ...node, operand: valueNode(operand) }, scope));
    }
    const { nodes, positional, keywords } = this.#arguments(filter.args as readonly Node[], scope);
    this.#spendOn(String((filter.callee as Node).value), operand, positional, keywords);
    const counted = { ...node, operand: valueNode(operand), filter: { ...filter, args: nodes } };
    return this.#made(this.#combine(counted, scope));
  }

  /** Positional ones first, as in the library. Literals stay what they are: some filters insist on them. */
  #arguments(args: readonly Node[], scope: Scope) {
    const isNamed = ({ type }: Node) => type.startsWith('Keyword');
    const positional = args
      .filter((arg) => !isNamed(arg))
      .flatMap((arg) => {
        if (arg.type !== 'SpreadExpression') return [{ node: arg, value: this.#part(arg, scope) }];
        const value = this.#part(arg.argument, scope);
        return itemsOf(value).map((item) => ({ node: valueNode(item), value: item }));
      });
    const keywords = new Map<string, Value>();
    for (const arg of args.filter(isNamed)) {
      if (arg.type === 'KeywordArgumentExpression') {
        keywords.set(String((arg.key as Node).value), this.#part(arg.value, scope));
        continue;
      }
      const spread = this.#part(arg.argument, scope);
      for (const [name, value] of entriesOf(spread)) keywords.set(name, value);
    }
    const nodes = [
      ...positional.map(({ node, value }) => (node.type === 'StringLiteral' ? node : valueNode(value))),
      ...[...keywords].map(([name, value]) => ({
        type: 'KeywordArgumentExpression',
        key: { type: 'Identifier', value: name },
        value: valueNode(value),
      })),
    ];
    return { nodes, positional: positional.map(({ value }) => value), keywords };
  }

  #loop(node: Node, scope: Scope): Value {
    const iterable = node.iterable as Node;
    const isFiltered = iterable.type === 'SelectExpression';
    const items = this.#part(isFiltered ? iterable.lhs : iterable, scope);
    this.#budget.spend(turnWork * elementsOf(items));
    const counted = isFiltered ? { ...iterable, lhs: valueNode(items) } : valueNode(items);
    return this.#made(this.#combine({ ...node, iterable: counted }, scope));
  }

  /** What a filter or a method takes beyond its value, which is counted when it is there. */
  #spendOn(name: string, operand: Value, positional: readonly Value[], keywords: Keywords): void {
    const args = [...positional, ...keywords.values()];
    const argumentCharacters = args.reduce(
      (sum, arg) => itemsOf(arg).reduce((all, item) => all + (textOf(item)?.length ?? 0), sum),
      args.reduce((sum, arg) => sum + (textOf(arg)?.length ?? 0), 0),
    );
    const width = Math.max(0, ...args.map((arg) => (typeof arg.value === 'number' ? arg.value : 0)));
    const text = textOf(operand);
    if (text === null) {
      const isSorted = name === 'sort' || name === 'dictsort';
      const elements = elementsOf(operand);
      this.#budget.spend(elements * (elementWork + argumentCharacters) * (isSorted ? 32 : 1));
      const isExpanded = ['tojson', 'string', 'join'].includes(name);
      // The tests that look at every character of an attribute.
      const looksAtText = args.some((arg) => ['lower', 'upper'].includes(textOf(arg) ?? ''));
      if (isExpanded) this.#expand(operand, { width, perNode: argumentCharacters });
      else if (isSorted || looksAtText) this.#expand(operand, { factor: 32 });
      return;
    }
    const [sought, replacement] = positional.map((arg) => textOf(arg) ?? '');
    this.#budget.spend(text.length);
    if (name === 'replace') {
      this.#budget.spend(this.#count(text, sought ?? '') * (replacement ?? '').length);
    } else if (name === 'split') {
      this.#budget.spend(objectWork * (sought ? this.#count(text, sought) : text.length / 2));
    } else if (name === 'join') {
      this.#budget.spend(text.length * (elementWork + argumentCharacters));
    } else if (name === 'indent') {
      this.#budget.spend(this.#count(text, '\n') * width);
    } else if (name === 'tojson') {
      this.#budget.spend(text.length * elementWork);
    } else if (name === 'startswith' || name === 'endswith') {
      this.#budget.spend(args.reduce((sum, arg) => sum + elementsOf(arg), 0) * text.length);
    }
  }

  /** One more than the times that `sought` stands in `text`. */
  #count(text: string, sought: string): number {
    if (sought === '') return text.length + 2;
    this.#search(text, sought);
    let count = 1;
    for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + sought.length)) count += 1;
    return count;
  }

  /** In the worst text every place looks like the beginning of what is sought. */
  #search(text: string, sought: string): void {
    this.#budget.spend(text.length * (1 + Math.min(sought.length, text.length) / 16));
  }

  /** Counts what a value is as text. Lists that hold one list twice double it with every level. */
  #expand(value: Value, { factor = 1, width = 0, perNode = 0 } = {}, depth = 1): void {
    if (depth > maxDepth) throw new TemplateBudgetError(`its values go more than ${maxDepth} levels deep`);
    this.#budget.spend(factor * (elementWork + width * depth + perNode + (textOf(value)?.length ?? 0)));
    for (const item of itemsOf(value)) this.#expand(item, { factor, width, perNode }, depth + 1);
    for (const [key, item] of entriesOf(value)) {
      this.#budget.spend(factor * key.length);
      this.#expand(item, { factor, width, perNode }, depth + 1);
    }
  }

  #collectPrinted(node: unknown): void {
    if (typeof node !== 'object' || node === null) return;
    for (const [field, part] of node instanceof Map ? [...node].entries() : Object.entries(node)) {
      const isBlock = field === 'body' || field === 'alternate' || field === 'defaultBlock';
      if (isBlock && Array.isArray(part)) for (const statement of part) this.#printed.add(statement);
      this.#collectPrinted(part);
    }
  }

  #sizeOf(node: object): number {
    const known = this.#sizes.get(node);
    if (known !== undefined) return known;
    const parts = node instanceof Map ? [...node].flat() : Object.values(node);
    const size = parts.reduce((sum: number, part) => sum + (isObject(part) ? this.#sizeOf(part) : 1), 1);
    this.#sizes.set(node, size);
    return size;
  }
}

/** A node that is a value already. */
const valueNode = (value: Value): Node => ({ type: 'Value', value });

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const textOf = (value: Value): string | null => (value.type === 'StringValue' ? String(value.value) : null);

const isContainer = ({ value }: Value): boolean => Array.isArray(value) || value instanceof Map;

const elementsOf = ({ value }: Value): number =>
  Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0;

const itemsOf = ({ value }: Value): readonly Value[] => (Array.isArray(value) ? value : []);

const entriesOf = ({ value }: Value): Iterable<readonly [string, Value]> =>
  value instanceof Map ? (value as Map<string, Value>) : [];

function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (!isObject(value)) return 1;
  return Object.entries(value).reduce((sum, [key, part]) => sum + key.length + charactersIn(part), 1);
}
