import type { DecodeResult } from '../../src/engine/engine-api.ts';
import { promptText } from '../../src/prompt/prompt-text.ts';
import type { BeginDecode } from '../../src/speed/measure-pairs.ts';
import { measureRun } from '../../src/speed/measure-run.ts';
import { type MeasuredSpeedUp, measuredSpeedUp, type SpeedPair } from '../../src/speed/speed-up.ts';
import type { Command } from '../terminal/run-command.ts';
import type { OpenTerminalEngine, TerminalEngine } from '../terminal/terminal-engine.ts';
import { interruptedStatus, type TerminalIo } from '../terminal/terminal-io.ts';
import { MarkedText, marksFor } from './marked-text.ts';
import { type DemoOptions, parseDemoOptions, usage } from './options.ts';
import { PrefillLine } from './prefill-line.ts';
import { speedLine, summaryOf } from './summary.ts';
import { TraceFile } from './trace-file.ts';

/** Tells stories and their numbers. */
export const demo: Command<DemoOptions> = { name: 'demo', usage, parse: parseDemoOptions, run: tell };

/** Runs the requests one after the other on one engine; prints text and summaries, or JSON at the end. */
async function tell(options: DemoOptions, io: TerminalIo, open: OpenTerminalEngine): Promise<number> {
  let engine: TerminalEngine | undefined;
  let interrupted = false;
  const interruption = new AbortController();
  const endInterrupts = io.onInterrupt(() => {
    // A decode is ended, so that it still tells what it has; anything else, and a second Ctrl-C, ends at once.
    if (interrupted || !engine) io.exit(interruptedStatus);
    interrupted = true;
    interruption.abort();
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
  const isCompared = options.speed || (io.isOutTerminal && !options.json && !options.severalRuns);
  /** Texts that are written for comparison are not shown. */
  let isComparing = false;
  const compare = async (on: TerminalEngine, { request, rounds }: DecodeResult): Promise<SpeedPair[]> => {
    const pairs: SpeedPair[] = [];
    const { signal } = interruption;
    // An interruption ends all of the engine's runs.
    const decode: BeginDecode = (asked) => ({ result: on.decode(asked), stop: () => {} });
    isComparing = true;
    try {
      for await (const pair of measureRun({ decode, request, rounds, signal })) {
        pairs.push(pair);
        trace?.addSpeedPair(pair);
      }
    } finally {
      isComparing = false;
    }
    return pairs;
  };
  try {
    if (options.traceFile !== null) trace = new TraceFile(options.traceFile);
    if (io.isOutTerminal) print(`Loading ${options.usedModels.join(' and ')} …\n`);
    engine = await open({
      ...options,
      onPrefill: (progress) => {
        if (untold !== '') io.err(prefillLine.show(progress));
      },
      onRound: (round) => {
        if (isComparing) return;
        tellPrompt();
        trace?.add(round);
        print(text.add(round));
      },
    });
    const results: (DecodeResult & { readonly speed?: MeasuredSpeedUp | null })[] = [];
    for (const request of options.requests) {
      if (interrupted) break;
      text = new MarkedText(marks);
      if (options.requests.length > 1) print(`${results.length > 0 ? '\n' : ''}Seed ${request.seed}\n`);
      untold = promptText(request);
      trace?.begin(request, engine.models);
      const result = await engine.decode(request);
      tellPrompt();
      trace?.end(result);
      const proposed = result.rounds.some(({ proposals }) => proposals.some(({ u }) => u !== null));
      print(`\n\n${proposed ? `${legend}\n` : ''}${summaryOf(result, await engine.info())}\n`);
      const pairs = isCompared && !interrupted ? await compare(engine, result) : [];
      const line = speedLine(result, pairs);
      if (line !== null) print(`${line}\n`);
      results.push(options.speed ? { ...result, speed: measuredSpeedUp(pairs) } : result);
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
