import * as v from 'valibot';
import { parseAs, refuse } from '../engine/decode-request.ts';
import type { DecodeMethod } from '../engine/request-types.ts';
import { withoutNeutralFields } from './refused-fields.ts';

const finite = v.pipe(v.number(), v.finite());
const between = (min: number, max: number) => v.optional(v.pipe(finite, v.minValue(min), v.maxValue(max)));
const integer = (min: number, max: number) =>
  v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max)));
const stopText = v.pipe(v.string(), v.nonEmpty('a stop text must not be empty'));
const label = v.optional(v.string());
const anything = v.optional(v.record(v.string(), v.unknown()));

/** Limits are OpenAI's. No field is null: withoutNeutralFields has taken those out. */
const common = {
  model: v.pipe(v.string(), v.nonEmpty('name a loaded model')),
  /** Checked by the engine. */
  method: v.optional(
    v.pipe(
      v.looseObject({ kind: v.string() }),
      v.transform((method) => method as unknown as DecodeMethod),
    ),
  ),
  temperature: between(0, 2),
  top_p: between(0, 1),
  stop: v.optional(v.union([stopText, v.pipe(v.array(stopText), v.maxLength(4))])),
  max_tokens: integer(1, Number.MAX_SAFE_INTEGER),
  seed: integer(0, Number.MAX_SAFE_INTEGER),
  n: integer(1, 128),
  logit_bias: v.optional(v.record(v.string(), v.pipe(finite, v.minValue(-100), v.maxValue(100)))),
  frequency_penalty: between(-2, 2),
  presence_penalty: between(-2, 2),
  stream: v.optional(v.boolean()),
  stream_options: v.optional(
    v.strictObject({
      include_usage: v.optional(v.boolean()),
      /** Padding against eavesdroppers on a network; there is none. */
      include_obfuscation: v.optional(v.boolean()),
    }),
  ),
  user: label,
  safety_identifier: label,
};

/** Fields that cannot change an answer from this machine: checked, then ignored. */
const ignored = {
  parallel_tool_calls: v.optional(v.boolean()),
  prediction: anything,
  metadata: v.optional(v.record(v.string(), v.string())),
  service_tier: label,
  prompt_cache_key: label,
  prompt_cache_options: anything,
  prompt_cache_retention: label,
};

const content = v.union([
  v.string(),
  v.array(v.strictObject({ type: v.literal('text'), text: v.string(), prompt_cache_breakpoint: anything })),
]);

const message = v.variant('role', [
  v.strictObject({ role: v.picklist(['system', 'developer', 'user']), name: label, content }),
  // The client's helper for streams gathers a reply without text as null.
  v.strictObject({ role: v.literal('assistant'), name: label, content: v.optional(content, '') }),
]);

export const chatSchema = v.strictObject({
  ...common,
  ...ignored,
  messages: v.pipe(v.array(message), v.nonEmpty('a conversation has at least one message')),
  max_completion_tokens: integer(1, Number.MAX_SAFE_INTEGER),
  logprobs: v.optional(v.boolean()),
  top_logprobs: integer(0, 20),
});

export const completionSchema = v.strictObject({
  ...common,
  prompt: v.optional(
    v.union([v.string(), v.pipe(v.array(v.string()), v.nonEmpty('at least one prompt is needed'))]),
    '',
  ),
  logprobs: integer(0, 5),
});

export type ValidChatParams = v.InferOutput<typeof chatSchema>;
export type ValidCompletionParams = v.InferOutput<typeof completionSchema>;

/** @throws EngineError `invalid-request`, naming the field as OpenAI's API does */
export function validateChatParams(body: unknown): ValidChatParams {
  const valid = parseAs('body', chatSchema, withoutNeutralFields(body));
  if (valid.top_logprobs && !valid.logprobs) {
    refuse('top_logprobs', 'requires logprobs: set logprobs to true');
  }
  if (valid.max_tokens !== undefined && valid.max_completion_tokens !== undefined) {
    refuse('max_tokens', 'cannot be combined with max_completion_tokens, which replaces it: remove it');
  }
  refuseStrayOptions(valid);
  return valid;
}

/** @throws EngineError `invalid-request`, naming the field as OpenAI's API does */
export function validateCompletionParams(body: unknown): ValidCompletionParams {
  const valid = parseAs('body', completionSchema, withoutNeutralFields(body));
  refuseStrayOptions(valid);
  return valid;
}

function refuseStrayOptions({ stream, stream_options }: ValidChatParams | ValidCompletionParams): void {
  if (stream_options?.include_usage && !stream) {
    refuse('stream_options', 'requires stream: set stream to true');
  }
}
