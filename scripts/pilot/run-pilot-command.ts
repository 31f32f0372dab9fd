import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireCostsOf } from '../../src/pilot/costs.ts';
import type { PilotEngine, PilotRun } from '../../src/pilot/pilot.ts';
import { countCases, planPilot } from '../../src/pilot/plan.ts';
import { environmentOf, planKey } from '../../src/pilot/plan-key.ts';
import { readPrompts } from '../../src/pilot/read-prompts.ts';
import { refuseUnreadableChats } from '../../src/pilot/readable-chats.ts';
import { pilotReport } from '../../src/pilot/report.ts';
import { durationText } from '../../src/pilot/report-words.ts';
import { type PilotProgress, runPilot } from '../../src/pilot/run-pilot.ts';
import type { Command } from '../terminal/run-command.ts';
import type { OpenTerminalEngine, TerminalEngine } from '../terminal/terminal-engine.ts';
import { interruptedStatus, type TerminalIo } from '../terminal/terminal-io.ts';
import { type PilotOptions, parsePilotOptions, usage } from './options.ts';
import { reportText } from './report-text.ts';
import { RunFile } from './run-file.ts';
import { writeReport } from './write-report.ts';

/** Runs prompts with several methods, and recommends one. */
export const pilot: Command<PilotOptions> = { name: 'pilot', usage, parse: parsePilotOptions, run };

/** Runs what of the pilot is not kept yet, writes its report, and tells it. */
async function run(options: PilotOptions, io: TerminalIo, open: OpenTerminalEngine): Promise<number> {
  const { promptsFile, criteria, costPerForward, json } = options;
  const interruption = new AbortController();
  const endInterrupts = io.onInterrupt(() => {
    // The run under way is ended and the rest is kept; a second Ctrl-C ends at once.
    if (interruption.signal.aborted) io.exit(interruptedStatus);
    interruption.abort();
  });
  let engine: TerminalEngine | undefined;
  try {
    const prompts = readPrompts(readFileSync(promptsFile === '-' ? 0 : promptsFile, 'utf8'));
    const { plan, leftOut } = planPilot(options.settings(prompts));
    requireCostsOf(plan, costPerForward);
    const print = (text: string): void => void (json || io.out(text));
    for (const { title, reason } of leftOut) print(`Left out: ${title}: ${reason}\n`);
    mkdirSync(options.out, { recursive: true });
    const store = new RunFile(join(options.out, 'kept-runs.jsonl'), options.fresh);
    engine = await open({ ...options, namedModels: options.usedModels });
    const { models } = engine;
    refuseUnreadableChats(plan, models);
    const { threads } = await engine.info();
    const environment = environmentOf(plan, { models, threads }, engine.host);
    const count = plan.groups.reduce((sum, { methods }) => sum + methods.length, 0);
    const total = countCases(plan);
    print(`${prompts.length} prompts, ${count} methods: ${total} runs\n`);
    const runs = await runPilot(plan, stoppable(engine), {
      store,
      key: await planKey(plan, environment),
      costs: new Map(models.map(({ id, costs }) => [id, costs])),
      signal: interruption.signal,
      onProgress: progressTeller(io),
    });
    if (interruption.signal.aborted) {
      tellInterruption(io, runs, total);
      return interruptedStatus;
    }
    const report = pilotReport({ plan, runs, environment, criteria, costPerForward });
    const files = writeReport(report, options.out);
    print(`\n${reportText(report)}\n${files.join('\n')}\n`);
    if (json) io.out(`${JSON.stringify(report)}\n`);
    return 0;
  } finally {
    endInterrupts();
    await engine?.close();
  }
}

/** An aborted run is stopped, and so are those after it. */
function stoppable(engine: TerminalEngine): PilotEngine {
  return {
    decode: (request, { signal } = {}) => {
      const stop = (): void => void engine.stop().catch(() => {});
      signal?.addEventListener('abort', stop, { once: true });
      const result = engine.decode(request).finally(() => signal?.removeEventListener('abort', stop));
      return { result };
    },
  };
}

/** On a terminal a line that is written over; else a line now and then. */
function progressTeller(io: TerminalIo): (progress: PilotProgress) => void {
  let told = -1;
  return ({ runs, total, current, remainingMs, unkept }) => {
    const isLine = io.isErrTerminal;
    const tenth = Math.floor((10 * runs.length) / total);
    if (!isLine && tenth === told) return;
    if (unkept !== null && told < 0) io.err(`Runs are not kept: ${unkept}\n`);
    told = tenth;
    const left =
      remainingMs === null || runs.length === total ? '' : `, about ${durationText(remainingMs)} left`;
    const what = current ? '' : runs.length === total ? '' : ', methods warm up';
    const line = `${runs.length} of ${total} runs${left}${what}`;
    io.err(isLine ? `\r\x1b[K${line}${runs.length === total ? '\n' : ''}` : `${line}\n`);
  };
}

function tellInterruption(io: TerminalIo, runs: readonly PilotRun[], total: number): void {
  io.err(
    `\nInterrupted: ${runs.length} of ${total} runs are kept; the same command goes on with the rest.\n`,
  );
}
