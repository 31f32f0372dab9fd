import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, type EngineErrorCode } from '../src/errors/engine-error.ts';
import type { PilotEngine, PilotRun } from '../src/pilot/pilot.ts';
import { casesOf, planPilot } from '../src/pilot/plan.ts';
import { environmentOf, planKey } from '../src/pilot/plan-key.ts';
import { readPrompts } from '../src/pilot/read-prompts.ts';
import { refuseUnreadableChats } from '../src/pilot/readable-chats.ts';
import { pilotReport } from '../src/pilot/report.ts';
import { durationText } from '../src/pilot/report-words.ts';
import { type PilotProgress, runPilot } from '../src/pilot/run-pilot.ts';
import { renamed } from './demo/renamed.ts';
import { EnginePage, EnginePageError } from './engine-page.ts';
import { failureInOneLine } from './failure-line.ts';
import { type PilotOptions, parsePilotOptions, usage } from './pilot/options.ts';
import { reportText } from './pilot/report-text.ts';
import { RunFile } from './pilot/run-file.ts';
import { writeReport } from './pilot/write-report.ts';
import { type ServedEngine, serveEngine } from './served-engine.ts';

/** What shells report for a program ended by Ctrl-C. */
const interruptedStatus = 130;

/** Runs what of the pilot is not kept yet, writes its report, and tells it. */
async function pilot(options: PilotOptions): Promise<void> {
  const { promptsFile, criteria, json } = options;
  const interruption = new AbortController();
  process.on('SIGINT', () => {
    // The run under way is ended and the rest is kept; a second Ctrl-C ends at once.
    if (interruption.signal.aborted) process.exit(interruptedStatus);
    interruption.abort();
  });
  const prompts = readPrompts(readFileSync(promptsFile === '-' ? 0 : promptsFile, 'utf8'));
  const { plan, leftOut } = planPilot(options.settings(prompts));
  const print = (text: string): void => void (json || process.stdout.write(text));
  for (const { title, reason } of leftOut) print(`Left out: ${title}: ${reason}\n`);
  mkdirSync(options.out, { recursive: true });
  const store = new RunFile(join(options.out, 'kept-runs.jsonl'), options.fresh);
  const site = await serveEngine({ ...options, namedModels: options.usedModels });
  let page: EnginePage | undefined;
  try {
    page = await EnginePage.open(site.url, {
      engine: { backend: options.backend, ...site.locations },
      models: options.usedModels.map(site.nameInPage),
    });
    const models = page.models.map((model) => ({ ...model, id: site.nameOutside(model.id) }));
    refuseUnreadableChats(plan, models);
    const { threads } = await page.info();
    const environment = environmentOf(plan, { models, threads }, `Chromium ${page.browserVersion}`);
    const count = plan.groups.reduce((sum, { methods }) => sum + methods.length, 0);
    const total = casesOf(plan).length;
    print(`${prompts.length} prompts, ${count} methods: ${total} runs\n`);
    const runs = await runPilot(plan, engineOf(page, site), {
      store,
      key: await planKey(plan, environment),
      costs: new Map(models.map(({ id, costs }) => [id, costs])),
      signal: interruption.signal,
      onProgress: progressTeller(),
    });
    if (interruption.signal.aborted) return tellInterruption(runs, total);
    const report = pilotReport({ plan, runs, environment, criteria });
    const files = writeReport(report, options.out);
    print(`\n${reportText(report)}\n${files.join('\n')}\n`);
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  } catch (error) {
    if (error instanceof EngineError || error instanceof EnginePageError) {
      error.message = site.messageOutside(error.message);
    }
    throw error;
  } finally {
    await page?.close();
    await site.close();
  }
}

/** The engine in the browser, by the names that the user gave the models. */
function engineOf(page: EnginePage, site: ServedEngine): PilotEngine {
  return {
    decode: (request, { signal } = {}) => {
      const stop = (): void => void page.stop().catch(() => {});
      signal?.addEventListener('abort', stop, { once: true });
      const result = page
        .decode(renamed(request, site.nameInPage))
        .catch((error: unknown) => {
          if (!(error instanceof EnginePageError) || error.code === 'unexpected') throw error;
          throw new EngineError(error.code as EngineErrorCode, error.message);
        })
        .finally(() => signal?.removeEventListener('abort', stop));
      return { result };
    },
  };
}

/** On a terminal a line that is written over; else a line now and then. */
function progressTeller(): (progress: PilotProgress) => void {
  let told = -1;
  return ({ runs, total, current, remainingMs, unkept }) => {
    const isLine = process.stderr.isTTY;
    const tenth = Math.floor((10 * runs.length) / total);
    if (!isLine && tenth === told) return;
    if (unkept !== null && told < 0) process.stderr.write(`Runs are not kept: ${unkept}\n`);
    told = tenth;
    const left =
      remainingMs === null || runs.length === total ? '' : `, about ${durationText(remainingMs)} left`;
    const what = current ? '' : runs.length === total ? '' : ', methods warm up';
    const line = `${runs.length} of ${total} runs${left}${what}`;
    process.stderr.write(isLine ? `\r\x1b[K${line}${runs.length === total ? '\n' : ''}` : `${line}\n`);
  };
}

function tellInterruption(runs: readonly PilotRun[], total: number): void {
  process.stderr.write(
    `\nInterrupted: ${runs.length} of ${total} runs are kept; the same command goes on with the rest.\n`,
  );
  process.exitCode = interruptedStatus;
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', () => process.exit());

try {
  const options = parsePilotOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(`${usage}\n`);
  else await pilot(options);
} catch (error) {
  process.stderr.write(failureInOneLine('pilot', error));
  process.exitCode = 1;
}
