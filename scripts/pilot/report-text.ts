import { nameOf, type PilotReport } from '../../src/pilot/report.ts';
import { circumstancesText, columns, criteriaText, headline, reasons } from '../../src/pilot/report-words.ts';

/** What a terminal's eighty columns have room for; the HTML report has all. */
const shown: ReadonlySet<string> = new Set(['Speed-up', 'Accepted', 'Agreement', 'Criteria']);

/** The report for a terminal. */
export function reportText(report: PilotReport): string {
  return [
    headline(report),
    ...reasons(report).map((sentence) => `  ${sentence}`),
    '',
    `Asked for: ${criteriaText(report)}`,
    circumstancesText(report),
    ...report.plan.groups.flatMap(({ title }, group) => ['', title, ...tableOf(report, group)]),
    '',
  ].join('\n');
}

function tableOf(report: PilotReport, group: number): readonly string[] {
  const told = columns.filter(({ title }) => shown.has(title));
  const rows = report.methods
    .filter((summary) => summary.group === group)
    .map((summary) => [nameOf(report, summary).title, ...told.map(({ cell }) => cell(summary))]);
  const table = [['', ...told.map(({ title }) => title)], ...rows];
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd(),
  );
}
