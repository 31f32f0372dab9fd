import { filterNamed } from './filters.ts';
import type { Operations } from './operations.ts';
import { isInCase } from './python-text.ts';
import { takeArguments } from './take-arguments.ts';
import { TemplateFault } from './template-errors.ts';
import {
  type CallArguments,
  Dict,
  Float,
  isList,
  isNumeric,
  Markup,
  Native,
  numberOf,
  Range,
  Tuple,
  typeOf,
  Undefined,
  type Value,
} from './values.ts';

/** What stands behind `is`. */
type ValueTest = (value: Value, args: CallArguments, operations: Operations) => boolean;

/** @returns null where there is none of the name. */
export const testNamed = (name: string): ValueTest | null =>
  Object.hasOwn(tests, name) ? tests[name]! : null;

const plain =
  (name: string, holds: (value: Value, operations: Operations) => boolean): ValueTest =>
  (value, args, operations) => {
    takeArguments(`the test "${name}"`, args, []);
    return holds(value, operations);
  };

const withOther =
  (name: string, holds: (operations: Operations, value: Value, other: Value) => boolean): ValueTest =>
  (value, args, operations) => {
    const [other] = takeArguments(`the test "${name}"`, args, ['other'], 1);
    return holds(operations, value, other!);
  };

const remainder = (operations: Operations, value: Value, divisor: Value): number => {
  const rest = operations.binary('%', value, divisor);
  if (!isNumeric(rest)) throw new TemplateFault(`a number is tested, not a value of type ${typeOf(value)}`);
  return numberOf(rest);
};

const equal = withOther('eq', (operations, value, other) => operations.compare('==', value, other));
const unequal = withOther('ne', (operations, value, other) => operations.compare('!=', value, other));
const less = withOther('lt', (operations, value, other) => operations.compare('<', value, other));
const atMost = withOther('le', (operations, value, other) => operations.compare('<=', value, other));
const greater = withOther('gt', (operations, value, other) => operations.compare('>', value, other));
const atLeast = withOther('ge', (operations, value, other) => operations.compare('>=', value, other));

const tests: Readonly<Record<string, ValueTest>> = {
  boolean: plain('boolean', (value) => typeof value === 'boolean'),
  // Undefined has a __call__ that fails.
  callable: plain(
    'callable',
    (value) => value instanceof Undefined || (value instanceof Native && value.call !== null),
  ),
  defined: plain('defined', (value) => !(value instanceof Undefined)),
  divisibleby: withOther(
    'divisibleby',
    (operations, value, other) => remainder(operations, value, other) === 0,
  ),
  eq: equal,
  equalto: equal,
  '==': equal,
  escaped: plain('escaped', (value) => value instanceof Markup),
  even: plain('even', (value, operations) => remainder(operations, value, 2) === 0),
  false: plain('false', (value) => value === false),
  filter: plain('filter', (value) => typeof value === 'string' && filterNamed(value) !== null),
  float: plain('float', (value) => value instanceof Float),
  ge: atLeast,
  '>=': atLeast,
  greaterthan: greater,
  gt: greater,
  '>': greater,
  in: withOther('in', (operations, value, other) => operations.contains(other, value)),
  integer: plain('integer', (value) => typeof value === 'number'),
  iterable: plain('iterable', (value, operations) => operations.isIterable(value)),
  le: atMost,
  '<=': atMost,
  lessthan: less,
  lower: plain('lower', (value, operations) => isInCase(operations.text(value), 'lower')),
  lt: less,
  '<': less,
  mapping: plain('mapping', (value) => value instanceof Dict),
  ne: unequal,
  '!=': unequal,
  none: plain('none', (value) => value === null),
  number: plain('number', isNumeric),
  odd: plain('odd', (value, operations) => remainder(operations, value, 2) === 1),
  sameas: withOther('sameas', (_, value, other) => {
    if (typeof value === 'string' || typeof value === 'number' || value instanceof Float) {
      // Whether two are one object depends on what CPython caches.
      if (typeof value === typeof other && !(typeof value === 'number' && Math.abs(value) <= 256)) {
        throw new TemplateFault(
          `the test "sameas" of a value of type ${typeOf(value)} is not supported here`,
        );
      }
    }
    return value === other;
  }),
  sequence: plain(
    'sequence',
    (value) =>
      typeof value === 'string' ||
      value instanceof Markup ||
      isList(value) ||
      value instanceof Tuple ||
      value instanceof Dict ||
      value instanceof Range ||
      value instanceof Undefined,
  ),
  string: plain('string', (value) => typeof value === 'string' || value instanceof Markup),
  test: plain('test', (value) => typeof value === 'string' && testNamed(value) !== null),
  true: plain('true', (value) => value === true),
  undefined: plain('undefined', (value) => value instanceof Undefined),
  upper: plain('upper', (value, operations) => isInCase(operations.text(value), 'upper')),
};
