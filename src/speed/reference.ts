import type { DecodeRequest } from '../engine/request-types.ts';

/**
 * The same request without taking turns: a collaborative method asks every model for every token, a speculative one
 * asks its target alone. Under `coupled` acceptance and at temperature 0 both write the same text.
 * @returns null for `plain` and `sequential`, which are references themselves
 */
export function referenceOf(request: DecodeRequest): DecodeRequest | null {
  const { method } = request;
  switch (method.kind) {
    case 'plain':
      return null;
    case 'speculative':
      return { ...request, method: { kind: 'plain', model: method.target } };
    case 'collaborative':
      if (method.schedule === 'sequential') return null;
      return { ...request, method: { ...method, schedule: 'sequential' } };
  }
}
