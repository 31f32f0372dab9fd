import type { Round } from '../round/round.ts';
import type { DecodeRequest } from './request-types.ts';

/** The request with the combination that was in force in the last of these rounds of its run. */
export function withCombineOf(request: DecodeRequest, rounds: readonly Round[]): DecodeRequest {
  const { method } = request;
  const numbers = rounds.findLast(({ combine }) => combine !== undefined)?.combine;
  if (!numbers || method.kind !== 'collaborative') return request;
  const combine = { ...method.combine, ...numbers } as typeof method.combine;
  return { ...request, method: { ...method, combine } };
}
