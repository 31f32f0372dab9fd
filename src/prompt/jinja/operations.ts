import { type Budget, elementWork, writeWork } from './budget.ts';
import { formatWithPercent } from './format-text.ts';
import type { BinaryOperator, CompareOperator, UnaryOperator } from './nodes.ts';
import { compareTexts, floatText, joined, lengthOf, pointsOf, textLiteral } from './python-text.ts';
import { TemplateFault } from './template-errors.ts';
import {
  Dict,
  DictView,
  Float,
  Iteration,
  int,
  isList,
  isNumeric,
  Markup,
  Namespace,
  Native,
  numberOf,
  Range,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from './values.ts';

/** What Python does with values, counted by a budget. */
export class Operations {
  readonly budget: Budget;

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** `str(value)` */
  text(value: Value): string {
    if (typeof value === 'string') return value;
    if (value instanceof Undefined) return '';
    if (value instanceof Markup) return value.html;
    return this.literal(value);
  }

  /** `repr(value)` */
  literal(value: Value, depth = 0): string {
    this.budget.checkDepth(depth);
    this.budget.spend(writeWork);
    if (typeof value === 'string') {
      this.budget.spend(value.length);
      return textLiteral(value);
    }
    if (typeof value === 'number') return String(value);
    if (typeof value === 'boolean') return value ? 'True' : 'False';
    if (value === null) return 'None';
    if (value instanceof Float) return floatText(value.value);
    if (value instanceof Undefined) return 'Undefined';
    const literals = (items: Iterable<Value>) =>
      Array.from(items, (item) => this.literal(item, depth + 1)).join(', ');
    if (isList(value)) return `[${literals(value)}]`;
    if (value instanceof Tuple) {
      return value.items.length === 1 ? `(${literals(value.items)},)` : `(${literals(value.items)})`;
    }
    if (value instanceof Dict) {
      const entries = Array.from(
        value.entries(),
        ([key, item]) => `${this.literal(key, depth + 1)}: ${this.literal(item, depth + 1)}`,
      );
      return `{${entries.join(', ')}}`;
    }
    if (value instanceof DictView) return `dict_${value.part}([${literals(value.items())}])`;
    if (value instanceof Range) {
      const { start, stop, step } = value;
      return step === 1 ? `range(${start}, ${stop})` : `range(${start}, ${stop}, ${step})`;
    }
    // Python prints an address.
    throw new TemplateFault(`a value of type ${typeOf(value)} cannot be printed`);
  }

  isTrue(value: Value): boolean {
    if (value === null || value instanceof Undefined) return false;
    if (typeof value === 'string') return value !== '';
    if (isNumeric(value)) return numberOf(value) !== 0;
    if (value instanceof Markup) return value.html !== '';
    if (isList(value)) return value.length > 0;
    if (value instanceof Tuple) return value.items.length > 0;
    if (value instanceof Dict) return value.size > 0;
    if (value instanceof DictView) return value.dict.size > 0;
    if (value instanceof Range) return value.length > 0;
    return true;
  }

  /** `len(value)` */
  length(value: Value): number {
    if (value instanceof Markup) return lengthOf(value.html);
    if (typeof value === 'string') return lengthOf(value);
    if (isList(value)) return value.length;
    if (value instanceof Tuple) return value.items.length;
    if (value instanceof Dict) return value.size;
    if (value instanceof DictView) return value.dict.size;
    if (value instanceof Range) return value.length;
    if (value instanceof Undefined) return 0;
    throw new TemplateFault(`a value of type ${typeOf(value)} has no length`);
  }

  isIterable(value: Value): boolean {
    return !(value === null || isNumeric(value) || value instanceof Native || value instanceof Namespace);
  }

  iterate(value: Value): Iterable<Value> {
    if (typeof value === 'string') {
      this.budget.spend(value.length * elementWork);
      return Array.from(value);
    }
    if (value instanceof Markup) return this.iterate(value.html);
    if (isList(value)) return value;
    if (value instanceof Tuple) return value.items;
    if (value instanceof Dict) return new DictView(value, 'keys').items();
    if (value instanceof DictView || value instanceof Range) return value.items();
    if (value instanceof Iteration) return value;
    if (value instanceof Undefined) return [];
    throw new TemplateFault(`a value of type ${typeOf(value)} cannot be iterated`);
  }

  /** `list(value)` */
  list(value: Value): readonly Value[] {
    const items: Value[] = [];
    for (const item of this.iterate(value)) {
      this.budget.spend(elementWork);
      items.push(item);
    }
    return items;
  }

  equals(left: Value, right: Value, depth = 0): boolean {
    this.budget.checkDepth(depth);
    this.budget.spend(2 * elementWork);
    // As in Python, what is one object is equal.
    if (left === right) return true;
    if (left instanceof Markup) return this.equals(left.html, right, depth + 1);
    if (typeof left === 'string') {
      if (right instanceof Markup) return left === right.html;
      if (typeof right !== 'string') return false;
      if (left.length === right.length) this.budget.spend(left.length / 16);
      return left === right;
    }
    if (isNumeric(left)) return isNumeric(right) && numberOf(left) === numberOf(right);
    if (left instanceof Undefined) return right instanceof Undefined;
    if (isList(left)) return isList(right) && this.#equalItems(left, right, depth);
    if (left instanceof Tuple)
      return right instanceof Tuple && this.#equalItems(left.items, right.items, depth);
    if (left instanceof Range) {
      return (
        right instanceof Range &&
        left.length === right.length &&
        (left.length === 0 || (left.start === right.start && (left.length === 1 || left.step === right.step)))
      );
    }
    if (left instanceof Dict) {
      if (!(right instanceof Dict) || left.size !== right.size) return false;
      for (const [key, value] of left.entries()) {
        const other = right.get(key);
        if (other === undefined || !this.equals(value, other, depth + 1)) return false;
      }
      return true;
    }
    if (left instanceof DictView && right instanceof DictView && left.part !== 'values') {
      throw new TemplateFault('comparing the keys or items of mappings is not supported here');
    }
    return left === right;
  }

  #equalItems(left: readonly Value[], right: readonly Value[], depth: number): boolean {
    return (
      left.length === right.length && left.every((item, index) => this.equals(item, right[index]!, depth + 1))
    );
  }

  /** -1, 0 or 1; NaN where neither comes first. */
  order(left: Value, right: Value, operator = '<', depth = 0): number {
    this.budget.checkDepth(depth);
    this.budget.spend(elementWork);
    if (typeof left === 'string' && typeof right === 'string') {
      this.budget.spend(Math.min(left.length, right.length) / 4);
      return compareTexts(left, right);
    }
    if (isNumeric(left) && isNumeric(right)) {
      const [a, b] = [numberOf(left), numberOf(right)];
      return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN;
    }
    const lists =
      isList(left) && isList(right)
        ? [left, right]
        : left instanceof Tuple && right instanceof Tuple
          ? [left.items, right.items]
          : null;
    if (lists === null) {
      this.#refuseUndefined(left, right);
      throw new TemplateFault(`"${operator}" does not compare ${typeOf(left)} with ${typeOf(right)}`);
    }
    const [lefts, rights] = lists as [readonly Value[], readonly Value[]];
    for (let index = 0; index < lefts.length && index < rights.length; index += 1) {
      const [a, b] = [lefts[index]!, rights[index]!];
      if (!this.equals(a, b, depth + 1)) return this.order(a, b, operator, depth + 1);
    }
    return Math.sign(lefts.length - rights.length);
  }

  contains(container: Value, item: Value): boolean {
    if (typeof container === 'string') {
      if (item instanceof Markup) return this.contains(container, item.html);
      if (typeof item !== 'string') {
        throw new TemplateFault(`"in" seeks a text in a text, not a value of type ${typeOf(item)}`);
      }
      this.budget.spendOnSearch(container, item);
      return container.includes(item);
    }
    if (container instanceof Dict) return container.get(item) !== undefined;
    if (container instanceof DictView && container.part === 'keys') {
      return container.dict.get(item) !== undefined;
    }
    for (const other of this.iterate(container)) if (this.equals(other, item)) return true;
    return false;
  }

  compare(operator: CompareOperator, left: Value, right: Value): boolean {
    switch (operator) {
      case '==':
        return this.equals(left, right);
      case '!=':
        return !this.equals(left, right);
      case 'in':
        return this.contains(right, left);
      case 'not in':
        return !this.contains(right, left);
      case '<':
        return this.order(left, right, operator) < 0;
      case '<=':
        return this.order(left, right, operator) <= 0;
      case '>':
        return this.order(left, right, operator) > 0;
      case '>=':
        return this.order(left, right, operator) >= 0;
    }
  }

  unary(operator: UnaryOperator, operand: Value): Value {
    if (operator === 'not') return !this.isTrue(operand);
    if (operand instanceof Float) return operator === '-' ? new Float(-operand.value) : operand;
    if (isNumeric(operand)) return int(operator === '-' ? -numberOf(operand) : numberOf(operand));
    this.#refuseUndefined(operand);
    throw new TemplateFault(`"${operator}" takes a number, not a value of type ${typeOf(operand)}`);
  }

  binary(operator: BinaryOperator, left: Value, right: Value): Value {
    if (isNumeric(left) && isNumeric(right)) return calculate(operator, left, right);
    // A text before "%" takes anything, undefined values too.
    if (operator === '%' && typeof left === 'string') return formatWithPercent(this, left, right);
    this.#refuseUndefined(left, right);
    if (operator === '+') {
      if (typeof left === 'string' && typeof right === 'string') {
        this.budget.spend(left.length + right.length);
        return left + right;
      }
      if (isList(left) && isList(right)) {
        this.budget.spend(elementWork * (left.length + right.length));
        return [...left, ...right];
      }
      if (left instanceof Tuple && right instanceof Tuple) {
        this.budget.spend(elementWork * (left.items.length + right.items.length));
        return new Tuple([...left.items, ...right.items]);
      }
    }
    if (operator === '*') {
      if (isCount(right)) return this.#repeat(left, right, right);
      if (isCount(left)) return this.#repeat(right, left, right);
    }
    throw new TemplateFault(`"${operator}" does not take ${typeOf(left)} and ${typeOf(right)}`);
  }

  #repeat(value: Value, times: number | boolean, right: Value): Value {
    const count = Math.max(0, Number(times));
    if (typeof value === 'string') {
      this.budget.spend(value.length * count);
      return value.repeat(count);
    }
    const items = isList(value) ? value : value instanceof Tuple ? value.items : null;
    if (items === null) {
      throw new TemplateFault(
        `"*" does not take ${typeOf(value)} and ${typeOf(value === right ? times : right)}`,
      );
    }
    this.budget.spend(elementWork * items.length * count);
    const repeated = Array.from({ length: count }, () => items).flat();
    return isList(value) ? repeated : new Tuple(repeated);
  }

  /** `value[start:stop:step]` */
  slice(value: Value, bounds: readonly (Value | undefined)[]): Value {
    if (value instanceof Undefined) throw this.undefinedFault(value);
    const numbers = bounds.map((bound) => {
      if (bound === undefined || bound === null) return null;
      if (!isCount(bound)) throw new TemplateFault(`a slice takes whole numbers, not ${typeOf(bound)}`);
      return Number(bound);
    });
    const [start = null, stop = null, step = null] = numbers;
    if (step === 0) throw new TemplateFault('the step of a slice cannot be 0');
    const take = <Item>(items: { readonly length: number; readonly [index: number]: Item }): Item[] => {
      const [first, end] = sliceBounds(items.length, start, stop, step ?? 1);
      const taken = Math.max(0, Math.ceil((end - first) / (step ?? 1)));
      this.budget.spend(elementWork * taken);
      return Array.from({ length: taken }, (_, index) => items[first + index * (step ?? 1)]!);
    };
    if (typeof value === 'string') {
      this.budget.spend(value.length);
      const points = pointsOf(value);
      if (typeof points === 'string' && (step ?? 1) === 1) {
        return points.slice(clamp(start ?? 0, points.length), clamp(stop ?? points.length, points.length));
      }
      return joined(take(points as ArrayLike<string>));
    }
    if (isList(value)) return take(value);
    if (value instanceof Tuple) return new Tuple(take(value.items));
    if (value instanceof Range) {
      const [first, end] = sliceBounds(value.length, start, stop, step ?? 1);
      return new Range(value.at(first), value.at(end), value.step * (step ?? 1));
    }
    throw new TemplateFault(`a value of type ${typeOf(value)} has no slices`);
  }

  /** The item at a place, counted from the end below 0. */
  itemAt(value: Value, place: number): Value | undefined {
    if (typeof value === 'string') {
      this.budget.spend(value.length / 16);
      return pointsOf(value).at(place);
    }
    if (isList(value)) return value.at(place);
    if (value instanceof Tuple) return value.items.at(place);
    if (value instanceof Range) {
      const index = place < 0 ? place + value.length : place;
      return index >= 0 && index < value.length ? value.at(index) : undefined;
    }
    return undefined;
  }

  undefinedFault(value: Undefined): TemplateFault {
    return new TemplateFault(value.reason);
  }

  #refuseUndefined(...operands: readonly Value[]): void {
    for (const operand of operands) {
      if (operand instanceof Undefined) throw this.undefinedFault(operand);
      if (operand instanceof Markup) throw new TemplateFault('an escaped text can only be printed here');
    }
  }
}

