import * as v from 'valibot';
import type { CombineNumbers } from '../combine/combine.ts';
import { EngineError } from '../errors/engine-error.ts';
import { parseOrThrow } from '../errors/parse-or-throw.ts';
import { combineNumbers, recordedRequestSchema, requestSchema } from './request-schema.ts';
import type {
  GeometricCombination,
  RecordedRequest,
  ValidCollaborativeMethod,
  ValidContrastiveCombination,
  ValidDecodeMethod,
  ValidDecodeRequest,
  WeightedCombination,
} from './request-types.ts';

/** A combination defined by numbers alone. */
export type NumericCombine = WeightedCombination | ValidContrastiveCombination | GeometricCombination;

/** Validates a request. Throws `invalid-request` with the field, the value and the limit. */
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
  method: ValidDecodeMethod,
  numbers: unknown,
): { readonly combine: NumericCombine; readonly numbers: CombineNumbers } {
  if (method.kind !== 'collaborative') {
    return refuse('update', `a ${method.kind} decode has no combination whose weights could change`);
  }
  const { combine, members } = method;
  switch (combine.kind) {
    case 'custom':
      return refuse('update', 'a custom combination has no weights that could change');
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
  return parseOrThrow(schema, value, whole, ({ field, reason, expected, received, sentence }) => {
    const details = { field, reason, expected, received };
    return new EngineError('invalid-request', `${sentence}.`, { details });
  });
}

/**
 * Checks a request that was recorded, maybe by a later version: fields unknown here are left out.
 * @throws EngineError `invalid-request`
 */
export function validateRecordedRequest(request: unknown): RecordedRequest {
  const valid = parseAs('request', recordedRequestSchema, request);
  refuseImpossible(valid);
  return valid;
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

/** Refuses fields that do not go together. */
function refuseImpossible(request: RecordedRequest): void {
  const { method, sampling, logprobs } = request;
  refuseImpossiblePrompts(request);
  if (method.kind === 'speculative' && method.drafter.kind === 'ngram') {
    const { longestMatch, shortestMatch } = method.drafter;
    if (shortestMatch > longestMatch) {
      refuse('method.drafter', `shortestMatch ${shortestMatch} exceeds longestMatch ${longestMatch}`);
    }
  }
  if (method.kind === 'collaborative') {
    refuseImpossibleTeam(method, sampling.temperature);
    if (method.schedule === 'mixture' && logprobs !== undefined) {
      refuse(
        'logprobs',
        'not available with mixture, which draws each token from one member and never forms the combined distribution: choose another schedule',
      );
    }
  }
}

function refuseImpossiblePrompts(request: RecordedRequest): void {
  const members = request.method.kind === 'collaborative' ? request.method.members : [];
  const both = 'cannot be combined with prompt: remove one of the two';
  if (hasPrompt(request)) {
    if (request.prompt !== undefined && request.messages !== undefined) refuse('messages', both);
  } else if (members.length === 0 || !members.every(hasPrompt)) {
    refuse('prompt', 'is missing: pass prompt or messages');
  }
  for (const [index, { prompt, messages }] of members.entries()) {
    if (prompt !== undefined && messages !== undefined) refuse(`method.members.${index}.messages`, both);
  }
}

const hasPrompt = ({ prompt, messages }: { prompt?: unknown; messages?: unknown }): boolean =>
  prompt !== undefined || messages !== undefined;

function refuseImpossibleTeam(method: ValidCollaborativeMethod, temperature: number): void {
  const { members, combine, schedule, acceptance, defaultProposer } = method;
  const count = members.length;
  if (defaultProposer !== undefined && defaultProposer >= count) {
    refuse('method.defaultProposer', `member ${defaultProposer} of ${count}: members are counted from 0`);
  }
  if (combine.kind === 'contrastive' && count !== 2) {
    refuse('method.members', `contrastive needs exactly two members (expert and amateur), not ${count}`);
  }
  if (combine.kind === 'weighted' || combine.kind === 'geometric') {
    refuseImpossibleWeights('method.combine.weights', combine.kind, combine.weights, count);
  }
  if (schedule === 'mixture') {
    if (combine.kind !== 'weighted') {
      refuse('method.schedule', `mixture requires a weighted combination, not ${combine.kind}`);
    }
    if (acceptance.kind !== 'exact') {
      refuse(
        'method.schedule',
        `mixture never verifies, so it requires exact acceptance, not ${acceptance.kind}`,
      );
    }
    if (temperature === 0) {
      refuse(
        'method.schedule',
        'mixture cannot decode greedily (temperature 0): use a temperature above 0 or another schedule',
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
    refuse(field, `${weights.length} weights for ${members} members: pass one weight per member`);
  }
  if (kind === 'weighted' && !weights.some((weight) => weight > 0)) refuse(field, 'no weight is positive');
}

/** @throws EngineError `invalid-request` */
export function refuse(field: string, problem: string): never {
  throw new EngineError('invalid-request', `${field}: ${problem}`, { details: { field } });
}
