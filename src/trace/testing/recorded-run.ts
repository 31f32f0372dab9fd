import { weightedCombine } from '../../combine/weighted-combine.ts';
import type { MethodPlan } from '../../decode/method-plan.ts';
import { summarize } from '../../decode/statistics.ts';
import { runFakeDecode } from '../../decode/testing/fake-decode.ts';
import { FakeModel } from '../../decode/testing/fake-model.ts';
import { validateDecodeRequest } from '../../engine/decode-request.ts';
import type { DecodeResult, LoadedModel } from '../../engine/engine-api.ts';
import type { DecodeRequest } from '../../engine/request-types.ts';
import { PhiloxSource } from '../../random/philox-source.ts';
import type { Round } from '../../round/round.ts';
import type { Trace } from '../trace.ts';
import { traceHeader } from '../write-trace.ts';

const weights = [0.8, 0.2];

export const requests = {
  collaborative: {
    prompt: 'ab',
    seed: 2 ** 40,
    stop: ['\u2028"</script>'],
    method: {
      kind: 'collaborative',
      members: [
        { model: 'a', draftLength: 3 },
        { model: 'b', prompt: 'c', sampling: { topK: 3 } },
      ],
      combine: { kind: 'weighted', weights: [0.5, 0.5] },
    },
  },
  plain: { prompt: 'ab', method: { kind: 'plain', model: 'a' } },
  ngram: { prompt: 'ab', seed: 1, method: { kind: 'speculative', target: 'a', drafter: { kind: 'ngram' } } },
} satisfies Record<string, DecodeRequest>;

const plans: Readonly<Record<keyof typeof requests, MethodPlan>> = {
  collaborative: {
    kind: 'collaborative',
    combine: weightedCombine([0.5, 0.5]),
    acceptance: { kind: 'exact' },
    schedule: 'alternate',
    defaultProposer: 0,
    draftLengths: [3, 1],
  },
  plain: { kind: 'plain' },
  ngram: {
    kind: 'speculative',
    acceptance: { kind: 'exact' },
    drafter: { kind: 'ngram', draftLength: 4, longestMatch: 3, shortestMatch: 1 },
  },
};

export const loadedModels = ['a', 'b'].map((id, index) => ({
  id,
  title: `Model ${id}`,
  backend: 'wasm',
  sha256: String(index).repeat(64),
})) as LoadedModel[];

/** Rounds of the real loop over tables of logits, ten milliseconds apart, and what a recording makes of them. */
export async function recordedRun(kind: keyof typeof requests = 'collaborative'): Promise<Trace> {
  const request: DecodeRequest = requests[kind];
  const header = traceHeader({
    request,
    models: loadedModels,
    labels: ['<b>Fairy</b>'],
    createdAt: new Date('2026-11-05T10:00:00Z'),
  });
  const {
    rounds: timeless,
    text,
    finishReason,
  } = await runFakeDecode({
    models: header.members.map((_, seed) => new FakeModel({ vocabSize: 6, seed })),
    method: plans[kind],
    random: new PhiloxSource(3),
    maxTokens: 20,
    ...(kind === 'collaborative' && {
      logprobs: 2,
      combineChanges: { 3: { combine: weightedCombine(weights), numbers: { weights } } },
    }),
  });
  const rounds: Round[] = timeless.map((round) => ({ ...round, atMs: 10 * (round.index + 1) }));
  const valid = validateDecodeRequest({ ...request, seed: request.seed ?? 99 });
  const result: DecodeResult = {
    text,
    promptTokenIds: [0, 1],
    tokenIds: rounds.flatMap(({ committed }) => committed),
    finishReason,
    backend: 'wasm',
    rounds,
    seed: valid.seed,
    request: valid,
    lossy: false,
    resumed: [],
    stats: {
      ...summarize(
        rounds,
        header.members.map(({ model }) => model),
        3,
      ),
      speedUp: kind === 'plain' ? null : { predicted: 1.5 },
    },
  };
  const token = { tokenId: rounds[1].proposals[0].tokenId, text: '\n', probability: 0.25, rank: 2 };
  const list = {
    top: [{ ...token, probability: 0.75 }].map(({ rank: _, ...candidate }) => candidate),
    token,
  };
  return {
    header,
    rounds,
    candidates: [
      { round: 1, proposal: 0, candidates: { members: header.members.map(() => null), combined: list } },
      { round: 1, proposal: 0, candidates: { members: header.members.map(() => list), combined: list } },
    ],
    result,
    speedPairs: [
      { methodMs: 10, referenceMs: 15 },
      { methodMs: 10.5, referenceMs: 14 },
    ],
  };
}