const isCount = (value: Value): value is number | boolean =>
  typeof value === 'number' || typeof value === 'boolean';

const clamp = (place: number, length: number): number =>
  place < 0 ? Math.max(0, place + length) : Math.min(place, length);

/** The first place and the one where it ends. */
function sliceBounds(
  length: number,
  start: number | null,
  stop: number | null,
  step: number,
): readonly [first: number, end: number] {
  if (step > 0) return [clamp(start ?? 0, length), clamp(stop ?? length, length)];
  const limit = (place: number) => (place < 0 ? Math.max(-1, place + length) : Math.min(place, length - 1));
  return [start === null ? length - 1 : limit(start), stop === null ? -1 : limit(stop)];
}

function calculate(
  operator: BinaryOperator,
  left: number | boolean | Float,
  right: number | boolean | Float,
): number | Float {
  const [a, b] = [numberOf(left), numberOf(right)];
  const isFloat = left instanceof Float || right instanceof Float;
  const made = (value: number) => (isFloat ? new Float(value) : int(value));
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%')) {
    throw new TemplateFault(`"${operator}" divides by zero`);
  }
  switch (operator) {
    case '+':
      return made(a + b);
    case '-':
      return made(a - b);
    case '*':
      return made(a * b);
    case '/':
      return new Float(a / b);
    case '//':
      return made(isFloat ? floorDivide(a, b) : floorDivideWhole(a, b));
    case '%':
      return made(modulo(a, b));
    case '**':
      return power(a, b, isFloat);
  }
}

