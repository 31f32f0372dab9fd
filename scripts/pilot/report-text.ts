import { nameOf, type PilotReport } from '../../src/pilot/report.ts';
import {
  type Column,
  circumstancesText,
  columnsOf,
  criteriaText,
  groupHeadline,
  groupsText,
  overview,
  reasons,
} from '../../src/pilot/report-words.ts';

/** What a terminal's eighty columns have room for, in one table and a second one; the HTML report has all. */
const speedColumns: ReadonlySet<string> = new Set(['Speed-up', 'Criteria', 'Accepted']);
const qualityColumns: ReadonlySet<string> = new Set([
  ...['Agreement', 'Pass rate', 'Only it : only reference', 'Pass-rate difference', 'Cost per token'],
]);

/** The report for a terminal. */
export function reportText(report: PilotReport): string {
  const groups = overview(report);
  return [
    `Asked for ${criteriaText(report)}`,
    circumstancesText(report),
    ...(groups ? ['', groupsText(report), '', ...linesOf([groups.titles, ...groups.rows])] : []),
    ...report.recommendations.flatMap((recommendation) => [
      '',
      groupHeadline(report, recommendation),
      ...reasons(report, recommendation).map((sentence) => `  ${sentence}`),
      ...[speedColumns, qualityColumns].flatMap((shown) => [
        '',
        ...tableOf(
          report,
          recommendation.group,
          columnsOf(report).filter(({ title }) => shown.has(title)),
        ),
      ]),
    ]),
    '',
  ].join('\n');
}

function tableOf(report: PilotReport, group: number, told: readonly Column[]): readonly string[] {
  const rows = report.methods
    .filter((summary) => summary.group === group)
    .map((summary) => [nameOf(report, summary).title, ...told.map(({ cell }) => cell(summary))]);
  return linesOf([['', ...told.map(({ title }) => title)], ...rows]);
}

function linesOf(table: readonly (readonly string[])[]): readonly string[] {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  return table.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd(),
  );
}
