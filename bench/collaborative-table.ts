import { predictSpeedUp } from '../src/decode/predict-speed-up.ts';
import type { DecodeRequest } from '../src/engine/decode-request.ts';
import type { DecodeResult } from '../src/engine/engine-api.ts';
import { costAt, type ForwardCosts } from '../src/models/forward-costs.ts';
import { type Bench, type BenchTable, type Cell, cellsOf, enoughTokens } from './bench-table.ts';
import { type Case, models, type Section, sections, type TeamMethod } from './collaborative-cases.ts';
import { ForwardTimes } from './forward-times.ts';
import { paperInWords } from './paper-speed-ups.ts';
import { type Quartiles, quartilesOf, withSpread } from './quartiles.ts';

/** One decode of a case with the two `sequential` ones around it. */
export interface Trial {
  readonly result: DecodeResult;
  readonly sequential: readonly DecodeResult[];
}

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
  /** Median t_i(k) over the decodes of this row and the `sequential` ones beside them [members]. */
  readonly costs: readonly ForwardCosts[];
}

interface MeasuredSection {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Every schedule and combination over `sequential`, beside what the formulas promise. */
export const collaborativeTable: BenchTable = {
  name: 'collaborative',
  models,
  async measure(bench) {
    const maxTokens = bench.quick ? 60 : 100;
    const cells = bench.quick ? cellsOf(2, 1) : cellsOf(3, 2);
    const measured: MeasuredSection[] = [];
    for (const section of sections(bench.quick)) {
      measured.push(await measureSection(section, cells, maxTokens, bench));
    }
    return {
      markdown: `${collaborativePage(measured, maxTokens)}\n${paperInWords}`,
      data: { maxTokens, sections: measured },
    };
  },
};

/** Sequential, case, sequential, case … sequential, as long as the cases share their baseline; once uncounted before. */
async function measureSection(
  { title, cases }: Section,
  cells: readonly Cell[],
  maxTokens: number,
  { decode, log }: Bench,
): Promise<MeasuredSection> {
  const trials = new Map<Case, Trial[]>(cases.map((each) => [each, []]));
  for (const each of cases) await decode({ ...requestOf(cells[0], each), maxTokens: 8 });
  for (const [index, cell] of cells.entries()) {
    let before: { readonly baseline: string; readonly result: DecodeResult } | null = null;
    for (const each of index % 2 === 0 ? cases : cases.toReversed()) {
      const sequential = sequentialOf(requestOf(cell, each));
      const baseline = JSON.stringify(sequential);
      const first =
        before?.baseline === baseline ? before.result : await decode({ ...sequential, maxTokens });
      const result = await decode({ ...requestOf(cell, each), maxTokens });
      before = { baseline, result: await decode({ ...sequential, maxTokens }) };
      if ([result, first].some(({ stats }) => stats.tokens <= enoughTokens)) continue;
      const trial = { result, sequential: [first, before.result] };
      trials.get(each)?.push(trial);
      log(
        `${ratioOf(trial).toFixed(2).padStart(6)} ×  ${title}: ${each.name}  "${cell.prompt}", seed ${cell.seed}`,
      );
    }
  }
  const rows = [...trials].flatMap(([each, own]) => (own.length > 0 ? [rowOf(each, own)] : []));
  return { title, rows };
}

function requestOf(cell: Cell, { method, temperature }: Case): DecodeRequest & { method: TeamMethod } {
  return { ...cell, sampling: { temperature }, method };
}

/** The same distribution, every member asked for every token. */
function sequentialOf({ method, ...request }: DecodeRequest & { method: TeamMethod }): DecodeRequest {
  const { members, combine } = method;
  return { ...request, method: { kind: 'collaborative', members, combine, schedule: 'sequential' } };
}

const speedOf = ({ stats }: DecodeResult): number => stats.tokensPerSecond ?? Number.NaN;
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const ratioOf = ({ result, sequential }: Trial): number => speedOf(result) / meanOf(sequential.map(speedOf));

/** Sums up the trials of one case. */
export function rowOf(
  { name, temperature }: Pick<Case, 'name' | 'temperature'>,
  trials: readonly Trial[],
): Row {
  const [{ result: some }] = trials;
  const { method } = some.request;
  if (method.kind !== 'collaborative') throw new Error(`${name}: ${method.kind} is not collaborative`);
  let forwards = 0;
  let forwardMs = 0;
  let tokens = 0;
  let ms = 0;
  for (const { result } of trials) {
    const [first, ...later] = result.rounds;
    for (const round of later) {
      forwards += round.forwards.length;
      forwardMs += round.msByPhase.forward;
      tokens += round.committed.length;
    }
    ms += (later.at(-1)?.atMs ?? first.atMs) - first.atMs;
  }
  const acceptanceRates = acceptanceRatesOf(trials);
  const predictions = trials.map((trial) => predictionOf(method, trial, acceptanceRates));
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
    otherShare: 1 - forwardMs / ms,
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
    draftLengths: trial.result.rounds[0].draftLengths,
    defaultProposer: method.defaultProposer ?? 0,
    // Of those that never propose the prediction asks nothing.
    acceptanceRates: own.map((rate, member) => rate ?? overAll[member] ?? 1),
    costs: costsOf([trial]),
    weights: method.combine.kind === 'weighted' ? method.combine.weights : method.members.map(() => 1),
  });
}

