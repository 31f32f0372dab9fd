import type { DecodeResult } from '../src/engine/engine-api.ts';
import type { DecodeRequest } from '../src/engine/request-types.ts';
import { withSpread } from '../src/speed/quartiles.ts';
import { type Bench, type BenchTable, type Cell, cellsOf, enoughTokens } from './bench-table.ts';
import { type Case, models, type Section, sections, type TeamMethod } from './collaborative-cases.ts';
import { type Row, rowOf, tokenTimesInWords } from './collaborative-row.ts';
import { timesInWords } from './forward-times.ts';
import { paperInWords } from './paper-speed-ups.ts';
import { type SequentialRow, sequentialRows } from './sequential-row.ts';
import { ratioOf, type Trial } from './trials.ts';

interface MeasuredSection {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly sequential: readonly SequentialRow[];
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
      markdown: `${collaborativePage(measured, maxTokens, bench.costsAtLoad)}\n${paperInWords}`,
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
      const trial: Trial = { result, reference: [first, before.result] };
      trials.get(each)?.push(trial);
      log(
        `${ratioOf(trial).toFixed(2).padStart(6)} ×  ${title}: ${each.name}  "${cell.prompt}", seed ${cell.seed}`,
      );
    }
  }
  const rows = [...trials].flatMap(([each, own]) => (own.length > 0 ? [rowOf(each, own)] : []));
  return { title, rows, sequential: sequentialRows(trials) };
}

function requestOf(cell: Cell, { method, temperature }: Case): DecodeRequest & { method: TeamMethod } {
  return { ...cell, sampling: { temperature }, method };
}

/** The same distribution, every member asked for every token. */
function sequentialOf({ method, ...request }: DecodeRequest & { method: TeamMethod }): DecodeRequest {
  const { members, combine } = method;
  return { ...request, method: { kind: 'collaborative', members, combine, schedule: 'sequential' } };
}

function collaborativePage(
  measured: readonly MeasuredSection[],
  maxTokens: number,
  costsAtLoad: Bench['costsAtLoad'],
): string {
  return `# Collaborative decoding, the bundled story models

"× sequential" compares tokens/s with those of the \`sequential\` decodes of the same prompt, seed and combination made
just before and just after: medians, with the quartiles in brackets. Temperature 1 unless said otherwise, at most
${maxTokens} tokens. α is that of each member, in their order. t(1), t(2), t(3): median milliseconds of a forward of each
member over so many tokens, in the same decodes; with a star, as measured when the model was loaded, where no decode fed
so many. "Predicted" is what the formulas make of α and t of each decode and its two
neighbours; "other" is the share of the time that was no forward (drawing, judging, text), which they leave out.

${measured.map((section) => sectionInWords(section, costsAtLoad)).join('\n\n')}
`;
}

function sectionInWords(
  { title, rows, sequential }: MeasuredSection,
  costsAtLoad: Bench['costsAtLoad'],
): string {
  const members = rows[0]?.members ?? [];
  const times = ({ costs }: Pick<Row, 'costs'>) =>
    costs.map((own, member) => timesInWords(own, costsAtLoad.get(members[member]))).join(' / ');
  const sequentialLines = sequential.map((row) =>
    [
      row.name,
      withSpread(row.tokensPerSecond, 1),
      ...['1', '–', '–', '–'],
      row.forwardsPerToken.toFixed(2),
      times(row),
      `${(100 * row.otherShare).toFixed(0)} %`,
      String(row.tokensPerSecond.count),
    ].join(' | '),
  );
  const lines = rows.map((row) =>
    [
      row.name,
      withSpread(row.tokensPerSecond, 1),
      withSpread(row.ratio, 2),
      withSpread(row.predicted, 2),
      withSpread(row.measuredOverPredicted, 2),
      row.acceptanceRates.map((rate) => rate?.toFixed(2) ?? '–').join(' / '),
      row.forwardsPerToken.toFixed(2),
      times(row),
      `${(100 * row.otherShare).toFixed(0)} %`,
      String(row.ratio.count),
    ].join(' | '),
  );
  return `## ${title}

Members: ${members.join(', ')}.

| | tokens/s | × sequential | predicted | measured ÷ predicted | α | forwards a token | t(1) t(2) t(3), ms | other | runs |
|---|---|---|---|---|---|---|---|---|---|
${[...sequentialLines, ...lines].map((line) => `| ${line} |`).join('\n')}

${tokenTimesInWords(rows)}`;
}
