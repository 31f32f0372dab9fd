import type { DecodeResult, EngineApi, LoadProgress } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { EngineError } from '../../errors/engine-error.ts';
import { measureRun, wantedPairs } from '../../speed/measure-run.ts';
import { referenceOf } from '../../speed/reference.ts';
import { measuredSpeedUp, type SpeedPair } from '../../speed/speed-up.ts';
import { defaultTeam } from '../models/default-models.ts';
import type { BothWays } from './verdict.ts';

/** One story, written both ways. */
export interface SeenRuns extends BothWays {
  readonly prompt: string;
  readonly reference: DecodeResult;
  readonly turns: DecodeResult;
  readonly pairs: readonly SpeedPair[];
}

/** What a visitor asks for. */
export interface SeeRequest {
  readonly prompt: string;
  readonly seed: number;
}

/** Both ways share their random numbers (`coupled`), so they write one text. */
export function turnsRequest({ prompt, seed }: SeeRequest): DecodeRequest {
  return {
    prompt,
    seed,
    maxTokens: 200,
    sampling: { temperature: 0.9 },
    method: {
      kind: 'collaborative',
      members: defaultTeam.map((model) => ({ model, draftLength: 1 })),
      combine: { kind: 'weighted', weights: defaultTeam.map(() => 1 / defaultTeam.length) },
      schedule: 'alternate',
      acceptance: { kind: 'coupled' },
    },
  };
}

/** The comparison is what the screen is about: it may take longer than elsewhere. */
const budgetMs = 12_000;

const warmUpTokens = 24;

/** One model call after the other, or taking turns. */
export type Way = 'reference' | 'turns';

export interface RunSteps {
  /** Tokens written so far in this way. */
  readonly onTokens: (tokens: number, way: Way) => void;
  /** Comparisons measured so far. */
  readonly onPair: (pairs: number, of: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Writes a story both ways, then compares their speed in pairs of short texts along it.
 * @throws the signal's reason, and what `decode` rejects with
 */
export async function runBothWays(
  decode: EngineApi['decode'],
  asked: SeeRequest,
  { onTokens, onPair, signal }: RunSteps,
): Promise<SeenRuns> {
  const request = turnsRequest(asked);
  const otherWay = referenceOf(request);
  if (!otherWay) throw new EngineError('invalid-request', 'a single model has no other way to write');
  const write = async (one: DecodeRequest, way: Way | null): Promise<DecodeResult> => {
    signal.throwIfAborted();
    const run = decode(one);
    const stop = (): void => run.stop();
    signal.addEventListener('abort', stop);
    try {
      let tokens = 0;
      for await (const { committed } of run) {
        tokens += committed.length;
        if (way) onTokens(tokens, way);
      }
      const result = await run.result;
      signal.throwIfAborted();
      return result;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  };
  // The first passes of a model take several times as long as all later ones.
  for (const one of [otherWay, request]) await write({ ...one, maxTokens: warmUpTokens }, null);
  const reference = await write(otherWay, 'reference');
  const turns = await write(request, 'turns');
  const pairs: SpeedPair[] = [];
  for await (const pair of measureRun({ decode, request, rounds: turns.rounds, budgetMs, signal })) {
    pairs.push(pair);
    onPair(pairs.length, wantedPairs);
  }
  signal.throwIfAborted();
  return seenRuns(asked.prompt, { reference, turns, pairs });
}

/** @param runs both texts from the same prompt and seed, and the comparisons that ran beside them */
export function seenRuns(
  prompt: string,
  runs: {
    readonly reference: DecodeResult;
    readonly turns: DecodeResult;
    readonly pairs: readonly SpeedPair[];
  },
): SeenRuns {
  const { reference, turns, pairs } = runs;
  return {
    ...{ prompt, reference, turns, pairs },
    referenceCalls: callsOf(reference),
    turnsCalls: callsOf(turns),
    isSameText: reference.tokenIds.join() === turns.tokenIds.join(),
    speedUp: measuredSpeedUp(pairs),
  };
}

/** Without the reading of the prompt, which is the same either way. */
function callsOf({ rounds }: DecodeResult): number {
  return rounds.flatMap(({ forwards }) => forwards).filter(({ kind }) => kind !== 'prefill').length;
}

/**
 * Connects and loads both models, the second after the first. If that fails or is aborted, the engine is closed.
 * @param onProgress also gets which model the progress is about, by its place in the team
 */
export async function openTeam(
  connectEngine: () => Promise<EngineApi>,
  onProgress: (progress: LoadProgress, model: number) => void,
  signal: AbortSignal,
): Promise<EngineApi> {
  const engine = await connectEngine();
  try {
    for (const [model, id] of defaultTeam.entries()) {
      await engine.load(id, { signal, onProgress: (progress) => onProgress(progress, model) });
    }
    signal.throwIfAborted();
    return engine;
  } catch (error) {
    await engine.close().catch(() => {});
    throw error;
  }
}
