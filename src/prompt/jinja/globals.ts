import { formatTime } from './format-time.ts';
import type { Machine } from './machine.ts';
import { takeArguments, textArgument, wholeArgument } from './take-arguments.ts';
import { TemplateFault, TemplateRefusal } from './template-errors.ts';
import {
  type CallArguments,
  Dict,
  int,
  Namespace,
  Native,
  Range,
  typeOf,
  Undefined,
  type Value,
} from './values.ts';

/** As the sandbox of jinja2 limits them. */
const maxRange = 100_000;

const functionOf = (call: (args: CallArguments, machine: Machine) => Value, machine: Machine): Native =>
  new Native('function', (args) => call(args, machine));

/** What every template can call: functions of jinja2, and those that transformers adds. */
export const globalsFor = (machine: Machine): ReadonlyMap<string, Value> =>
  new Map(Object.entries(functions).map(([name, call]) => [name, functionOf(call, machine)]));

const functions: Readonly<Record<string, (args: CallArguments, machine: Machine) => Value>> = {
  cycler: ({ positional }) => {
    if (positional.length === 0) throw new TemplateFault('cycler() needs a value');
    let at = 0;
    const current = () => positional[at]!;
    const next = new Native('method', () => {
      const value = current();
      at = (at + 1) % positional.length;
      return value;
    });
    const reset = new Native('method', () => {
      at = 0;
      return null;
    });
    return new Native('cycler', null, { current, next: () => next, reset: () => reset });
  },
  dict: (args, machine) => dictFrom(args, machine),
  joiner: (args, machine) => {
    const [separator = ', '] = takeArguments('joiner()', args, ['sep']);
    const text = machine.operations.text(separator);
    let isUsed = false;
    return new Native('joiner', () => {
      const written = isUsed ? text : '';
      isUsed = true;
      return written;
    });
  },
  lipsum: () => {
    throw new TemplateFault('the function lipsum() is not supported here');
  },
  namespace: (args, machine) => {
    const members = new Map<string, Value>();
    for (const [key, value] of dictFrom(args, machine).entries()) {
      members.set(checkedMember(textArgument('namespace()', key)), value);
    }
    return new Namespace(members);
  },
  raise_exception: (args, { operations }) => {
    const [message] = takeArguments('raise_exception()', args, ['message'], 1);
    throw new TemplateRefusal(operations.text(message!));
  },
  range: ({ positional, keywords }) => {
    if (keywords.size > 0 || positional.length === 0 || positional.length > 3) {
      throw new TemplateFault('range() takes one to three numbers');
    }
    const [first = 0, second, step = 1] = positional.map((value) => wholeArgument('range()', value));
    if (step === 0) throw new TemplateFault('the step of range() cannot be 0');
    const range = second === undefined ? new Range(0, first, 1) : new Range(first, second, step);
    if (range.length > maxRange) {
      throw new TemplateFault(`range() gives ${range.length} numbers; the limit is ${maxRange}`);
    }
    return range;
  },
  strftime_now: (args, { operations }) => {
    const [format] = takeArguments('strftime_now()', args, ['format'], 1);
    const text = textArgument('strftime_now()', format);
    operations.budget.spend(text.length * 64);
    return formatTime(text, new Date());
  },
};

/** Names that transformers keeps templates from setting. */
export function checkedMember(name: string): string {
  if (name.startsWith('_'))
    throw new TemplateFault(`a namespace has no member "${name}": it begins with "_"`);
  return name;
}

function dictFrom({ positional, keywords }: CallArguments, { operations }: Machine): Dict {
  const [source, ...more] = positional;
  if (more.length > 0) throw new TemplateFault('dict() takes one value besides the named ones');
  const dict = new Dict();
  if (source instanceof Dict) for (const [key, value] of source.entries()) dict.set(key, value);
  else if (source instanceof Undefined || source === null || source === undefined) {
    if (source === null) throw new TemplateFault('dict() does not take none');
  } else {
    for (const pair of operations.iterate(source)) {
      const [key, value, ...rest] = operations.list(pair);
      if (key === undefined || value === undefined || rest.length > 0) {
        throw new TemplateFault(`dict() takes pairs, not ${typeOf(pair)}`);
      }
      dict.set(key, value);
    }
  }
  for (const [name, value] of keywords) dict.set(name, value);
  operations.budget.spend(int(dict.size) * 16);
  return dict;
}
