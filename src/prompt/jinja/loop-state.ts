import { elementWork } from './budget.ts';
import type { Operations } from './operations.ts';
import { TemplateFault } from './template-errors.ts';
import { type CallArguments, Native, Undefined, type Value } from './values.ts';

/** Behind the last item. */
const end = Symbol('end');

/** What a loop is at, read no further ahead than Python reads. */
export class LoopState {
  /** `loop` in the body. */
  readonly value: Native;
  readonly #operations: Operations;
  /** Not read yet. */
  #items: Iterator<Value>;
  /** null where only reading all items tells. */
  #length: number | null;
  #index = -1;
  #previous: Value | typeof end = end;
  #current: Value | typeof end = end;
  /** null: not read yet. */
  #ahead: { readonly item: Value | typeof end } | null = null;
  #changedFrom: readonly Value[] | null = null;

  constructor(
    operations: Operations,
    iterable: Iterable<Value>,
    length: number | null,
    depth: number,
    recurse: ((args: CallArguments) => Value) | null,
  ) {
    this.#operations = operations;
    this.#items = iterable[Symbol.iterator]();
    this.#length = length;
    const cycle = new Native('method', ({ positional }) => {
      if (positional.length === 0) throw new TemplateFault('loop.cycle() needs a value');
      return positional[this.#index % positional.length]!;
    });
    const changed = new Native('method', ({ positional }) => this.#hasChanged(positional));
    this.value = new Native('loop', recurse, {
      index: () => this.#index + 1,
      index0: () => this.#index,
      revindex: () => this.#fullLength() - this.#index,
      revindex0: () => this.#fullLength() - this.#index - 1,
      first: () => this.#index === 0,
      last: () => this.#peek() === end,
      length: () => this.#fullLength(),
      depth: () => depth + 1,
      depth0: () => depth,
      previtem: () => (this.#previous === end ? new Undefined('there is no previous item') : this.#previous),
      nextitem: () => {
        const item = this.#peek();
        return item === end ? new Undefined('there is no next item') : item;
      },
      cycle: () => cycle,
      changed: () => changed,
    });
  }

  /** Goes on to the next item; false where there is none. */
  advance(): boolean {
    const item = this.#peek();
    this.#ahead = null;
    if (item === end) return false;
    this.#previous = this.#current;
    this.#current = item;
    this.#index += 1;
    return true;
  }

  get current(): Value {
    return this.#current as Value;
  }

  #peek(): Value | typeof end {
    if (this.#ahead === null) this.#ahead = { item: this.#read() };
    return this.#ahead.item;
  }

  #read(): Value | typeof end {
    const next = this.#items.next();
    return next.done ? end : next.value;
  }

  #fullLength(): number {
    if (this.#length !== null) return this.#length;
    const ahead = this.#peek();
    const rest: Value[] = [];
    for (let item = ahead === end ? end : this.#read(); item !== end; item = this.#read()) {
      this.#operations.budget.spend(elementWork);
      rest.push(item);
    }
    this.#items = rest[Symbol.iterator]();
    this.#length = this.#index + 1 + (ahead === end ? 0 : 1) + rest.length;
    return this.#length;
  }

  #hasChanged(values: readonly Value[]): boolean {
    const isSame = this.#changedFrom !== null && this.#operations.equals(this.#changedFrom, values);
    this.#changedFrom = values;
    return !isSame;
  }
}
