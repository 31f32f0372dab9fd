import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureSite, projectFolder, siteFolder } from '../scripts/build.ts';
import { EnginePage } from '../scripts/engine-page.ts';
import { serveFolder } from '../scripts/static-server.ts';
import { type Circumstances, compare, markdownOf } from './report.ts';
import { cellsOf, measure, models, variants } from './story-bench.ts';

/** `npm run bench`: writes bench/results/story.md and .json; with `-- --quick` story-quick.md and .json. */
const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });

function installedVersions(names: readonly string[]): Record<string, string> {
  const lock: { packages: Record<string, { version: string }> } = JSON.parse(
    readFileSync(join(projectFolder, 'package-lock.json'), 'utf8'),
  );
  return Object.fromEntries(names.map((name) => [name, lock.packages[`node_modules/${name}`].version]));
}

const loadBefore = loadavg()[0];
await ensureSite();
const server = await serveFolder({ folder: siteFolder });
try {
  const page = await EnginePage.open(server.url, { engine: { backend: 'wasm' }, models });
  try {
    const maxTokens = values.quick ? 60 : 150;
    const samples = await measure(
      cellsOf(values.quick),
      maxTokens,
      (request) => page.decode(request),
      ({ variant, prompt, seed, tokensPerSecond }) =>
        process.stdout.write(
          `${tokensPerSecond.toFixed(1).padStart(7)} tokens/s  ${variant}  "${prompt}", seed ${seed}\n`,
        ),
    );
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
      maxTokens,
    };
    const comparisons = compare(samples, variants[0].name);
    const report = markdownOf(comparisons, where);
    const results = join(projectFolder, 'bench', 'results');
    mkdirSync(results, { recursive: true });
    const name = values.quick ? 'story-quick' : 'story';
    writeFileSync(join(results, `${name}.md`), report);
    writeFileSync(
      join(results, `${name}.json`),
      `${JSON.stringify({ where, comparisons, samples }, null, 2)}\n`,
    );
    process.stdout.write(`\n${report}\nWritten to bench/results/${name}.md and .json\n`);
  } finally {
    await page.close();
  }
} finally {
  await server.close();
}
