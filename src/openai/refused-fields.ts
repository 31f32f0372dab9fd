import { EngineError } from '../errors/engine-error.ts';

/** A field of OpenAI's API that cannot be obeyed here, and the values of it that ask for nothing. */
interface RefusedField {
  readonly reason: string;
  readonly neutral: readonly unknown[];
}

const tools: RefusedField = { reason: 'no tool is called here', neutral: [[]] };
const toolChoice: RefusedField = { reason: tools.reason, neutral: ['none', 'auto'] };
const none: readonly unknown[] = [];

/** Fields that would change the answer. Null asks for nothing too. */
export const refusedFields: Readonly<Record<string, RefusedField>> = {
  tools,
  functions: tools,
  tool_choice: toolChoice,
  function_call: toolChoice,
  response_format: { reason: 'only text is written, unconstrained', neutral: [{ type: 'text' }] },
  modalities: { reason: 'only text is written', neutral: [['text']] },
  audio: { reason: 'only text is written', neutral: none },
  reasoning_effort: { reason: 'no loaded model has an effort to set', neutral: none },
  verbosity: { reason: 'no loaded model has a verbosity to set', neutral: ['medium'] },
  web_search_options: { reason: 'nothing is fetched', neutral: none },
  store: { reason: 'nothing is stored', neutral: [false] },
  moderation: { reason: 'nothing is moderated', neutral: none },
  best_of: { reason: 'choices are not ranked', neutral: [1] },
  echo: { reason: 'the prompt is not repeated', neutral: [false] },
  suffix: { reason: 'nothing can be inserted before a suffix', neutral: [''] },
};

/** Fields of a message. An answer has them too, with a neutral value, so it can go back as it came. */
const refusedMessageFields: Readonly<Record<string, RefusedField>> = {
  tool_calls: tools,
  function_call: { ...tools, neutral: none },
  annotations: { reason: 'only text is read', neutral: [[]] },
  audio: { reason: 'only text is read', neutral: none },
  refusal: { reason: 'only text is read', neutral: none },
};

const refusedRoles: readonly unknown[] = ['tool', 'function'];
/** Content parts, each with a field of its own name. */
const refusedParts: readonly unknown[] = ['image_url', 'input_audio', 'file', 'refusal'];

/** Levels of a body; a request that is right has fewer than ten. */
const maxDepth = 100;

/**
 * Refuses what cannot be obeyed, by name: nothing is ignored. A value that asks for what happens anyway is taken out,
 * and so is every field that is null, at any depth.
 * @throws EngineError `invalid-request`
 */
export function withoutNeutralFields(body: unknown): unknown {
  const asked = withoutFields(withoutNulls(body), refusedFields, '');
  if (!isObject(asked) || !Array.isArray(asked.messages)) return asked;
  const messages = asked.messages.map((message: unknown, index) => {
    const path = `messages.${index}.`;
    if (isObject(message)) refuseRoleOrParts(message, path);
    return withoutFields(message, refusedMessageFields, path);
  });
  return { ...asked, messages };
}

function refuseRoleOrParts({ role, content }: Record<string, unknown>, path: string): void {
  if (refusedRoles.includes(role)) throw unsupported(`${path}role`, tools.reason, `the ${role} message`);
  for (const [index, part] of (Array.isArray(content) ? content : []).entries()) {
    const type = isObject(part) ? part.type : undefined;
    if (refusedParts.includes(type))
      throw unsupported(`${path}content.${index}.${type}`, 'only text is read');
  }
}

function unsupported(field: string, reason: string, what = 'it'): EngineError {
  const details = { field, openAiCode: 'unsupported_parameter' };
  return new EngineError('invalid-request', `${field} is not supported (${reason}): remove ${what}.`, {
    details,
  });
}

/** Only fields are taken out: an element of a list that is null keeps its place. */
function withoutNulls(value: unknown, depth = 1): unknown {
  if (depth > maxDepth) {
    throw new EngineError('invalid-request', `body: nested more than ${maxDepth} levels deep: flatten it.`, {
      details: { field: 'body', limit: maxDepth },
    });
  }
  if (Array.isArray(value)) return value.map((inner) => withoutNulls(inner, depth + 1));
  if (!isObject(value)) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(given.map(([field, inner]) => [field, withoutNulls(inner, depth + 1)]));
}

/** @param path what comes before the name of a field in messages */
function withoutFields(
  value: unknown,
  refusedFields: Readonly<Record<string, RefusedField>>,
  path: string,
): unknown {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([name, inner]) => {
    const refused = Object.hasOwn(refusedFields, name) ? refusedFields[name] : undefined;
    if (!refused) return true;
    const asText = JSON.stringify(inner);
    if (refused.neutral.some((one) => JSON.stringify(one) === asText)) return false;
    throw unsupported(path + name, refused.reason);
  });
  return Object.fromEntries(entries);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
