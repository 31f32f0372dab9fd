import { EngineError } from '../errors/engine-error.ts';
import { withoutField } from '../errors/parse-or-throw.ts';
import { attributeName } from './settings.ts';

/** Last names in the request's paths of attributes that are called otherwise. */
const attributeOfName: Readonly<Record<string, string>> = {
  stop: 'stop-strings',
  model: 'members',
  target: 'members',
  url: 'combine-url',
};

/** Parts of the request whose `kind` an attribute names. */
const namedByKind = ['method', 'combine', 'acceptance'];

/** `method.combine.mu` -> `mu`: the attribute from which a field of the request, or of the engine's options, comes. */
export function attributeOfField(field: string): string {
  const names = field.split('.').filter((name) => !/^\d+$/.test(name));
  const last = names[names.length - 1] ?? field;
  if (last === 'draftLength') return 'draft-length';
  if (names[1] === 'members') return 'members';
  const name = last === 'kind' ? (names.findLast((part) => namedByKind.includes(part)) ?? last) : last;
  return attributeOfName[name] ?? attributeName(name);
}

/**
 * A refusal in the words of the element: with the attribute instead of the request's field. Other errors stay as they
 * are.
 * @param textOf an attribute's text, null where it is not there
 */
export function refusedAttribute(error: unknown, textOf: (attribute: string) => string | null): unknown {
  if (!(error instanceof EngineError) || error.code !== 'invalid-request') return error;
  const { field, reason, expected, received } = error.details;
  if (typeof field !== 'string') return error;
  const attribute = attributeOfField(field);
  const value = textOf(attribute);
  const isWithin = field.startsWith('method.members.');
  const words =
    reason === 'unknown'
      ? 'cannot be combined with the other attributes'
      : received === 'NaN'
        ? `must be ${expected}`
        : withoutField(error.message, isWithin ? 'method.' : field);
  const subject = value === null ? attribute : `${attribute}="${value}"`;
  return new EngineError('invalid-request', `${subject}: ${words}`, {
    details: { ...error.details, attribute },
    cause: error,
  });
}
