import * as v from 'valibot';
import type { ChatMessage } from '../prompt/chat-message.ts';

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
/** Chosen by the engine from moving acceptance rates and costs; the text of a seed then follows the clock too. */
const adaptive = v.literal('adaptive');
const memberDraftLength = v.union([v.pipe(draftLength, v.minValue(1)), adaptive]);

/** Biased tokens a request may name; each travels to the GPU with every pass. */
const maxBiases = 1024;
const penalty = v.pipe(finite, v.minValue(-2), v.maxValue(2));

/** What is done to a member's own logits before anything else: with OpenAI's names and limits. */
const adjustment = {
  /** Token id -> what is added to its logit; −100 all but bans a token, 100 all but forces it. */
  logitBias: v.pipe(
    v.record(
      v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,8})$/, 'a token id is needed')),
      v.pipe(finite, v.minValue(-100), v.maxValue(100)),
    ),
    v.maxEntries(maxBiases),
  ),
  /** Taken off a token's logit for each time it stands in the text, prompt excluded. */
  frequencyPenalty: penalty,
  /** Taken off a token's logit once it stands in the text, prompt excluded. */
  presencePenalty: penalty,
};

/** The numbers of each kind of combination that may change while a text is written. */
export const combineNumbers = {
  /** One a member, >= 0; divided by their sum. */
  weighted: { weights: v.array(v.pipe(finite, v.minValue(0))) },
  /** How much of the amateur (the second member) is taken from the expert (the first). */
  contrastive: { mu: v.pipe(finite, v.minValue(0), v.maxValue(largestWeight)) },
  /** One a member, of either sign. */
  geometric: { weights: v.array(v.pipe(finite, v.minValue(-largestWeight), v.maxValue(largestWeight))) },
};

function messagesSchemaWith(object: typeof v.strictObject): v.GenericSchema<readonly ChatMessage[]> {
  return v.pipe(
    v.array(
      object({
        role: v.picklist(['system', 'user', 'assistant']),
        content: v.string(),
        name: v.optional(v.string()),
        /** The tokens this text was written with, of an earlier result: ChatMessage.tokenIds says what for. */
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
 * The schema of a request.
 * @param object makes the schema of an object: one that refuses fields it does not know, or one that leaves them out
 */
function requestSchemaWith(object: typeof v.strictObject) {
  const samplingSchema = object({
    /** 0 means the argmax of the distribution. */
    temperature: v.optional(v.pipe(finite, v.minValue(0)), 1),
    /** Keep the k most likely tokens; 0 keeps all. */
    topK: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
    /** Keep the smallest prefix with this mass, in (0, 1]. */
    topP: v.optional(v.pipe(finite, v.gtValue(0), v.maxValue(1)), 1),
    /** Keep tokens with at least this share of the largest probability, in [0, 1]. */
    minP: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1)), 0),
    logitBias: v.optional(adjustment.logitBias, {}),
    frequencyPenalty: v.optional(adjustment.frequencyPenalty, 0),
    presencePenalty: v.optional(adjustment.presencePenalty, 0),
  });

  /** What a member changes of the request's sampling for its own distribution; T = 0 is the request's alone. */
  const memberSamplingSchema = object({
    temperature: v.optional(v.pipe(finite, v.gtValue(0))),
    topK: v.optional(samplingSchema.entries.topK.wrapped),
    topP: v.optional(samplingSchema.entries.topP.wrapped),
    minP: v.optional(samplingSchema.entries.minP.wrapped),
    logitBias: v.optional(adjustment.logitBias),
    frequencyPenalty: v.optional(adjustment.frequencyPenalty),
    presencePenalty: v.optional(adjustment.presencePenalty),
  });

  /** What the text continues: a prompt as it is, or a conversation by way of the model's chat template. */
  const promptEntries = {
    prompt: v.optional(v.string()),
    messages: v.optional(messagesSchemaWith(object)),
  };

  const memberSchema = object({
    model,
    /** Its own prompt or messages instead of the request's; it continues with the same text as the others. */
    ...promptEntries,
    sampling: v.optional(memberSamplingSchema, {}),
    /** Tokens it proposes in a row, bonus included. */
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
      /** Plausibility mask; 0 keeps every token. */
      alpha: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1)), 0),
    }),
    object({ kind: v.literal('geometric'), ...combineNumbers.geometric }),
    /** Address of an ES module with the hooks of a custom combination, relative to the page. */
    object({ kind: v.literal('custom'), url: v.pipe(v.string(), v.nonEmpty()) }),
  ]);

  const methodSchema = v.variant('kind', [
    object({
      kind: v.literal('plain'),
      model,
      /** Nothing is proposed, so nothing is judged: any criterion is taken and changes nothing. */
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
          /** Adaptive, a look-up rests where it finds nothing, or nothing that is right. */
          draftLength: v.optional(v.union([draftLength, adaptive]), 'adaptive'),
          /** Longest and shortest run of tokens looked up in prompt and output, longest first. */
          longestMatch: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(16)), 4),
          shortestMatch: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(16)), 2),
        }),
      ]),
      acceptance: v.optional(acceptanceSchema, { kind: 'exact' }),
    }),
    object({
      kind: v.literal('collaborative'),
      members: v.pipe(v.array(memberSchema), v.minLength(2), v.maxLength(maxMembers)),
      /** Index of the member that starts when nothing is pending; chosen from weights and costs unless given. */
      defaultProposer: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
      /** Draft length of the default proposer, whoever that turns out to be, in place of its own; others keep theirs. */
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
    /** Exactly one of `prompt` and `messages`; neither where every member has its own. */
    ...promptEntries,
    /** Variables for the chat template, as `{ enable_thinking: false }`; they count wherever messages are rendered. */
    chatTemplate: v.optional(v.record(v.string(), v.unknown())),
    /** Spells special tokens in the text; the end token is no part of it either way. */
    specialTokens: v.optional(v.boolean(), false),
    /** Tokens to write at most. */
    maxTokens: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)), 200),
    /** The text ends before the first of these. */
    stop: v.optional(
      v.pipe(v.array(v.pipe(v.string(), v.nonEmpty('a stop string must not be empty'))), v.maxLength(16)),
      [],
    ),
    /** Same seed, same text (fixed draft lengths, one backend). Drawn at random unless given. */
    seed: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
    sampling: v.optional(samplingSchema, {}),
    /** Tells the log probability of each token under r, and of so many of the likeliest; none unless given. */
    logprobs: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(20))),
    method: methodSchema,
  });
}

export const requestSchema = requestSchemaWith(v.strictObject);

/** For requests in recordings, which a later version may have made. The two differ in nothing but unknown fields. */
export const recordedRequestSchema = requestSchemaWith(v.object as unknown as typeof v.strictObject);
