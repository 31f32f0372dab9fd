import type { Operations } from './operations.ts';
import type { CallArguments, Value } from './values.ts';

/** What filters and tests need of the interpreter. */
export interface Machine {
  readonly operations: Operations;
  filter(name: string, value: Value, args: CallArguments): Value;
  test(name: string, value: Value, args: CallArguments): boolean;
  /** `value.name` without the entries of a mapping; undefined where it has no such member. */
  attribute(value: Value, name: string): Value | undefined;
  /** `value[key]` */
  item(value: Value, key: Value): Value;
}
