import { predictSpeculativeSpeedUp } from '../../src/decode/predict-speed-up.ts';
import type { DecodeResult } from '../../src/engine/engine-api.ts';
import { costAt, type ForwardCosts } from '../../src/models/forward-costs.ts';
import { type Quartiles, quartilesOf } from '../../src/speed/quartiles.ts';
import { ForwardTimes } from '../forward-times.ts';
import { ratioOf, speedOf, type Trial } from '../trials.ts';
import { type DraftingLimit, limitOf } from './drafting-limit.ts';

/** What speculative decoding came to, over plain decoding of the same prompts and seeds. */
export interface DraftingRow {
  readonly name: string;
  readonly tokensPerSecond: Quartiles;
  /** Tokens per second over those of plain decoding, trial by trial. */
  readonly ratio: Quartiles;
  /** What the formula makes of α and t(k), trial by trial; null for drafters that do not always find γ tokens. */
  readonly predicted: Quartiles | null;
  /** accepted ÷ (accepted + rejected) over all trials; null where nothing was proposed. */
  readonly acceptanceRate: number | null;
  /** Mean γ asked for. */
  readonly draftLength: number;
  /** Tokens a round, the first left out. */
  readonly tokensPerRound: number;
  /** Passes of the draft model in a round, in t(1) of the target: γ·c. */
  readonly draftCost: number;
  /** Passes of the target in a round, in its t(1): t(γ+1) ÷ t(1). */
  readonly scoreCost: number;
  readonly limit: DraftingLimit;
}

const targetMember = 0;
const drafterMember = 1;

/** Sums up the trials of one variant; there is at least one. */
export function draftingRowOf(name: string, trials: readonly Trial[]): DraftingRow {
  let rounds = 0;
  let tokens = 0;
  let askedDrafts = 0;
  let draftCost = 0;
  let scoreCost = 0;
  // Medians over all trials: a pass during which others had the core would count for many.
  const costs = costsOf(
    trials.flatMap(({ result, reference }) => [result, ...reference]),
    trials[0].result.stats.members.length,
  );
  const targetMs = costAt(costs[targetMember], 1);
  for (const { result } of trials) {
    for (const { forwards, committed, draftLengths } of result.rounds.slice(1)) {
      rounds++;
      tokens += committed.length;
      askedDrafts += draftLengths[drafterMember] ?? 0;
      for (const forward of forwards) {
        const cost = costAt(costs[forward.member], forward.tokens) / targetMs;
        if (forward.member === targetMember) scoreCost += cost;
        else draftCost += cost;
      }
    }
  }
  const ratio = quartilesOf(trials.map(ratioOf));
  const perRound = {
    draftLength: askedDrafts / rounds,
    tokensPerRound: tokens / rounds,
    draftCost: draftCost / rounds,
    scoreCost: scoreCost / rounds,
  };
  const predictions = trials.flatMap((trial) => predictionOf(trial) ?? []);
  return {
    name,
    tokensPerSecond: quartilesOf(trials.map(({ result }) => speedOf(result))),
    ratio,
    predicted: predictions.length === trials.length ? quartilesOf(predictions) : null,
    acceptanceRate: acceptanceRateOf(trials.map(({ result }) => result)),
    ...perRound,
    limit: limitOf({ ...perRound, measured: ratio.median }),
  };
}

function acceptanceRateOf(results: readonly DecodeResult[]): number | null {
  const verdicts = results.flatMap(({ stats }) => stats.members);
  const accepted = verdicts.reduce((sum, member) => sum + member.accepted, 0);
  const rejected = verdicts.reduce((sum, member) => sum + member.rejected, 0);
  return accepted + rejected > 0 ? accepted / (accepted + rejected) : null;
}

/** Of a draft model with a fixed γ. */
function predictionOf({ result, reference }: Trial): number | null {
  const { method } = result.request;
  if (method.kind !== 'speculative' || method.drafter.kind !== 'model') return null;
  const { draftLength } = method.drafter;
  const acceptanceRate = acceptanceRateOf([result]);
  if (draftLength === 'adaptive' || acceptanceRate === null) return null;
  const [targetCosts, draftCosts] = costsOf([result, ...reference], result.stats.members.length);
  return predictSpeculativeSpeedUp({ draftLength, acceptanceRate, draftCosts, targetCosts });
}

function costsOf(results: readonly DecodeResult[], members: number): ForwardCosts[] {
  const times = new ForwardTimes(members);
  for (const result of results) times.add(result);
  return times.costs();
}
