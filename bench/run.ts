import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureLibrary, ensureSite, projectFolder, siteFolder } from '../scripts/build.ts';
import { serveFolder } from '../scripts/static-server.ts';
import { EnginePage } from '../scripts/terminal/engine-page.ts';
import type { BenchTable, BrowserTable, Measured } from './bench-table.ts';
import { type BrowserCircumstances, type Circumstances, circumstancesInWords } from './circumstances.ts';
import { collaborativeTable } from './collaborative-table.ts';
import { collect } from './collect.ts';
import { draftingTable } from './drafting/drafting-table.ts';
import { engineCircumstances } from './engine-circumstances.ts';
import { guidanceTable } from './guidance/guidance-table.ts';
import { measureHere } from './measure.ts';
import { pageTable } from './page-table.ts';
import { peersTable } from './peers/peers-table.ts';
import { realModelTable } from './real-model-table.ts';
import { samplingTable } from './sampling-table.ts';
import { speculativeTable } from './speculative-table.ts';

/*
 * `npm run bench` writes bench/results/NAME.md and .json for every table; `-- --quick` a smaller sweep into
 * NAME-quick.md and .json; `-- --table NAME` one table alone; `-- --models-url URL` measures further models too,
 * which lie in a folder on a server.
 *
 * `-- --collect FILES` prints a table of devices from files that the page "Measure this device" saved; `-- --measure`
 * writes such a file for this machine in Node.js.
 */

const tables: readonly (BenchTable | BrowserTable)[] = [
  speculativeTable,
  collaborativeTable,
  draftingTable,
  guidanceTable,
  pageTable,
  peersTable,
  realModelTable,
  samplingTable,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    collect: { type: 'boolean', default: false },
    measure: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    table: { type: 'string' },
    'models-url': { type: 'string' },
  },
});
const chosen = tables.filter(({ name }) => values.table === undefined || name === values.table);
if (chosen.length === 0) {
  throw new Error(`--table is '${values.table}'; give one of ${tables.map(({ name }) => name).join(', ')}`);
}
const modelsUrl = values['models-url'] === undefined ? null : folderUrl(values['models-url']);

function folderUrl(address: string): URL {
  const url = new URL(address);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

const log = (line: string): void => void process.stdout.write(`${line}\n`);

function installedVersions(names: readonly string[]): Record<string, string> {
  const lock: { packages: Record<string, { version: string }> } = JSON.parse(
    readFileSync(join(projectFolder, 'package-lock.json'), 'utf8'),
  );
  return Object.fromEntries(names.map((name) => [name, lock.packages[`node_modules/${name}`].version]));
}

type MeasuredThere = Measured & { readonly where: BrowserCircumstances };

async function measureOnSite(table: BenchTable): Promise<MeasuredThere> {
  const server = await serveFolder({ folder: siteFolder });
  try {
    const page = await EnginePage.open(server.url, { engine: { backend: 'wasm' }, models: table.models });
    try {
      const decode = page.decode.bind(page);
      const costsAtLoad = new Map(page.models.map(({ id, costs }) => [id, costs]));
      const measured = await table.measure({ quick: values.quick, decode, costsAtLoad, log });
      return { ...measured, where: await engineCircumstances(page) };
    } finally {
      await page.close();
    }
  } finally {
    await server.close();
  }
}

/** Measures one table in a browser of its own and writes its files. */
async function run(table: BenchTable | BrowserTable): Promise<void> {
  const fileName = values.quick ? `${table.name}-quick` : table.name;
  const loadBefore = loadavg()[0];
  const startedMs = performance.now();
  const { markdown, data, chart, where } = await ('measure' in table
    ? measureOnSite(table)
    : table.measureInBrowser({ quick: values.quick, fileName, modelsUrl, log }));
  const circumstances: Circumstances = {
    date: new Date().toISOString().slice(0, 10),
    machine: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: cpus().length,
    loadBefore,
    loadAfter: loadavg()[0],
    minutes: (performance.now() - startedMs) / 60_000,
    ...where,
    versions: {
      node: process.versions.node,
      ...installedVersions(['onnxruntime-web', 'playwright']),
      ...where.versions,
    },
  };
  const report = `${markdown}\n${circumstancesInWords(circumstances)}`;
  const files = {
    md: report,
    json: `${JSON.stringify({ where: circumstances, ...data }, null, 2)}\n`,
    ...(chart === undefined ? {} : { svg: chart }),
  };
  const results = join(projectFolder, 'bench', 'results');
  mkdirSync(results, { recursive: true });
  for (const [ending, content] of Object.entries(files)) {
    writeFileSync(join(results, `${fileName}.${ending}`), content);
  }
  log(`\n${report}\nWritten to bench/results/${fileName}.${Object.keys(files).join(', .')}`);
}

if (values.collect) collectFiles(positionals);
else if (positionals.length > 0) {
  throw new Error(`'${positionals[0]}' is no option; files are given with --collect`);
} else if (values.measure) {
  await ensureLibrary();
  const fileName = `antiphon-measurement-${new Date().toISOString().slice(0, 10)}.json`;
  log(`\n${await measureHere(fileName, log)}`);
} else await runTables();

/** Refused files are named on stderr. */
function collectFiles(names: readonly string[]): void {
  if (names.length === 0)
    throw new Error('--collect has no files; name those that "Measure this device" saved');
  const { markdown, refused } = collect(names.map((name) => ({ name, text: readFileSync(name, 'utf8') })));
  if (markdown !== '') log(markdown);
  for (const problem of refused) process.stderr.write(`bench: ${problem}\n`);
  if (refused.length > 0) process.exitCode = 1;
}

async function runTables(): Promise<void> {
  await ensureSite();
  for (const table of chosen) {
    const missing = 'missing' in table ? table.missing(modelsUrl) : null;
    if (missing === null) {
      await run(table);
      continue;
    }
    process.stderr.write(`bench: the table ${table.name} is left out: ${missing}\n`);
    if (values.table !== undefined) process.exitCode = 1;
  }
}