/** The remainder with the sign of the divisor. */
function modulo(a: number, b: number): number {
  const remainder = a % b;
  if (remainder === 0) return b < 0 ? -0 : 0;
  return remainder < 0 !== b < 0 ? remainder + b : remainder;
}

/** As CPython computes it: from the remainder, and not from the rounded quotient. */
function floorDivide(a: number, b: number): number {
  const remainder = a % b;
  const quotient = (a - remainder) / b - (remainder !== 0 && remainder < 0 !== b < 0 ? 1 : 0);
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** Of whole numbers, where a difference could be rounded. */
const floorDivideWhole = (a: number, b: number): number =>
  Number((BigInt(a) - BigInt(modulo(a, b))) / BigInt(b));

function power(a: number, b: number, isFloat: boolean): number | Float {
  if (a === 0 && b < 0) throw new TemplateFault('"**" divides by zero');
  if (a < 0 && !Number.isInteger(b)) throw new TemplateFault('"**" of a negative number gives a complex one');
  // Python's 1 ** NaN is 1.
  const value = a === 1 ? 1 : a ** b;
  // The power of numbers is not exact in every engine.
  if (!isFloat && b >= 0) return int(Math.abs(value) < 2 ** 54 ? Number(BigInt(a) ** BigInt(b)) : value);
  if (!Number.isFinite(value) && Number.isFinite(a) && Number.isFinite(b)) {
    throw new TemplateFault('"**" gives a number that is too large');
  }
  return new Float(value);
}
