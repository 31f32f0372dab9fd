import * as v from 'valibot';
import type { ChatMessage } from '../prompt/chat-message.ts';
import type { DecodeRequest, RecordedRequest } from './request-types.ts';

/** Longest draft a member may propose in a row. */
export const maxDraftLength = 16;

/** Members of a team at most: with the longest drafts their proposals are as many as a GPU sampler judges at once. */
const maxMembers = 16;

/**
 * Largest |λ| and μ of combinations of raw logits: a larger one leaves nothing to choose anyway, and one near the end of
 * the numbers would make a good model's logits infinite.
 */
const largestWeight = 1e6;

const finite = v.pipe(v.number(), v.finite());

const maxMessages = 10_000;

const model = v.pipe(v.string(), v.nonEmpty('name a loaded model'));
const draftLength = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(maxDraftLength));
const adaptive = v.literal('adaptive');
const memberDraftLength = v.union([v.pipe(draftLength, v.minValue(1)), adaptive]);

/** Biased tokens a request may name; each travels to the GPU with every pass. */
const maxBiases = 1024;
const penalty = v.pipe(finite, v.minValue(-2), v.maxValue(2));

const adjustment = {
  logitBias: v.pipe(
    v.record(
      v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,8})$/, 'a token id is needed')),
      v.pipe(finite, v.minValue(-100), v.maxValue(100)),
    ),
    v.maxEntries(maxBiases),
  ),
  frequencyPenalty: penalty,
  presencePenalty: penalty,
};

/** The numbers of each kind of combination that may change while a text is written. */
export const combineNumbers = {
  weighted: { weights: v.array(v.pipe(finite, v.minValue(0))) },
  contrastive: { mu: v.pipe(finite, v.minValue(0), v.maxValue(largestWeight)) },
  geometric: { weights: v.array(v.pipe(finite, v.minValue(-largestWeight), v.maxValue(largestWeight))) },
};

function messagesSchemaWith(object: typeof v.strictObject): v.GenericSchema<readonly ChatMessage[]> {
  return v.pipe(
    v.array(
      object({
        role: v.picklist(['system', 'user', 'assistant']),
        content: v.string(),
        name: v.optional(v.string()),
        tokenIds: v.optional(v.array(v.pipe(v.number(), v.safeInteger(), v.minValue(0)))),
      }),
    ),
    v.nonEmpty('a conversation has at least one message'),
    v.maxLength(maxMessages),
  );
}

/** A request's conversation alone. */
export const messagesSchema = messagesSchemaWith(v.strictObject);

/**
 * The schema of a request; request-types.ts documents the fields.
 * @param object makes the schema of an object: one that refuses fields it does not know, or one that leaves them out
 */
function requestSchemaWith(object: typeof v.strictObject) {
  const samplingSchema = object({
    temperature: v.optional(v.pipe(finite, v.minValue(0)), 1),
    topK: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
    topP: v.optional(v.pipe(finite, v.gtValue(0), v.maxValue(1)), 1),
    minP: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1)), 0),
    logitBias: v.optional(adjustment.logitBias, {}),
    frequencyPenalty: v.optional(adjustment.frequencyPenalty, 0),
    presencePenalty: v.optional(adjustment.presencePenalty, 0),
  });

  const memberSamplingSchema = object({
    temperature: v.optional(v.pipe(finite, v.gtValue(0))),
    topK: v.optional(samplingSchema.entries.topK.wrapped),
    topP: v.optional(samplingSchema.entries.topP.wrapped),
    minP: v.optional(samplingSchema.entries.minP.wrapped),
    logitBias: v.optional(adjustment.logitBias),
    frequencyPenalty: v.optional(adjustment.frequencyPenalty),
    presencePenalty: v.optional(adjustment.presencePenalty),
  });

  const promptEntries = {
    prompt: v.optional(v.string()),
    messages: v.optional(messagesSchemaWith(object)),
  };

  const memberSchema = object({
    model,
    ...promptEntries,
    sampling: v.optional(memberSamplingSchema, {}),
    draftLength: v.optional(memberDraftLength, 1),
  });

  const acceptanceSchema = v.variant('kind', [
    object({ kind: v.literal('exact') }),
    object({ kind: v.literal('coupled') }),
    object({ kind: v.literal('lenient'), leniency: v.pipe(finite, v.minValue(1)) }),
    object({
      kind: v.literal('typical'),
      epsilon: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1)), 0.3),
      delta: v.optional(v.pipe(finite, v.minValue(0)), 0.09),
    }),
  ]);

  const combineSchema = v.variant('kind', [
    object({ kind: v.literal('weighted'), ...combineNumbers.weighted }),
    object({
      kind: v.literal('contrastive'),
      mu: v.optional(combineNumbers.contrastive.mu, 0.1),
      alpha: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1)), 0),
    }),
    object({ kind: v.literal('geometric'), ...combineNumbers.geometric }),
    object({ kind: v.literal('custom'), url: v.pipe(v.string(), v.nonEmpty()) }),
  ]);

  const methodSchema = v.variant('kind', [
    object({
      kind: v.literal('plain'),
      model,
      acceptance: v.optional(acceptanceSchema, { kind: 'exact' }),
    }),
    object({
      kind: v.literal('speculative'),
      target: model,
      drafter: v.variant('kind', [
        object({
          kind: v.literal('model'),
          model,
          draftLength: v.optional(v.union([draftLength, adaptive]), 4),
        }),
        object({
          kind: v.literal('ngram'),
          draftLength: v.optional(v.union([draftLength, adaptive]), 'adaptive'),
          longestMatch: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(16)), 4),
          shortestMatch: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(16)), 2),
        }),
      ]),
      acceptance: v.optional(acceptanceSchema, { kind: 'exact' }),
    }),
    object({
      kind: v.literal('collaborative'),
      members: v.pipe(v.array(memberSchema), v.minLength(2), v.maxLength(maxMembers)),
      defaultProposer: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
      draftLength: v.optional(memberDraftLength),
      combine: combineSchema,
      schedule: v.optional(
        v.picklist(['sequential', 'black-box', 'naive', 'alternate', 'mixture']),
        'alternate',
      ),
      acceptance: v.optional(acceptanceSchema, { kind: 'exact' }),
    }),
  ]);

  return object({
    ...promptEntries,
    chatTemplate: v.optional(v.record(v.string(), v.unknown())),
    specialTokens: v.optional(v.boolean(), false),
    maxTokens: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)), 200),
    stop: v.optional(
      v.pipe(v.array(v.pipe(v.string(), v.nonEmpty('a stop string must not be empty'))), v.maxLength(16)),
      [],
    ),
    seed: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    sampling: v.optional(samplingSchema, {}),
    logprobs: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(20))),
    method: methodSchema,
  });
}

export const requestSchema = requestSchemaWith(v.strictObject) satisfies v.GenericSchema<
  DecodeRequest,
  RecordedRequest
>;

/** For requests in recordings, which a later version may have made. The two differ in nothing but unknown fields. */
export const recordedRequestSchema = requestSchemaWith(v.object as unknown as typeof v.strictObject);
