import type { MethodPlan } from '../decode/assemble-decode.ts';
import type { DecodeMethod } from './decode-request.ts';

/** A request's method as the loop sees it: the models' names in member order, and a plan without names. */
export function methodMembers(method: DecodeMethod): { models: readonly string[]; plan: MethodPlan } {
  if (method.kind === 'plain') return { models: [method.model], plan: { kind: 'plain' } };
  const { target, drafter } = method;
  return {
    models: drafter.kind === 'model' ? [target, drafter.model] : [target],
    plan: { kind: 'speculative', drafter },
  };
}
