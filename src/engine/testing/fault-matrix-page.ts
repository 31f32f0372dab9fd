import { readFileSync } from 'node:fs';
import { type Cell, faultMatrix, type Situation, situations } from './fault-matrix.ts';

/** The page that shows the matrix, between two comments. */
export const faultMatrixPage = new URL('../../../docs/errors.md', import.meta.url);
const begin = '<!-- What stands here is written by scripts/fault-matrix.ts -->';
const end = '<!-- Until here -->';

/** The page with the matrix as it is now. */
export function withFaultMatrix(page = readFileSync(faultMatrixPage, 'utf8')): string {
  const [before, rest = ''] = page.split(begin);
  const [, after = ''] = rest.split(end);
  return `${before}${begin}\n\n${matrixAsMarkdown()}\n\n${end}${after}`;
}

function matrixAsMarkdown(): string {
  const tables = Object.entries(faultMatrix).map(([title, group]) => `### ${title}\n\n${table(group)}`);
  return tables.join('\n\n');
}

type Row = Readonly<Record<Situation, Cell>>;

/** A column for each fault; faults that end alike share one. */
function table(group: Readonly<Record<string, Row>>): string {
  const columns = new Map<string, { readonly faults: string[]; readonly row: Row }>();
  for (const [fault, row] of Object.entries(group)) {
    const key = JSON.stringify(row);
    const column = columns.get(key) ?? { faults: [], row };
    column.faults.push(fault);
    columns.set(key, column);
  }
  const lines = [
    ['', ...Array.from(columns.values(), ({ faults }) => faults.join(', '))],
    ['---', ...Array.from(columns, () => '---')],
    ...(Object.keys(situations) as Situation[]).map((situation) => [
      situation,
      ...Array.from(columns.values(), ({ row }) => cellAsMarkdown(row[situation])),
    ]),
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cellAsMarkdown(cell: Cell): string {
  if ('doesNotApply' in cell) return `– (${cell.doesNotApply})`;
  const { sees, state, next } = cell;
  const words = inCode(sees).replace(', decode', '; decode');
  if (next === 'worker-lost') return `${words}, for good`;
  const then = state === 'open' ? '' : `, then ${inCode(state)}`;
  return words + then + (next === 'resolves' ? '' : `, next ${inCode(next)}`);
}

/** Codes, states and names stand out from words. */
const inCode = (words: string): string =>
  words.replace(/\b(abort|AbortError|closed|lost|[a-z]+(-[a-z]+)+)(?![\w)-])|download|integrity/g, '`$&`');
