import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureSite, projectFolder, siteFolder } from '../scripts/build.ts';
import { EnginePage } from '../scripts/engine-page.ts';
import { serveFolder } from '../scripts/static-server.ts';
import type { BenchTable } from './bench-table.ts';
import { type Circumstances, circumstancesInWords } from './circumstances.ts';
import { collaborativeTable } from './collaborative-table.ts';
import { speculativeTable } from './speculative-table.ts';

/*
 * `npm run bench` writes bench/results/NAME.md and .json for every table; `-- --quick` a smaller sweep into
 * NAME-quick.md and .json; `-- --table NAME` one table alone.
 */

const tables: readonly BenchTable[] = [speculativeTable, collaborativeTable];

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, table: { type: 'string' } },
});
const chosen = tables.filter(({ name }) => values.table === undefined || name === values.table);
if (chosen.length === 0) {
  throw new Error(`--table is '${values.table}'; give one of ${tables.map(({ name }) => name).join(', ')}`);
}

function installedVersions(names: readonly string[]): Record<string, string> {
  const lock: { packages: Record<string, { version: string }> } = JSON.parse(
    readFileSync(join(projectFolder, 'package-lock.json'), 'utf8'),
  );
  return Object.fromEntries(names.map((name) => [name, lock.packages[`node_modules/${name}`].version]));
}

/** Measures one table in a browser of its own and writes its two files. */
async function run(table: BenchTable, siteUrl: string): Promise<void> {
  const loadBefore = loadavg()[0];
  const page = await EnginePage.open(siteUrl, { engine: { backend: 'wasm' }, models: table.models });
  try {
    const { markdown, data } = await table.measure({
      quick: values.quick,
      decode: (request) => page.decode(request),
      log: (line) => process.stdout.write(`${line}\n`),
    });
    const { backend, threads } = await page.info();
    const where: Circumstances = {
      date: new Date().toISOString().slice(0, 10),
      machine: cpus()[0]?.model.trim() ?? 'unknown processor',
      cores: cpus().length,
      loadBefore,
      loadAfter: loadavg()[0],
      browser: `Chromium ${page.browserVersion}`,
      backend: backend ?? 'no backend',
      threads,
      versions: { node: process.versions.node, ...installedVersions(['onnxruntime-web', 'playwright']) },
    };
    const results = join(projectFolder, 'bench', 'results');
    mkdirSync(results, { recursive: true });
    const name = values.quick ? `${table.name}-quick` : table.name;
    const report = `${markdown}\n${circumstancesInWords(where)}`;
    writeFileSync(join(results, `${name}.md`), report);
    writeFileSync(join(results, `${name}.json`), `${JSON.stringify({ where, ...data }, null, 2)}\n`);
    process.stdout.write(`\n${report}\nWritten to bench/results/${name}.md and .json\n`);
  } finally {
    await page.close();
  }
}

await ensureSite();
const server = await serveFolder({ folder: siteFolder });
try {
  for (const table of chosen) await run(table, server.url);
} finally {
  await server.close();
}
