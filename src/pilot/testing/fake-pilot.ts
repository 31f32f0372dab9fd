import type { DecodeResult } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import type { FinishedRun, PilotEngine, PilotPlan, PilotRun, PilotStore } from '../pilot.ts';
import { type PilotSettings, planPilot } from '../plan.ts';

export const settings: PilotSettings = {
  prompts: [
    { text: 'one', id: null },
    { text: 'two', id: 'second' },
  ],
  repeats: 1,
  request: { seed: 5, maxTokens: 20, sampling: { temperature: 1 } },
  speculative: { target: 'base', draft: 'draft', drafters: ['model'], draftLengths: [2, 4] },
  team: null,
  acceptances: [{ kind: 'exact' }],
};

/** As many as a speed needs. */
export const fivePrompts = ['one', 'two', 'three', 'four', 'five'].map((text) => ({ text, id: null }));

/** A plan of a reference and drafts of 2 and 4 tokens, two prompts. */
export function fakePlan(change: Partial<PilotSettings> = {}): PilotPlan {
  return planPilot({ ...settings, ...change }).plan;
}

/** A run of ten tokens behind the first in 100 ms, but for what is given. */
export function fakeRun(change: Partial<FinishedRun> & { readonly case: number }): FinishedRun {
  return {
    session: '2026-01-01T00:00:00.000Z',
    failure: null,
    elapsedMs: 120,
    text: ' text',
    tokenIds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    finishReason: 'length',
    timeToFirstTokenMs: 20,
    tokensAfterFirst: 10,
    msAfterFirst: 100,
    targetForwards: 10,
    draftForwards: 0,
    accepted: 0,
    rejected: 0,
    deviation: null,
    predictedSpeedUp: null,
    ...change,
  };
}

export class MemoryStore implements PilotStore {
  readonly kept = new Map<string, unknown[]>();

  async read(key: string): Promise<readonly unknown[]> {
    return this.kept.get(key) ?? [];
  }

  async add(key: string, run: PilotRun): Promise<void> {
    this.kept.set(key, [...(this.kept.get(key) ?? []), JSON.parse(JSON.stringify(run))]);
  }
}

/** Answers every request with eleven tokens; remembers what it was asked. */
export class FakeEngine implements PilotEngine {
  readonly asked: DecodeRequest[] = [];
  /** Called before each answer with the request; may throw, or abort. */
  readonly #before: (request: DecodeRequest, count: number) => void;

  constructor(before: (request: DecodeRequest, count: number) => void = () => {}) {
    this.#before = before;
  }

  decode(request: DecodeRequest, { signal }: { readonly signal?: AbortSignal } = {}) {
    const result = Promise.resolve().then(() => {
      this.asked.push(request);
      this.#before(request, this.asked.length);
      return resultOf(request, signal?.aborted ?? false);
    });
    return { result };
  }
}

function resultOf(request: DecodeRequest, isAborted: boolean): DecodeResult {
  const round = (committed: readonly number[], atMs: number) => ({
    committed,
    atMs,
    forwards: [{ member: 0, kind: 'score', tokens: 1, startMs: 0, ms: 10, estimated: false }],
    proposals: [],
  });
  return {
    rounds: [round([1], 20), round([2, 3, 4, 5, 6], 70), round([7, 8, 9, 10, 11], 120)],
    tokenIds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
    text: ' text',
    finishReason: isAborted ? 'abort' : 'length',
    request,
    stats: { members: [], deviation: null, speedUp: null, timeToFirstTokenMs: 20 },
  } as unknown as DecodeResult;
}
