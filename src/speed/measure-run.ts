import type { DecodeRequest } from '../engine/request-types.ts';
import type { Round } from '../round/round.ts';
import { requestsAlong } from './contexts.ts';
import { type BeginDecode, measurePairs, msPerTokenOf } from './measure-pairs.ts';
import { referenceOf } from './reference.ts';
import { minPairs, type SpeedPair } from './speed-up.ts';

/** Pairs that are measured where time allows: more than `minPairs`, as short texts may leave some out. */
export const wantedPairs = 7;

/** Tokens of each text that is written for a pair: enough for a steady pace, few enough for several pairs. */
const tokens = { min: 8, max: 32 } as const;

/** Milliseconds. */
const budget = { min: 2000, max: 8000 } as const;

/** Time of a pair over the method's own: reference and method, and the reading of the context. */
const pairCost = 3.5;

export interface RunToMeasure {
  readonly decode: BeginDecode;
  /** With its seed and what else the engine chose: the request of a result. */
  readonly request: DecodeRequest;
  readonly rounds: readonly Round[];
  /**
   * No pair beyond `minPairs` is begun after this time, in milliseconds, and none at all after the longer of it and 8 seconds.
   * Default: about as long as the run took, 2 to 8 seconds.
   */
  readonly budgetMs?: number;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

/**
 * Runs method and reference again from several places of a text that was written; see `measurePairs`. Yields nothing for
 * a method that is a reference itself, and for a text of one round.
 * @throws what `decode` rejects with
 */
export async function* measureRun({
  decode,
  request,
  rounds,
  budgetMs = budgetFor(rounds),
  now = () => performance.now(),
  signal,
}: RunToMeasure): AsyncGenerator<SpeedPair, void, void> {
  const msPerToken = msPerTokenOf(rounds);
  if (msPerToken === null) return;
  const fitting = Math.floor(budgetMs / (wantedPairs * pairCost * msPerToken));
  const each = Math.min(tokens.max, Math.max(tokens.min, fitting));
  const pairs = requestsAlong(request, rounds, { count: wantedPairs, tokens: each }).flatMap((method) => {
    const reference = referenceOf(method);
    return reference ? [{ method, reference }] : [];
  });
  const startMs = now();
  const limits = { budgetMs: Math.max(budgetMs, budget.max), now, ...(signal && { signal }) };
  let measured = 0;
  for await (const pair of measurePairs({ decode, pairs, ...limits })) {
    yield pair;
    if (++measured >= minPairs && now() - startMs > budgetMs) return;
  }
}

/** What a reader may be kept waiting in the background: about as long as the run itself took. */
export function budgetFor(rounds: readonly Round[]): number {
  return Math.min(budget.max, Math.max(budget.min, rounds.at(-1)?.atMs ?? 0));
}
