import type { DecodeRun } from '../engine/engine-api.ts';
import type { DecodeRequest } from '../engine/request-types.ts';
import type { Round } from '../round/round.ts';
import type { SpeedPair } from './speed-up.ts';

/** A method and its reference from one context on. */
export interface PairRequests {
  readonly method: DecodeRequest;
  readonly reference: DecodeRequest;
}

/** Begins a run of the engine, in its turn. */
export type BeginDecode = (request: DecodeRequest) => Pick<DecodeRun, 'result' | 'stop'>;

/** What `measurePairs` runs. */
export interface PairsToMeasure {
  readonly decode: BeginDecode;
  /** One entry per pair. Short texts from several contexts of one story measure it better than one long text. */
  readonly pairs: readonly PairRequests[];
  /** No pair is begun after this time, in milliseconds; the first always runs. Default: no limit. */
  readonly budgetMs?: number;
  readonly now?: () => number;
  /** Ends the run under way and the measurement; what was measured before is kept. */
  readonly signal?: AbortSignal;
}

/**
 * Runs each pair, the method first in every other one, so that a machine that warms up or gets busy favours neither.
 * Yields the times per token, counted from the first token on. Pairs in which one of both writes fewer than two
 * rounds have no time and are left out.
 * @throws what `decode` rejects with
 */
export async function* measurePairs({
  decode,
  pairs,
  budgetMs = Number.POSITIVE_INFINITY,
  now = () => performance.now(),
  signal,
}: PairsToMeasure): AsyncGenerator<SpeedPair, void, void> {
  const startMs = now();
  for (const [index, { method, reference }] of pairs.entries()) {
    if (signal?.aborted || (index > 0 && now() - startMs > budgetMs)) return;
    const isMethodFirst = index % 2 === 1;
    const first = await msPerToken(decode(isMethodFirst ? method : reference), signal);
    if (signal?.aborted) return;
    const second = await msPerToken(decode(isMethodFirst ? reference : method), signal);
    if (signal?.aborted) return;
    if (first === null || second === null) continue;
    yield isMethodFirst ? { methodMs: first, referenceMs: second } : { methodMs: second, referenceMs: first };
  }
}

async function msPerToken(
  run: ReturnType<BeginDecode>,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const stop = (): void => run.stop();
  signal?.addEventListener('abort', stop);
  try {
    return msPerTokenOf((await run.result).rounds);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** Milliseconds per token behind the first round, which reads the prompt; null where there is no other round. */
export function msPerTokenOf(rounds: readonly Round[]): number | null {
  const [first, ...others] = rounds;
  const tokens = others.reduce((sum, { committed }) => sum + committed.length, 0);
  const ms = (others.at(-1)?.atMs ?? 0) - (first?.atMs ?? 0);
  return tokens > 0 && ms > 0 ? ms / tokens : null;
}