/** t_i(k) over the trials' decodes, `sequential` ones too. */
function costsOf(trials: readonly Trial[]): ForwardCosts[] {
  const times = new ForwardTimes(trials[0].result.stats.members.length);
  for (const { result, sequential } of trials) for (const each of [result, ...sequential]) times.add(each);
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

function collaborativePage(measured: readonly MeasuredSection[], maxTokens: number): string {
  return `# Collaborative decoding, the bundled story models

"× sequential" compares tokens/s with those of the \`sequential\` decodes of the same prompt, seed and combination made
just before and just after: medians, with the quartiles in brackets. Temperature 1 unless said otherwise, at most
${maxTokens} tokens. α is that of each member, in their order. t(1), t(2), t(3): median milliseconds of a forward of each
member over so many tokens, in the same decodes. "Predicted" is what the formulas make of α and t of each decode and its two
neighbours; "other" is the share of the time that was no forward (drawing, judging, text), which they leave out.

${measured.map(sectionInWords).join('\n\n')}
`;
}

function sectionInWords({ title, rows }: MeasuredSection): string {
  const lines = rows.map((row) =>
    [
      row.name,
      withSpread(row.tokensPerSecond, 1),
      withSpread(row.ratio, 2),
      withSpread(row.predicted, 2),
      withSpread(row.measuredOverPredicted, 2),
      row.acceptanceRates.map((rate) => rate?.toFixed(2) ?? '–').join(' / '),
      row.forwardsPerToken.toFixed(2),
      row.costs.map(timesInWords).join(' / '),
      `${(100 * row.otherShare).toFixed(0)} %`,
      String(row.ratio.count),
    ].join(' | '),
  );
  const members = rows[0]?.members.join(', ') ?? '';
  return `## ${title}

Members: ${members}.

| | tokens/s | × sequential | predicted | measured ÷ predicted | α | forwards a token | t(1) t(2) t(3), ms | other | runs |
|---|---|---|---|---|---|---|---|---|---|
${lines.map((line) => `| ${line} |`).join('\n')}`;
}

/** "5.4 5.9 6.5"; a dash for a width beyond those seen. */
function timesInWords(costs: ForwardCosts): string {
  const widest = costs.at(-1)?.tokens ?? 0;
  return [1, 2, 3].map((tokens) => (tokens <= widest ? costAt(costs, tokens).toFixed(1) : '–')).join(' ');
}
