import type { Combine } from '../combine/combine.ts';
import { contrastiveCombine } from '../combine/contrastive-combine.ts';
import { loadCustomCombine } from '../combine/custom-combine.ts';
import { geometricCombine } from '../combine/geometric-combine.ts';
import { weightedCombine } from '../combine/weighted-combine.ts';
import type { MethodPlan } from '../decode/method-plan.ts';
import { type NumericCombine, refuse } from './decode-request.ts';
import { chooseDefaultProposer, type ProposerCandidate } from './default-proposer.ts';
import type { ValidCollaborativeMethod, ValidDecodeRequest } from './request-types.ts';

/**
 * The request with its default proposer chosen, and the method's draft length given to that member, so that its
 * result tells how to repeat it.
 */
export function withDefaultProposer(
  request: ValidDecodeRequest,
  models: readonly Omit<ProposerCandidate, 'weight'>[],
): ValidDecodeRequest {
  const { method } = request;
  if (method.kind !== 'collaborative') return request;
  const { draftLength, ...team } = method;
  const weights = weightsOf(method);
  const defaultProposer =
    method.defaultProposer ??
    chooseDefaultProposer(models.map((model, member) => ({ ...model, weight: weights[member] })));
  const members = method.members.map((member, index) =>
    draftLength !== undefined && index === defaultProposer ? { ...member, draftLength } : member,
  );
  return { ...request, method: { ...team, members, defaultProposer } };
}

/**
 * The request's method as the loop sees it: no names, combination loaded.
 * @param baseUrl what the address of a custom combination is relative to
 * @throws EngineError `invalid-request` for a custom combination that cannot be loaded
 */
export async function planMethod({ method }: ValidDecodeRequest, baseUrl: string): Promise<MethodPlan> {
  if (method.kind !== 'collaborative') return method;
  return {
    kind: 'collaborative',
    acceptance: method.acceptance,
    combine: await createCombine(method.combine, baseUrl),
    schedule: method.schedule,
    defaultProposer: method.defaultProposer ?? 0,
    draftLengths: method.members.map(({ draftLength }) => draftLength),
  };
}

/** How much each member weighs in the combination; a custom one does not say. */
function weightsOf({ combine, members }: ValidCollaborativeMethod): readonly number[] {
  switch (combine.kind) {
    case 'weighted':
    case 'geometric':
      return combine.weights;
    case 'contrastive':
      return [1, -combine.mu];
    case 'custom':
      return members.map(() => 1);
  }
}

/** @throws EngineError `invalid-request` for a custom combination that cannot be loaded */
async function createCombine(
  combine: ValidCollaborativeMethod['combine'],
  baseUrl: string,
): Promise<Combine> {
  if (combine.kind !== 'custom') return numericCombine(combine);
  const { url } = combine;
  if (!URL.canParse(url, baseUrl)) refuse('method.combine.url', `"${url}" is not a valid URL`);
  return loadCustomCombine(new URL(url, baseUrl).href);
}

export function numericCombine(combine: NumericCombine): Combine {
  switch (combine.kind) {
    case 'weighted':
      return weightedCombine(combine.weights);
    case 'contrastive':
      return contrastiveCombine(combine.mu, combine.alpha);
    case 'geometric':
      return geometricCombine(combine.weights);
  }
}
