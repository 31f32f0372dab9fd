import { TemplateFault } from './template-errors.ts';
import { type CallArguments, typeOf, Undefined, type Value } from './values.ts';

/**
 * The arguments of a call by its parameters, undefined where one is not given.
 * @param parameters names, in order
 * @param required how many of them must be given
 */
export function takeArguments(
  callee: string,
  { positional, keywords }: CallArguments,
  parameters: readonly string[],
  required = 0,
): readonly (Value | undefined)[] {
  if (positional.length > parameters.length) {
    throw new TemplateFault(
      `${callee} takes at most ${parameters.length} arguments, not ${positional.length}`,
    );
  }
  for (const name of keywords.keys()) {
    const place = parameters.indexOf(name);
    if (place < 0) throw new TemplateFault(`${callee} has no parameter "${name}"`);
    if (place < positional.length) throw new TemplateFault(`${callee} is given "${name}" twice`);
  }
  return parameters.map((name, place) => {
    const value = place < positional.length ? positional[place] : keywords.get(name);
    if (value === undefined && place < required) {
      throw new TemplateFault(`${callee} needs the argument "${name}"`);
    }
    return value;
  });
}

export function textArgument(callee: string, value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw wrong(callee, 'a text', value);
}

/** null where it is not given, or none. */
export const optionalText = (callee: string, value: Value | undefined): string | null =>
  value === undefined || value === null ? null : textArgument(callee, value);

export function wholeArgument(callee: string, value: Value | undefined): number;
export function wholeArgument(callee: string, value: Value | undefined, fallback: number): number;
export function wholeArgument(callee: string, value: Value | undefined, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback;
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  throw wrong(callee, 'a whole number', value);
}

function wrong(callee: string, expected: string, value: Value | undefined): TemplateFault {
  if (value instanceof Undefined)
    return new TemplateFault(`${callee} is given an undefined value: ${value.reason}`);
  return new TemplateFault(
    `${callee} takes ${expected}, not ${value === undefined ? 'nothing' : typeOf(value)}`,
  );
}
