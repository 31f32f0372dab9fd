import type { DecodeResult } from '../../src/engine/engine-api.ts';
import { promptText } from '../../src/prompt/prompt-text.ts';
import type { Command } from '../terminal/run-command.ts';
import type { OpenTerminalEngine, TerminalEngine } from '../terminal/terminal-engine.ts';
import { interruptedStatus, type TerminalIo } from '../terminal/terminal-io.ts';
import { MarkedText, marksFor } from './marked-text.ts';
import { type DemoOptions, parseDemoOptions, usage } from './options.ts';
import { PrefillLine } from './prefill-line.ts';
import { summaryOf } from './summary.ts';
import { TraceFile } from './trace-file.ts';

/** Tells stories and their numbers. */
export const demo: Command<DemoOptions> = { name: 'demo', usage, parse: parseDemoOptions, run: tell };

/** Runs the requests one after the other on one engine; prints text and summaries, or JSON at the end. */
async function tell(options: DemoOptions, io: TerminalIo, open: OpenTerminalEngine): Promise<number> {
  let engine: TerminalEngine | undefined;
  let interrupted = false;
  const endInterrupts = io.onInterrupt(() => {
    // A decode is ended, so that it still tells what it has; anything else, and a second Ctrl-C, ends at once.
    if (interrupted || !engine) io.exit(interruptedStatus);
    interrupted = true;
    engine?.stop().catch(() => io.exit(interruptedStatus));
  });
  const { marks, legend } = marksFor(io.isOutTerminal, io.environment, options.team);
  const print = (text: string): void => void (options.json || io.out(text));
  let text = new MarkedText(marks);
  const prefillLine = new PrefillLine(io.isErrTerminal);
  // Told when its prompt is read: until then a line tells how far it is.
  let untold = '';
  const tellPrompt = (): void => {
    io.err(prefillLine.clear());
    print(untold);
    untold = '';
  };
  let trace: TraceFile | undefined;
  try {
    if (options.traceFile !== null) trace = new TraceFile(options.traceFile);
    if (io.isOutTerminal) print(`Loading ${options.usedModels.join(' and ')} …\n`);
    engine = await open({
      ...options,
      onPrefill: (progress) => {
        if (untold !== '') io.err(prefillLine.show(progress));
      },
      onRound: (round) => {
        tellPrompt();
        trace?.add(round);
        print(text.add(round));
      },
    });
    const results: DecodeResult[] = [];
    for (const request of options.requests) {
      if (interrupted) break;
      text = new MarkedText(marks);
      if (options.requests.length > 1) print(`${results.length > 0 ? '\n' : ''}Seed ${request.seed}\n`);
      untold = promptText(request);
      trace?.begin(request, engine.models);
      const result = await engine.decode(request);
      tellPrompt();
      results.push(result);
      trace?.end(result);
      const proposed = result.rounds.some(({ proposals }) => proposals.some(({ u }) => u !== null));
      print(`\n\n${proposed ? `${legend}\n` : ''}${summaryOf(result, await engine.info())}\n`);
    }
    if (options.json && results.length > 0) {
      const { host } = engine;
      const printed = results.map((result) => ({ ...result, host }));
      io.out(`${JSON.stringify(options.severalRuns ? printed : printed[0])}\n`);
    }
    return interrupted ? interruptedStatus : 0;
  } catch (error) {
    tellPrompt();
    throw error;
  } finally {
    endInterrupts();
    trace?.close();
    await engine?.close();
  }
}
