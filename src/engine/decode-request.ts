import * as v from 'valibot';
import type { CombineNumbers } from '../combine/combine.ts';
import { EngineError } from '../errors/engine-error.ts';

/** Longest draft a member may propose in a row. */
export const maxDraftLength = 16;

const finite = v.pipe(v.number(), v.finite());

const samplingSchema = v.strictObject({
  /** 0 means the argmax of the distribution. */
  temperature: v.optional(v.pipe(finite, v.minValue(0)), 1),
  /** Keep the k most likely tokens; 0 keeps all. */
  topK: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0)), 0),
  /** Keep the smallest prefix with this mass, in (0, 1]. */
  topP: v.optional(v.pipe(finite, v.gtValue(0), v.maxValue(1)), 1),
  /** Keep tokens with at least this share of the largest probability, in [0, 1]. */
  minP: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1)), 0),
});

const model = v.pipe(v.string(), v.nonEmpty('name a loaded model'));
const draftLength = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(maxDraftLength));
/** Chosen by the engine from moving acceptance rates and costs; the text of a seed then follows the clock too. */
const adaptive = v.literal('adaptive');
const memberDraftLength = v.union([v.pipe(draftLength, v.minValue(1)), adaptive]);

/** What a member changes of the request's sampling for its own distribution; T = 0 is the request's alone. */
const memberSamplingSchema = v.strictObject({
  temperature: v.optional(v.pipe(finite, v.gtValue(0))),
  topK: v.optional(samplingSchema.entries.topK.wrapped),
  topP: v.optional(samplingSchema.entries.topP.wrapped),
  minP: v.optional(samplingSchema.entries.minP.wrapped),
});

const memberSchema = v.strictObject({
  model,
  /** Its own prompt instead of the request's; it continues with the same text as the others. */
  prompt: v.optional(v.string()),
  sampling: v.optional(memberSamplingSchema, {}),
  /** Tokens it proposes in a row, bonus included. */
  draftLength: v.optional(memberDraftLength, 1),
});

const acceptanceSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('exact') }),
  v.strictObject({ kind: v.literal('coupled') }),
  v.strictObject({ kind: v.literal('lenient'), leniency: v.pipe(finite, v.minValue(1)) }),
  v.strictObject({
    kind: v.literal('typical'),
    epsilon: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1)), 0.3),
    delta: v.optional(v.pipe(finite, v.minValue(0)), 0.09),
  }),
]);

/** The numbers of each kind of combination that may change while a text is written. */
const combineNumbers = {
  /** One a member, >= 0; divided by their sum. */
  weighted: { weights: v.array(v.pipe(finite, v.minValue(0))) },
  /** How much of the amateur (the second member) is taken from the expert (the first). */
  contrastive: { mu: v.pipe(finite, v.minValue(0)) },
  /** One a member, any real number. */
  geometric: { weights: v.array(finite) },
};

const combineSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('weighted'), ...combineNumbers.weighted }),
  v.strictObject({
    kind: v.literal('contrastive'),
    mu: v.optional(combineNumbers.contrastive.mu, 0.1),
    /** Plausibility mask; 0 keeps every token. */
    alpha: v.optional(v.pipe(finite, v.minValue(0), v.maxValue(1)), 0),
  }),
  v.strictObject({ kind: v.literal('geometric'), ...combineNumbers.geometric }),
  /** Address of an ES module with the hooks of a custom combination, relative to the page. */
  v.strictObject({ kind: v.literal('custom'), url: v.pipe(v.string(), v.nonEmpty()) }),
]);

const methodSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('plain'), model }),
  v.strictObject({
    kind: v.literal('speculative'),
    target: model,
    drafter: v.variant('kind', [
      v.strictObject({
        kind: v.literal('model'),
        model,
        draftLength: v.optional(v.union([draftLength, adaptive]), 4),
      }),
      v.strictObject({
        kind: v.literal('ngram'),
        draftLength: v.optional(v.union([draftLength, adaptive]), 4),
        /** Longest and shortest run of tokens looked up in prompt and output, longest first. */
        longestMatch: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(16)), 4),
        shortestMatch: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(16)), 2),
      }),
    ]),
    acceptance: v.optional(acceptanceSchema, { kind: 'exact' }),
  }),
  v.strictObject({
    kind: v.literal('collaborative'),
    members: v.pipe(v.array(memberSchema), v.minLength(2)),
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

const requestSchema = v.strictObject({
  prompt: v.string(),
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
  method: methodSchema,
});

/** What a caller passes to `decode`. */
export type DecodeRequest = v.InferInput<typeof requestSchema>;
/** A request with every default filled in, as results carry it. */
export type ValidDecodeRequest = v.InferOutput<typeof requestSchema> & { readonly seed: number };
export type DecodeMethod = ValidDecodeRequest['method'];
export type CollaborativeMethod = Extract<DecodeMethod, { kind: 'collaborative' }>;
/** A combination that numbers say all about. */
export type NumericCombine = Exclude<CollaborativeMethod['combine'], { kind: 'custom' }>;

/** Validated once, at the door. Throws `invalid-request`, naming the field, the value seen and the limit. */
export function validateDecodeRequest(request: unknown): ValidDecodeRequest {
  const valid = parseAs('request', requestSchema, request);
  refuseImpossible(valid);
  return { ...valid, seed: valid.seed ?? randomSeed() };
}

/**
 * The method's combination with other numbers, checked like those of a request.
 * @throws EngineError `invalid-request`, also where the method's combination has no such numbers
 */
export function withCombineNumbers(
  method: DecodeMethod,
  numbers: unknown,
): { readonly combine: NumericCombine; readonly numbers: CombineNumbers } {
  if (method.kind !== 'collaborative') {
    return refuse('update', `a ${method.kind} decode combines nothing: there is no weight to change`);
  }
  const { combine, members } = method;
  switch (combine.kind) {
    case 'custom':
      return refuse('update', 'a custom combination is code: it has no numbers that could be changed');
    case 'contrastive': {
      const { mu } = parseAs('update', v.strictObject(combineNumbers.contrastive), numbers);
      return { combine: { ...combine, mu }, numbers: { mu } };
    }
    default: {
      const { weights } = parseAs('update', v.strictObject(combineNumbers[combine.kind]), numbers);
      refuseImpossibleWeights('weights', combine.kind, weights, members.length);
      return { combine: { ...combine, weights }, numbers: { weights } };
    }
  }
}

/** @param whole what the message calls the value where no single field is at fault */
export function parseAs<const TSchema extends v.GenericSchema>(
  whole: string,
  schema: TSchema,
  value: unknown,
): v.InferOutput<TSchema> {
  const parsed = v.safeParse(schema, value, { abortPipeEarly: true });
  if (parsed.success) return parsed.output;
  const issue = parsed.issues[0];
  const field = v.getDotPath(issue) ?? whole;
  throw new EngineError('invalid-request', `${field}: ${issue.message}`, {
    details: { field, received: issue.received, expected: issue.expected ?? null },
  });
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

/** What no single field shows: parts that do not go together. */
function refuseImpossible({ method, sampling }: v.InferOutput<typeof requestSchema>): void {
  if (method.kind === 'speculative' && method.drafter.kind === 'ngram') {
    const { longestMatch, shortestMatch } = method.drafter;
    if (shortestMatch > longestMatch) {
      refuse('method.drafter', `shortestMatch ${shortestMatch} exceeds longestMatch ${longestMatch}`);
    }
  }
  if (method.kind === 'collaborative') refuseImpossibleTeam(method, sampling.temperature);
}

function refuseImpossibleTeam(method: CollaborativeMethod, temperature: number): void {
  const { members, combine, schedule, acceptance, defaultProposer } = method;
  const count = members.length;
  if (defaultProposer !== undefined && defaultProposer >= count) {
    refuse('method.defaultProposer', `member ${defaultProposer} of ${count}: members are counted from 0`);
  }
  if (combine.kind === 'contrastive' && count !== 2) {
    refuse('method.members', `contrastive takes an expert and an amateur, not ${count} members`);
  }
  if (combine.kind === 'weighted' || combine.kind === 'geometric') {
    refuseImpossibleWeights('method.combine.weights', combine.kind, combine.weights, count);
  }
  if (schedule === 'mixture') {
    if (combine.kind !== 'weighted') {
      refuse(
        'method.schedule',
        `mixture samples from one member a token, which only weighted allows, not ${combine.kind}`,
      );
    }
    if (acceptance.kind !== 'exact') {
      refuse(
        'method.schedule',
        `mixture judges no proposal, so it takes exact acceptance only, not ${acceptance.kind}`,
      );
    }
    if (temperature === 0) {
      refuse(
        'method.schedule',
        "mixture at temperature 0 would write one member's argmax, not that of the mixture: choose a temperature above 0 or another schedule",
      );
    }
  }
}

function refuseImpossibleWeights(
  field: string,
  kind: 'weighted' | 'geometric',
  weights: readonly number[],
  members: number,
): void {
  if (weights.length !== members) {
    refuse(field, `${weights.length} weights for ${members} members: one each is needed`);
  }
  if (kind === 'weighted' && !weights.some((weight) => weight > 0)) refuse(field, 'no weight is positive');
}

/** @throws EngineError `invalid-request` */
export function refuse(field: string, problem: string): never {
  throw new EngineError('invalid-request', `${field}: ${problem}`, { details: { field } });
}
