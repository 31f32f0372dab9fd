import { failureInOneLine } from './failure-line.ts';
import type { OpenTerminalEngine } from './terminal-engine.ts';
import type { TerminalIo } from './terminal-io.ts';

/** Ways to open an engine, by where it runs. */
export type TerminalEngines = Readonly<Record<'node' | 'browser', OpenTerminalEngine>>;

/** A command of the terminal that runs an engine. */
export interface Command<Options extends { readonly browser: boolean }> {
  readonly name: string;
  /** What `--help` prints behind how the command was called. */
  readonly usage: string;
  /** @returns null where help was asked for. Throws an Error or EngineError that names the option */
  parse(args: readonly string[]): Options | null;
  /** @returns the exit status */
  run(options: Options, io: TerminalIo, open: OpenTerminalEngine): Promise<number>;
}

/**
 * Runs a command, or prints in one line what went wrong.
 * @param calledAs what a user types in front of the options, for `--help`
 * @returns the exit status
 */
export async function runCommand<Options extends { readonly browser: boolean }>(
  { name, usage, parse, run }: Command<Options>,
  args: readonly string[],
  io: TerminalIo,
  engines: TerminalEngines,
  calledAs: string,
): Promise<number> {
  try {
    const options = parse(args);
    if (options !== null) return await run(options, io, options.browser ? engines.browser : engines.node);
    io.out(`Usage: ${calledAs} ${usage}\n`);
    return 0;
  } catch (error) {
    io.err(failureInOneLine(name, error));
    return 1;
  }
}
