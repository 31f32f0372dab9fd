import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureLibrary, ensureSite, projectFolder } from './build.ts';
import { checkBundles } from './bundle-checks.ts';
import { findBrowser } from './find-browser.ts';
import { addCounts, type Counts, countsInWords, playwrightCounts, vitestCounts } from './test-counts.ts';

/*
 * `npm test`: every part in order, each even after an earlier one failed, and one line with the sum at the end.
 * `npm run test:unit -- src/verify` runs one part and hands the rest of the command line to its tool.
 * `npm run test:long` runs the larger matrix of collaborative decoding, which is no part of `npm test`, and the journeys
 * on a chat model where ANTIPHON_CHAT_MODELS names the folder that holds it. `npm run test:prompts` compares what models
 * read with Python. `npm run test:mutations` breaks files and requests. `npm run test:soak` decodes for a quarter of an
 * hour and looks for what grows.
 */

type Part = (args: readonly string[]) => Promise<Counts>;

const reports = mkdtempSync(join(tmpdir(), 'antiphon-test-'));

/** The script behind a package's command, to be run by this Node without a shell in between. */
function commandOf(packageName: string, command: string): string {
  const manifest = join(projectFolder, 'node_modules', packageName, 'package.json');
  const { bin }: { bin: string | Record<string, string> } = JSON.parse(readFileSync(manifest, 'utf8'));
  return join(dirname(manifest), typeof bin === 'string' ? bin : bin[command]);
}

/** @returns true where the tool ended well. Its output is shown as it comes. */
function runTool(
  packageName: string,
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [commandOf(packageName, command), ...args], {
      cwd: projectFolder,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
    });
    child.on('error', reject);
    child.on('close', (status) => resolve(status === 0));
  });
}

const asOneTest = (passed: boolean): Counts => ({
  passed: passed ? 1 : 0,
  failed: passed ? 0 : 1,
  skipped: 0,
});

/** A tool that ended badly without a failed test (it crashed, or found no tests) counts as one failure. */
function countsFrom(report: string, read: (json: unknown) => Counts, ended: boolean): Counts {
  const counts = existsSync(report)
    ? read(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 };
  return ended || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

async function runVitest(name: string, args: readonly string[]): Promise<Counts> {
  const report = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return countsFrom(report, vitestCounts, await runTool('vitest', 'vitest', ['run', ...reporters, ...args]));
}

async function runJourneys(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Counts> {
  findBrowser();
  await ensureSite();
  await ensureLibrary();
  const report = join(reports, 'e2e.json');
  const ended = await runTool('@playwright/test', 'playwright', ['test', '--reporter=list,json', ...args], {
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    ...environment,
  });
  return countsFrom(report, playwrightCounts, ended);
}

/** What imports each other: .dependency-cruiser.mjs says who may import whom. */
const sourceFolders = ['src', 'workers', 'scripts', 'bench', 'e2e', 'conformance'];

const parts: Readonly<Record<string, Part>> = {
  format: async (args) => asOneTest(await runTool('@biomejs/biome', 'biome', ['format', ...args])),
  lint: async (args) =>
    addCounts(
      asOneTest(await runTool('@biomejs/biome', 'biome', ['lint', '--error-on-warnings', ...args])),
      asOneTest(
        await runTool('dependency-cruiser', 'depcruise', [...sourceFolders, '--output-type', 'err-long']),
      ),
    ),
  types: async (args) => asOneTest(await runTool('@typescript/native', 'tsc', ['-b', ...args])),
  unit: (args) => runVitest('unit', args),
  build: async () => {
    await ensureSite('info');
    await ensureLibrary('info');
    // Slow to load.
    const { checkPublished } = await import('./package-checks.ts');
    const checks = [...checkBundles(), ...(await checkPublished())];
    for (const { title, holds, seen } of checks) {
      process.stdout.write(holds ? `  ✓ ${title}\n` : `  ✗ ${title}; seen: ${seen}\n`);
    }
    const failed = checks.filter(({ holds }) => !holds).length;
    return { passed: checks.length - failed, failed, skipped: 0 };
  },
  gpu: (args) => runVitest('gpu', ['--config', 'vitest.gpu.config.ts', ...args]),
  browser: (args) => {
    findBrowser();
    return runVitest('browser', ['--config', 'vitest.browser.config.ts', ...args]);
  },
  e2e: (args) => runJourneys(args),
};

/** Parts that take too long to run with the others. */
const partsOnRequest: Readonly<Record<string, Part>> = {
  long: (args) => {
    const journeys = process.env.ANTIPHON_CHAT_MODELS === undefined ? [] : ['chat-model.spec.ts'];
    return runJourneys(
      ['/collaborative.spec.ts', 'speculative.spec.ts', 'webgpu.spec.ts', ...journeys, ...args],
      { ANTIPHON_LONG_TESTS: '1' },
    );
  },
  prompts: (args) => runVitest('prompts', ['--config', 'vitest.prompts.config.ts', ...args]),
  mutations: async (args) => (await import('./mutations/run-mutations.ts')).runMutations(args),
  soak: async (args) => {
    const { runSoak } = await import('../bench/soak/run.ts');
    const rows = await runSoak(args);
    const failed = rows.filter(({ holds }) => !holds).length;
    return { passed: rows.length - failed, failed, skipped: 0 };
  },
};

/** A part that throws (no browser, a build that fails) is a failure; its message says what to do. */
async function runPart(name: string, args: readonly string[]): Promise<Counts> {
  process.stdout.write(`\n── ${name}\n`);
  try {
    return await { ...parts, ...partsOnRequest }[name](args);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return asOneTest(false);
  }
}

const [chosen, ...args] = process.argv.slice(2);
const allParts = Object.keys({ ...parts, ...partsOnRequest });
if (chosen !== undefined && !allParts.includes(chosen)) {
  throw new Error(`no part '${chosen}'; there are ${allParts.join(', ')}`);
}
let total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of chosen === undefined ? Object.keys(parts) : [chosen]) {
  total = addCounts(total, await runPart(name, args));
}
rmSync(reports, { recursive: true, force: true });
process.stdout.write(`\n${countsInWords(total)}\n`);
// Not exitCode: whatever a part has left open must not keep the run from ending.
process.exit(total.failed > 0 ? 1 : 0);
