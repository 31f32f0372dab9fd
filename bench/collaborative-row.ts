import { predictSpeedUp } from '../src/decode/predict-speed-up.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import { costAt, type ForwardCosts } from '../src/models/forward-costs.ts';
import { type Quartiles, quartilesOf, withSpread } from '../src/speed/quartiles.ts';
import type { Case } from './collaborative-cases.ts';
import { ForwardTimes } from './forward-times.ts';
import { otherMs, speedUpWithOther, type TokenTime, timeInWords, tokenTimeOf } from './token-time.ts';
import { ratioOf, speedOf, type Trial } from './trials.ts';

/** What a row of the table says. */
export interface Row {
  readonly name: string;
  readonly temperature: number;
  readonly members: readonly string[];
  readonly tokensPerSecond: Quartiles;
  /** Tokens per second over the mean of the `sequential` decodes just before and just after, trial by trial. */
  readonly ratio: Quartiles;
  /** What the formulas make of α and t(k) of each trial: a machine whose pace drifts does so between trials. */
  readonly predicted: Quartiles;
  readonly measuredOverPredicted: Quartiles;
  /** α_i over all trials [members]; null of those that proposed nothing that was judged. */
  readonly acceptanceRates: readonly (number | null)[];
  /** Forwards ÷ tokens, both after the first token. */
  readonly forwardsPerToken: number;
  /** Share of the time after the first token that was no forward. */
  readonly otherShare: number;
  readonly time: TokenTime;
  /** The same of the `sequential` decodes around. */
  readonly sequentialTime: TokenTime;
  /** `predicted`, with the time that was no forward on both sides. */
  readonly predictedWithOther: Quartiles;
  readonly measuredOverPredictedWithOther: Quartiles;
  /** Median t_i(k) over the decodes of this row and the `sequential` ones beside them [members]. */
  readonly costs: readonly ForwardCosts[];
}

/** Sums up the trials of one case; their reference is `sequential`. */
export function rowOf(
  { name, temperature }: Pick<Case, 'name' | 'temperature'>,
  trials: readonly Trial[],
): Row {
  const [{ result: some }] = trials;
  const { method } = some.request;
  if (method.kind !== 'collaborative') throw new Error(`${name}: ${method.kind} is not collaborative`);
  const later = trials.flatMap(({ result }) => result.rounds.slice(1));
  const forwards = later.reduce((sum, round) => sum + round.forwards.length, 0);
  const tokens = later.reduce((sum, round) => sum + round.committed.length, 0);
  const acceptanceRates = acceptanceRatesOf(trials);
  const predictions = trials.map((trial) => predictionOf(method, trial, acceptanceRates));
  const withOther = trials.map((trial, index) => withOtherTime(predictions[index], trial));
  const time = tokenTimeOf(trials.map(({ result }) => result));
  return {
    name,
    temperature,
    members: method.members.map(({ model }) => model),
    tokensPerSecond: quartilesOf(trials.map(({ result }) => speedOf(result))),
    ratio: quartilesOf(trials.map(ratioOf)),
    predicted: quartilesOf(predictions),
    measuredOverPredicted: quartilesOf(trials.map((trial, index) => ratioOf(trial) / predictions[index])),
    acceptanceRates,
    forwardsPerToken: forwards / tokens,
    otherShare: otherMs(time) / (time.forward + otherMs(time)),
    time,
    sequentialTime: tokenTimeOf(trials.flatMap(({ reference }) => reference)),
    predictedWithOther: quartilesOf(withOther),
    measuredOverPredictedWithOther: quartilesOf(
      trials.map((trial, index) => ratioOf(trial) / withOther[index]),
    ),
    costs: costsOf(trials),
  };
}

function predictionOf(
  method: Extract<DecodeResult['request']['method'], { kind: 'collaborative' }>,
  trial: Trial,
  overAll: readonly (number | null)[],
): number {
  const own = acceptanceRatesOf([trial]);
  return predictSpeedUp({
    schedule: method.schedule,
    draftLengths: method.members.map(({ draftLength }, member) => draftLengthOf(draftLength, trial, member)),
    defaultProposer: method.defaultProposer ?? 0,
    // Of those that never propose the prediction asks nothing.
    acceptanceRates: own.map((rate, member) => rate ?? overAll[member] ?? 1),
    costs: costsOf([trial]),
    weights: method.combine.kind === 'weighted' ? method.combine.weights : method.members.map(() => 1),
  });
}

/** An adaptive γ counts with its mean. */
function draftLengthOf(
  draftLength: number | 'adaptive' | undefined,
  { result }: Trial,
  member: number,
): number {
  if (draftLength !== 'adaptive') return result.rounds[0].draftLengths[member];
  return Math.max(1, Math.round(result.stats.members[member].meanDraftLength ?? 1));
}

/** A prediction of `predictionOf` when both sides also take the time that is no forward. */
function withOtherTime(prediction: number, trial: Trial): number {
  const costs = costsOf([trial]);
  const sequentialForwardMs = costs.reduce((sum, memberCosts) => sum + costAt(memberCosts, 1), 0);
  return speedUpWithOther(
    prediction,
    sequentialForwardMs,
    tokenTimeOf([trial.result]),
    tokenTimeOf(trial.reference),
  );
}

/** t_i(k) over the trials' decodes, `sequential` ones too. */
function costsOf(trials: readonly Trial[]): ForwardCosts[] {
  const times = new ForwardTimes(trials[0].result.stats.members.length);
  for (const { result, reference } of trials) for (const each of [result, ...reference]) times.add(each);
  return times.costs();
}

function acceptanceRatesOf(trials: readonly Trial[]): (number | null)[] {
  return trials[0].result.stats.members.map((_, member) => {
    const verdicts = trials.map(({ result }) => result.stats.members[member]);
    const accepted = verdicts.reduce((sum, each) => sum + each.accepted, 0);
    const judged = accepted + verdicts.reduce((sum, each) => sum + each.rejected, 0);
    return judged > 0 ? accepted / judged : null;
  });
}

/** The rows' times as a table, to stand below that of their speeds. */
export function tokenTimesInWords(rows: readonly Row[]): string {
  const lines = rows.map((row) =>
    [
      row.name,
      timeInWords(row.time),
      timeInWords(row.sequentialTime),
      withSpread(row.predictedWithOther, 2),
      withSpread(row.measuredOverPredictedWithOther, 2),
    ].join(' | '),
  );
  return `Where a token's time goes, in milliseconds: forwards + sampling and judging + the rest (text, taking turns, the port
to the page); and the prediction when both sides take what is no forward, too.

| | this row | sequential | predicted so | measured ÷ that |
|---|---|---|---|---|
${lines.map((line) => `| ${line} |`).join('\n')}`;
}
