import type { DecodeResult } from '../src/engine/engine-api.ts';
import { EngineError } from '../src/errors/engine-error.ts';
import { promptText } from '../src/prompt/prompt-text.ts';
import { MarkedText, marksFor } from './demo/marked-text.ts';
import { type DemoOptions, parseDemoOptions, usage } from './demo/options.ts';
import { PrefillLine } from './demo/prefill-line.ts';
import { renamed } from './demo/renamed.ts';
import { summaryOf } from './demo/summary.ts';
import { TraceFile } from './demo/trace-file.ts';
import { EnginePage, EnginePageError } from './engine-page.ts';
import { failureInOneLine } from './failure-line.ts';
import { serveEngine } from './served-engine.ts';

/** What shells report for a program ended by Ctrl-C. */
const interruptedStatus = 130;

/** Runs the requests one after the other in one browser; prints text and summaries, or JSON at the end. */
async function tell(options: DemoOptions): Promise<void> {
  let page: EnginePage | undefined;
  let interrupted = false;
  process.on('SIGINT', () => {
    // A decode is ended, so that it still tells what it has; anything else, and a second Ctrl-C, ends at once.
    if (interrupted || !page) process.exit(interruptedStatus);
    interrupted = true;
    process.exitCode = interruptedStatus;
    page.stop().catch(() => process.exit(interruptedStatus));
  });
  const site = await serveEngine(options);
  const { marks, legend } = marksFor(process.stdout.isTTY, process.env, options.team);
  const print = (text: string): void => void (options.json || process.stdout.write(text));
  let text = new MarkedText(marks);
  const prefillLine = new PrefillLine(process.stderr.isTTY);
  // Told when its prompt is read: until then a line tells how far it is.
  let untold = '';
  const tellPrompt = (): void => {
    process.stderr.write(prefillLine.clear());
    print(untold);
    untold = '';
  };
  let trace: TraceFile | undefined;
  try {
    if (options.traceFile !== null) trace = new TraceFile(options.traceFile);
    if (process.stdout.isTTY) print(`Loading ${options.usedModels.join(' and ')} …\n`);
    page = await EnginePage.open(site.url, {
      engine: { backend: options.backend, ...site.locations },
      models: options.usedModels.map(site.nameInPage),
      onPrefill: (progress) => {
        if (untold !== '') process.stderr.write(prefillLine.show(progress));
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
      trace?.begin(
        request,
        page.models.map((model) => ({ ...model, id: site.nameOutside(model.id) })),
      );
      const result = renamed(await page.decode(renamed(request, site.nameInPage)), site.nameOutside);
      tellPrompt();
      results.push(result);
      trace?.end(result);
      const proposed = result.rounds.some(({ proposals }) => proposals.some(({ u }) => u !== null));
      print(`\n\n${proposed ? `${legend}\n` : ''}${summaryOf(result, await page.info())}\n`);
    }
    if (options.json && results.length > 0) {
      process.stdout.write(`${JSON.stringify(options.severalRuns ? results : results[0])}\n`);
    }
  } catch (error) {
    tellPrompt();
    if (error instanceof EngineError || error instanceof EnginePageError) {
      error.message = site.messageOutside(error.message);
    }
    throw error;
  } finally {
    trace?.close();
    await page?.close();
    await site.close();
  }
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', () => process.exit());

try {
  const options = parseDemoOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(`${usage}\n`);
  else await tell(options);
} catch (error) {
  process.stderr.write(failureInOneLine('demo', error));
  process.exitCode = 1;
}
