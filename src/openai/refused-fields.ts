import { EngineError } from '../errors/engine-error.ts';

/** A field of OpenAI's API that cannot be obeyed here, and the values of it that ask for nothing. */
interface RefusedField {
  readonly reason: string;
  readonly neutral: readonly unknown[];
}

const tools: RefusedField = { reason: 'tools are not supported', neutral: [[]] };
const toolChoice: RefusedField = { reason: 'tools are not supported', neutral: ['none', 'auto'] };
const none: readonly unknown[] = [];

/** Beside `null`, which asks for nothing anywhere. */
export const refusedFields: Readonly<Record<string, RefusedField>> = {
  tools,
  functions: tools,
  tool_choice: toolChoice,
  function_call: toolChoice,
  parallel_tool_calls: { reason: 'tools are not supported', neutral: [true, false] },
  response_format: { reason: 'only text is written, unconstrained', neutral: [{ type: 'text' }] },
  modalities: { reason: 'only text is written', neutral: [['text']] },
  audio: { reason: 'only text is written', neutral: none },
  prediction: { reason: 'predicted outputs are not supported; see method for drafts', neutral: none },
  reasoning_effort: { reason: 'no loaded model has an effort to set', neutral: none },
  verbosity: { reason: 'no loaded model has a verbosity to set', neutral: none },
  web_search_options: { reason: 'nothing is fetched', neutral: none },
  metadata: { reason: 'nothing is stored', neutral: [{}] },
  store: { reason: 'nothing is stored', neutral: [false] },
  prompt_cache_key: { reason: 'caches are found by their tokens', neutral: none },
  prompt_cache_retention: { reason: 'caches are kept while the model is loaded', neutral: none },
  service_tier: { reason: 'there is one tier: this machine', neutral: ['auto', 'default'] },
  best_of: { reason: 'choices are not ranked', neutral: [1] },
  echo: { reason: 'the prompt is not repeated', neutral: [false] },
  suffix: { reason: 'nothing can be inserted before a suffix', neutral: [''] },
};

/**
 * Refuses what cannot be obeyed, by name: nothing is ignored. A value that asks for what happens anyway is taken out.
 * @throws EngineError `invalid-request`
 */
export function withoutNeutralFields(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const entries = Object.entries(body).filter(([field, value]) => {
    const refused = Object.hasOwn(refusedFields, field) ? refusedFields[field] : undefined;
    if (!refused) return true;
    const asText = JSON.stringify(value);
    const isNeutral =
      value === null || value === undefined || refused.neutral.some((one) => JSON.stringify(one) === asText);
    if (isNeutral) return false;
    throw new EngineError('invalid-request', `${field}: unsupported, ${refused.reason}: leave it out`, {
      details: { field, openAiCode: 'unsupported_parameter' },
    });
  });
  return Object.fromEntries(entries);
}
