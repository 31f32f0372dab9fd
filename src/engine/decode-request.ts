import * as v from 'valibot';
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

const methodSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('plain'), model }),
  v.strictObject({
    kind: v.literal('speculative'),
    target: model,
    drafter: v.variant('kind', [
      v.strictObject({
        kind: v.literal('model'),
        model,
        draftLength: v.optional(draftLength, 4),
      }),
      v.pipe(
        v.strictObject({
          kind: v.literal('ngram'),
          draftLength: v.optional(draftLength, 4),
          /** Longest and shortest run of tokens looked up in prompt and output, longest first. */
          longestMatch: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(16)), 4),
          shortestMatch: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(16)), 2),
        }),
        v.check(
          ({ longestMatch, shortestMatch }) => shortestMatch <= longestMatch,
          'shortestMatch exceeds longestMatch',
        ),
      ),
    ]),
    acceptance: v.optional(v.strictObject({ kind: v.literal('exact') }), { kind: 'exact' }),
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

/** Validated once, at the door. Throws `invalid-request`, naming the field, the value seen and the limit. */
export function validateDecodeRequest(request: unknown): ValidDecodeRequest {
  const parsed = v.safeParse(requestSchema, request, { abortPipeEarly: true });
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const field = v.getDotPath(issue) ?? 'request';
    throw new EngineError('invalid-request', `${field}: ${issue.message}`, {
      details: { field, received: issue.received, expected: issue.expected ?? null },
    });
  }
  return { ...parsed.output, seed: parsed.output.seed ?? randomSeed() };
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
