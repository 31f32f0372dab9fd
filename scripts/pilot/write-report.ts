import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { methodsCsv, runsCsv } from '../../src/pilot/render-csv.ts';
import { reportHtml } from '../../src/pilot/render-html.ts';
import type { PilotReport } from '../../src/pilot/report.ts';
import { speedChart } from '../../src/ui/pilot/speed-chart.ts';

const chartWidth = 760;

/** Writes the report in all its forms into a folder that is there. @returns the files' paths, the page first */
export function writeReport(report: PilotReport, folder: string): readonly string[] {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const chart = speedChart(report, document as unknown as Document, chartWidth);
  const files: Readonly<Record<string, string>> = {
    'report.html': reportHtml(report, chart?.outerHTML ?? null),
    'report.json': `${JSON.stringify(report, null, 1)}\n`,
    'methods.csv': methodsCsv(report),
    'runs.csv': runsCsv(report),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return Object.keys(files).map((name) => join(folder, name));
}
