import type { DecodeResult } from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import type { Round } from '../round/round.ts';
import { referenceOf } from './reference.ts';

/** Model calls of a run beside those that its reference needs for the same tokens. The prompt's reading is left out. */
export interface ComparedCalls {
  /** Of the models that every token follows. */
  readonly calls: number;
  /** The reference asks each of them once for every token. */
  readonly referenceCalls: number;
  /** Of a draft model: cheaper ones, which the reference does not make. */
  readonly draftCalls: number;
}

/** Counts what is known without running the reference. @returns null for a method that is a reference itself */
export function comparedCalls(
  request: Pick<DecodeRequest, 'method'>,
  rounds: readonly Round[],
  finishReason: DecodeResult['finishReason'] | null = null,
): ComparedCalls | null {
  if (referenceOf(request) === null) return null;
  const { method } = request;
  const targets = method.kind === 'collaborative' ? method.members.length : 1;
  const forwards = rounds.flatMap((round) => round.forwards).filter(({ kind }) => kind !== 'prefill');
  const calls = forwards.filter(({ member }) => member < targets).length;
  const written = rounds.slice(1).reduce((sum, { committed }) => sum + committed.length, 0);
  // The end token was asked for too, though the text goes without it.
  const tokens = written + (finishReason === 'end' && rounds.length > 1 ? 1 : 0);
  return { calls, referenceCalls: targets * tokens, draftCalls: forwards.length - calls };
}

/** Share of the reference's calls that were not made; below 0 where more were made. Null before any was needed. */
export function savedShare({ calls, referenceCalls }: ComparedCalls): number | null {
  return referenceCalls > 0 ? 1 - calls / referenceCalls : null;
}
